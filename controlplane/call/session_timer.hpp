// Session timers (RFC 4028). They end here: each side of a call has one of its own, by its realm's or trunk's
// policy, whoever refreshes. When neither side has one, what the peers say of theirs passes.
#pragma once

#include <string>

#include "call/engine.hpp"

namespace strowger::call {

// Header lines of an INVITE or UPDATE toward the leg, before a dialog or within one; empty: no timer here.
[[nodiscard]] std::string session_request_lines(const Engine& e, const Leg& leg);
// The peer's INVITE or UPDATE. False: it has been answered 420 or 422.
bool admit_session_request(Engine& e, Call& call, LegIndex leg, transaction::ServerId server,
                           const message::Incoming& request);
// What its 2xx agrees on, as header lines. Starts the leg's timer.
[[nodiscard]] std::string agree_session(Engine& e, Call& call, LegIndex leg,
                                        const message::Incoming& request);
// The peer's 2xx to an INVITE or UPDATE: starts the leg's timer.
void on_session_answer(Engine& e, Call& call, LegIndex leg, const message::Incoming& response);
// The peer's 422: whether asking for a longer session may help (7.3).
bool lengthen_session(Leg& leg, const message::Incoming& response);
// The leg has come from another call with its timer: the timer runs on here.
void resume_session(Engine& e, Call& call, LegIndex leg);
// Refreshes, or ends the call.
void on_session_timer(Engine& e, Call& call, LegIndex leg);
void on_refresh_response(Engine& e, Call& call, Exchange& x, const message::Incoming& response);
void on_refresh_failure(Engine& e, Call& call, Exchange& x, transaction::Failure failure);
// An UPDATE that only refreshes ends here. False: it is more than that.
bool take_refresh(Engine& e, Call& call, LegIndex leg, transaction::ServerId server,
                  const message::Incoming& request);
// Whether session timers between the two end here.
[[nodiscard]] bool keeps_session_timers(const Engine& e, const Leg& a, const Leg& b);

}  // namespace strowger::call
