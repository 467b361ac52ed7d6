// Calls that are taken from elsewhere: INVITE with Replaces (RFC 3891), pick-up by feature code, orbits.
#pragma once

#include <string>
#include <string_view>

#include "call/engine.hpp"
#include "call/features.hpp"

namespace strowger::call {

// A dialog as Replaces names it, in the words of who receives it.
struct DialogId {
    std::string call_id;
    std::string to_tag;    // our local tag
    std::string from_tag;  // our remote tag
    bool early_only = false;
};
// "call-id;to-tag=…;from-tag=…"
[[nodiscard]] bool read_dialog_id(std::string_view value, DialogId& out);
// Also in the form that translated_refer_to() gives away. call 0: none.
[[nodiscard]] DialogRef find_dialog_id(Engine& e, const DialogId& id);

// --- replace.cpp
// An INVITE with Replaces or Join. True: the call goes where it says, or it was refused.
bool take_replaces(Engine& e, Call& call, const message::Incoming& request);
// The call, whose caller has been admitted, takes the leg out of its call by a re-INVITE.
void take_leg(Engine& e, Call& call, Call& home, LegIndex leg);
// The final response to that.
void on_leg_answered(Engine& e, Call& call, std::uint16_t status, const message::Incoming& response);

// --- pickup.cpp
// A dialled pick-up code or orbit. False: the number is neither.
bool take_feature(Engine& e, Call& call, const Called& called);
// The caller is answered on hold, with `lines` more. False: it made no offer that can be answered.
bool answer_on_hold(Engine& e, Call& call, std::string_view lines);
// --- feature_code.cpp
// A dialled feature code. False: the number is none.
bool take_feature_code(Engine& e, Call& call, const Called& called, const std::string& number);
// The caller takes a call that rings elsewhere: it is answered on hold, and asked for an answer to the
// other's offer as soon as its dialog stands.
void take_ringing(Engine& e, Call& call, Call& ringing);
void continue_pickup(Engine& e, Call& call);
// The leg that picked up does not get the call after all.
void on_pickup_failed(Engine& e, Call& ringing, LegIndex leg);

// --- park.cpp
// 0: the leg is on its way into the orbit; otherwise why not.
std::uint16_t park(Engine& e, Call& home, LegIndex leg, const std::string& orbit, const std::string& by);
void retrieve(Engine& e, Call& call, const std::string& tenant, const std::string& orbit);
void on_orbit_timeout(Engine& e, Call& call);
void wait_in_orbit(Engine& e, Call& call);
void leave_orbit(Engine& e, const Call& call);

}  // namespace strowger::call
