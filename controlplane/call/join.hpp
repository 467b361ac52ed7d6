// Legs that change their partner. A leg is lent to another call, which agrees on media for it there; the call
// keeps it when that holds, and gives it back as it was when it does not. A call stays a conversation of two.
#pragma once

#include <string>

#include "call/engine.hpp"

namespace strowger::call {

// --- negotiate.cpp: two legs agree on media anew (RFC 3725)
// `sink` kNoLeg: the source is put on hold. `offer`: a message with the source's offer; empty: it is asked.
void negotiate(Engine& e, Call& call, LegIndex source, LegIndex sink, const message::Incoming& offer);
// Goes on as soon as the legs have nothing under way.
void continue_negotiation(Engine& e, Call& call);
void on_negotiation_response(Engine& e, Call& call, Exchange& x, const message::Incoming& response);
void on_negotiation_failure(Engine& e, Call& call, Exchange& x, transaction::Failure failure);
// No re-INVITE or UPDATE of the leg is open.
[[nodiscard]] bool is_quiet(const Call& call, LegIndex leg);
// The answer to an offer of the leg that nobody takes up now, in Engine::description.
std::string_view hold_answer(Engine& e, Leg& leg, const message::Incoming& offer);

// --- join.cpp
// The confirmed leg lives in `to` from now on, at index `at`; its place here stays, LegState::away.
void lend(Engine& e, Call& home, LegIndex leg, Call& to, LegIndex at);
// False: its own call is over, and the leg stays.
bool give_back(Engine& e, Call& call, LegIndex leg);
// The leg stays for good; its own call is told (on_leg_taken).
void keep(Engine& e, Call& call, LegIndex leg);
// A call of its own for the two, each out of a call that is answered.
Call& join(Engine& e, Call& one, LegIndex leg, Call& other, LegIndex other_leg);
void on_joined(Engine& e, Call& call);
void on_join_failed(Engine& e, Call& call, std::uint16_t status);
// The call of a leg that was lent ends, or the one that borrowed it.
void end_with(Engine& e, Call& call, EndedBy by, std::string_view why);
[[nodiscard]] bool is_lent(const Leg& leg);
// Who talks with the leg; kNoLeg: nobody.
[[nodiscard]] LegIndex partner_of(const Call& call, LegIndex leg);
// A call that we make ourselves; it has no leg yet. Takes over how the leg's party is known.
Call& new_call(Engine& e, const Call& of, LegIndex leg);
[[nodiscard]] PartyRecord party_record(const Engine& e, const Call& call, LegIndex leg);
void note_move(Engine& e, Call& call, const char* what, std::string by, std::string to, std::uint64_t other);

// --- alone.cpp: requests of a leg that has no partner (parked, or its partner is away)
void answer_alone(Engine& e, Call& call, LegIndex leg, transaction::ServerId server,
                  const message::Incoming& request);

}  // namespace strowger::call
