// Transfer: REFER within a call (RFC 3515, RFC 5589), and the calls that we place for it.
#pragma once

#include <string>

#include "call/engine.hpp"
#include "call/features.hpp"

namespace strowger::call {

// --- refer.cpp
// False: the realm's or trunk's policy passes it to the other side.
bool on_refer(Engine& e, Call& call, LegIndex from, transaction::ServerId server,
              const message::Incoming& request);
// Its Refer-To as the other side may know it: dialogs that it names are named as they are known there.
[[nodiscard]] std::string translated_refer_to(Engine& e, const message::Incoming& request);

// --- transfer.cpp: what becomes of it (docs/transfer_states.md)
void continue_transfer(Engine& e, Call& call);
// The target answered provisionally.
void transfer_rings(Engine& e, Call& home, std::uint16_t status);
// The call stays as it was; when the transferor has gone, it ends.
void transfer_failed(Engine& e, Call& home, std::uint16_t status);
// Another call keeps the leg that it was lent.
void on_leg_taken(Engine& e, Call& home, LegIndex leg, Call& by);
// The transferor answered the last NOTIFY, or did not.
void on_told(Engine& e, Call& call, LegIndex leg);
// BYE of a leg whose partner is on its way to somebody else: only that leg is over.
[[nodiscard]] bool may_leave(const Call& call, LegIndex leg);
// The call ends: so does what is done for its sake.
void abandon_transfer(Engine& e, Call& call);

// --- place.cpp
// Places a call for a leg of another call, which gets into it when the target answers.
void place_call(Engine& e, Call& home, LegIndex leg, const Origin& origin,
                const model::Destination& destination, std::string lines);
void on_placed_ringing(Engine& e, Call& call, std::uint16_t status);
void on_placed_answer(Engine& e, Call& call, LegIndex leg, const message::Incoming& response);
void on_placed_refused(Engine& e, Call& call, std::uint16_t status);
// Takes the waiting leg in, as soon as it has nothing under way.
void continue_placed(Engine& e, Call& call);

}  // namespace strowger::call
