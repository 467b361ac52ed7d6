// The features of a call, one .cpp each, as free functions over Engine and Call. Whoever changes a call's
// state calls touch(); when the event is done, settle() removes calls that are over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "call/engine.hpp"
#include "call/explain.hpp"
#include "call/headers.hpp"

namespace strowger::call {

// --- invite.cpp: a new call, its targets one after the other
void on_new_invite(Engine& e, transaction::ServerId server, const message::Incoming& request);
// Takes the next step of the call's plan as soon as nobody is being asked.
void try_targets(Engine& e, Call& call);
// The step's time is over: whoever still rings is cancelled.
void on_ring_timeout(Engine& e, Call& call);
// A call object with its inbound leg, for an INVITE or a standalone request. Counts nothing yet.
Call& add_call(Engine& e, CallKind kind, const Caller& caller, transaction::ServerId server,
               const message::Incoming& request);
// Whether the request may go on at all; otherwise it has been answered (400, 416, 482, 483).
bool check_request(Engine& e, transaction::ServerId server, const message::Incoming& request);
// Makes the outbound leg of a target, without sending anything.
LegIndex add_leg(Engine& e, Call& call, std::size_t target);
// The leg's INVITE within the dialog that it has already, or one more of one that has none.
void ask_within(Engine& e, Call& call, LegIndex leg);
// Counts the call in; false: it was refused.
bool admit(Engine& e, Call& call, const Caller& caller);
void respond_challenge(Engine& e, transaction::ServerId server, const Caller& caller);
[[nodiscard]] Admission admission_of(const Call& call, const Leg& leg, std::uint32_t subscriber_max);
// The leg's target failed: what stands in for it is tried, or the plan goes on.
void try_instead(Engine& e, Call& call, LegIndex leg, Outcome outcome);
// The leg's INVITE got a refusal, or nothing at all (`response` empty, `status` 408 or 503).
void on_refused(Engine& e, Call& call, LegIndex leg, std::uint16_t status, const message::Incoming& response);
// The caller gets its final refusal; the call ends.
void refuse(Engine& e, Call& call, std::uint16_t status, std::string_view reason, std::string_view headers);

// --- failover.cpp: targets that stand in for one another
// Starts the time that a trunk's target has for its first response.
void start_patience(Engine& e, Call& call, LegIndex leg);
void on_patience(Engine& e, Call& call, LegIndex leg);
// Whether that outcome of a target sends the call on to the next. `answered`: the target sent `status`
// itself.
[[nodiscard]] bool gives_way(const Engine& e, const Call& call, const Leg& leg, std::uint16_t status,
                             bool answered, Outcome outcome);

// --- challenge.cpp: digest authentication on accounts of ours (RFC 3261 22)
// Header lines of credentials for a request of the leg; empty: none are asked for, as far as is known.
[[nodiscard]] std::string credentials_of(Engine& e, const Leg& leg, std::string_view method);
// Sends the challenged request again. False: it cannot be answered, the 401 or 407 stands.
bool answer_challenge(Engine& e, Call& call, LegIndex leg, const message::Incoming& response);
bool answer_challenge(Engine& e, Call& call, Exchange& x, const message::Incoming& response);
bool answer_bye_challenge(Engine& e, Call& call, LegIndex leg, const message::Incoming& response);
// Of a request that nothing is kept of: Role::farewell, Role::told.
bool answer_challenge(Engine& e, Call& call, Role role, std::uint32_t number,
                      const message::Incoming& response);

// --- early.cpp
void on_provisional(Engine& e, Call& call, LegIndex leg, const message::Incoming& response);
// --- answer.cpp: 2xx and ACK
void on_answer(Engine& e, Call& call, LegIndex leg, const message::Incoming& response);
void on_ack(Engine& e, Call& call, LegIndex leg, const message::Incoming& ack);
// The ACK of an INVITE of ours, with lines and a body of our own.
void send_own_ack(Engine& e, Leg& leg, std::uint32_t cseq, std::string_view lines,
                  std::string_view body, message::Outgoing* keep);
// The longest that the call may last: the system's, its route's, its trunks'; `leg`: who answered.
void start_duration(Engine& e, Call& call, LegIndex leg);
// A 2xx for nobody: ACK and BYE, without any state. `of`: the leg whose INVITE it answers, for credentials; its
// call may be 0.
void dismiss(Engine& e, const message::Incoming& response, const DialogRef& of = {});
// `rules`: of the headers of `source`, the other side's ACK; both may be empty.
void send_ack(Engine& e, Leg& leg, std::uint32_t cseq, const message::Incoming& source,
              const HeaderRules& rules, std::string_view body, message::Outgoing* keep);

// --- reliable.cpp: 100rel
bool pass_reliable(Engine& e, Call& call, LegIndex leg, const message::Incoming& response, bool offer,
                   std::uint32_t& rseq);
void on_prack(Engine& e, Call& call, transaction::ServerId server, const message::Incoming& request);
void prack_ourselves(Engine& e, Call& call, LegIndex leg, const message::Incoming& response);

// --- reoffer.cpp: re-INVITE and UPDATE. False: answered already (glare).
bool admit_reoffer(Engine& e, Call& call, LegIndex from, transaction::ServerId server,
                   const message::Incoming& request);
void on_exchange_ack(Engine& e, Call& call, LegIndex from, const message::Incoming& ack, std::uint32_t cseq);

// --- pass_through.cpp: any request within the dialogs
void on_dialog_request(Engine& e, Call& call, LegIndex leg, transaction::ServerId server,
                       const message::Incoming& request);
// `answers`: the description of the request is not an offer but the answer to one (PRACK).
void pass_request(Engine& e, Call& call, LegIndex from, LegIndex to, transaction::ServerId server,
                  const message::Incoming& request, const ReliableResponse* acknowledges);
void on_exchange_response(Engine& e, Call& call, Exchange& x, const message::Incoming& response);
void on_exchange_failure(Engine& e, Call& call, Exchange& x, transaction::Failure failure);
[[nodiscard]] Exchange* find_exchange(Call& call, std::uint32_t serial);
void forget_exchange(Call& call, std::uint32_t serial);

// --- standalone.cpp: requests outside any dialog, and OPTIONS to us
void on_standalone(Engine& e, transaction::ServerId server, const message::Incoming& request);
void try_standalone(Engine& e, Call& call);
// `response` empty: there was none, and `status` says why (408, 503).
void on_standalone_response(Engine& e, Call& call, Exchange& x, std::uint16_t status,
                            const message::Incoming& response);

// --- identity.cpp: who calls, as each side may know it
void read_caller(Engine& e, Call& call, const Caller& caller, const message::Incoming& request);
// The caller's number as the target's side writes it.
[[nodiscard]] std::string caller_toward(const Engine& e, const Call& call, const Target& target);
// From toward a target, without tag.
[[nodiscard]] std::string from_header(const Engine& e, const Call& call, const Target& target);
// P-Asserted-Identity or Remote-Party-ID lines toward a target; empty: none.
[[nodiscard]] std::string identity_headers(const Engine& e, const Call& call, const Target& target);

// --- cancel.cpp
void on_cancel(Engine& e, Call& call, const message::Incoming& cancel);
void cancel_legs(Engine& e, Call& call, LegIndex except, std::string_view reason);

// --- release.cpp
void on_bye(Engine& e, Call& call, LegIndex leg, transaction::ServerId server,
            const message::Incoming& request);
// Ends what is not over yet: BYE, CANCEL or a final response, as each leg's state asks. `source`: a message
// whose Reason and unknown headers go along; may be empty.
void end_call(Engine& e, Call& call, EndedBy by, std::string_view why, const message::Incoming& source,
              std::string_view reason_header = {});
void end_leg(Engine& e, Call& call, LegIndex leg, const message::Incoming& source,
             std::string_view reason_header);
void send_bye(Engine& e, Call& call, LegIndex leg, const message::Incoming& source,
              std::string_view reason_header);
void leg_ended(Engine& e, Call& call, LegIndex leg);
void touch(Engine& e, const Call& call);
// Writes the records of calls that are over and removes them.
void settle(Engine& e);

// --- inactivity.cpp: what the workers tell
void on_media_event(Engine& e, const rings::Event& event);

// --- forward.cpp: what a subscriber wants of calls to it, and calls that go on elsewhere
// Steps for the subscriber in front: its forwarding, its phones, what comes after them.
Refusal plan_subscriber(Engine& e, Call& call, const Callee& callee);
// What it wants of calls to it: what it set itself, above what its resource says.
[[nodiscard]] SubscriberPolicy wants_of(const Engine& e, const Callee& callee);
// The plan ends and becomes that of `destination`; on failure it is left empty, with Call::failure_code.
void lead_on(Engine& e, Call& call, const model::Destination& destination);
// A 3xx that policy lets us follow (RFC 3261 8.1.3.4): the call goes on at its first Contact's number. False:
// it is a refusal.
bool follow_redirect(Engine& e, Call& call, const Leg& leg, const message::Incoming& response);
// Diversion and History-Info lines toward a target; empty: the call was not led on.
[[nodiscard]] std::string diversion_headers(const Call& call, const Target& target);

// --- routing.cpp: whom the request may be sent to. status 0: the call has a plan.
// Fills `call.plan` (which is empty) for a number, as the dial plan has it. Status 0 with Lookup::waiting: there
// is no plan yet, try_targets() goes on when there is.
Refusal plan_number(Engine& e, Call& call, const Origin& from, const std::string& user);
Refusal plan_group(Engine& e, Call& call, const Origin& from, const GroupPolicy& group);
// Those that ring together; each entry is one step.
using Branches = std::vector<std::vector<std::uint16_t>>;
void add_members(Engine& e, Call& call, const Origin& from, const GroupPolicy& group, Branches& out);
// `by_preference`: contacts of a lower q ring after those of a higher one.
void add_contacts(Engine& e, Call& call, const Callee& callee, bool by_preference, Branches& out);
struct Called {
    std::string user;
    std::string domain;      // of the Request-URI, lower case not forced
    std::string parameters;  // of the user part's URI: ";user=phone"
};
bool read_called(const message::Incoming& request, Called& out);
// The called number as the dial plan is to see it: by `called_in` of where the call comes from.
void translate_called(const Engine& e, const Call& call, Called& called);
// What routes are asked for such a number. Views into all of its arguments.
[[nodiscard]] RouteQuery query_of(const Engine& e, const Call& call, const Origin& from, std::string_view user);
// Whether the dial plan's first route for it is one for emergencies.
[[nodiscard]] bool is_emergency(Engine& e, const Call& call, const Called& called);
Refusal choose_targets(Engine& e, Call& call, const Called& called, const message::Incoming& request);
// Whether the dial plan leads the number anywhere. status 0: it does.
[[nodiscard]] Refusal check_number(Engine& e, const Call& call, const Origin& from, const std::string& user);
// --- loop.cpp
// Whether the call came back from where we sent it, or has come a way that only a loop is as long as.
[[nodiscard]] bool is_loop(Engine& e, const Call& call, const message::Incoming& request);

// The plan is made once more when name servers have answered; `targets`: how many the call had before.
void wait_for_names(Engine& e, Call& call, std::size_t targets, const Origin& from, const model::Destination& to);
// Name servers have answered: plans that wait are made.
void on_names(Engine& e);

// --- credit.cpp: chargeable calls
// True: the next targets are chargeable, and the call waits for somebody to say that they may be called.
bool awaits_credit(Engine& e, Call& call);
void on_credit(Engine& e, const credit::Answer& answer);
// The leg was answered: its time runs.
void start_credit(Engine& e, Call& call, LegIndex leg);
void on_credit_timer(Engine& e, Call& call, LegIndex leg);
// The leg is over. Nothing happens the second time.
void stop_credit(Engine& e, Call& call, LegIndex leg);
// The leg has moved to that call and place; its slot keeps the mark alone.
void move_credit(Engine& e, Credit& from, Call& call, LegIndex leg);
// The call is over: what it used is told.
void report_credit(Engine& e, Call& call);

// --- explain.cpp: the routes that fit, and the plan that they make, without placing a call
std::vector<Explanation> explain(Engine& e, const Question& question);

// --- bodies.cpp: session descriptions inside message bodies
enum class Passage : std::uint8_t { none, ok, malformed, refused, no_ports };
// What becomes of the message's body on the other side: `out` is valid until the next call.
Passage pass_offer(Engine& e, Call& call, Leg& from, Leg& to, const message::Incoming& message,
                   std::string_view& out);
Passage pass_answer(Engine& e, Call& call, Leg& from, Leg& to, const message::Incoming& message, bool final,
                    std::string_view& out);
[[nodiscard]] bool has_description(const message::Incoming& message);
// Kilobits a second that the message's description offers to send, with headers.
[[nodiscard]] std::uint32_t offered_kbit(const message::Incoming& message);
[[nodiscard]] std::uint16_t status_of(Passage passage);
[[nodiscard]] std::string_view phrase_of(Passage passage);

// --- record.cpp
// The leg's target rings, or answers: the first time ends its post-dial delay.
void note_ringing(const Engine& e, Leg& leg);
// The outcome of the leg's INVITE goes to the quality of its target, once.
void tell_setup(Engine& e, Call& call, Leg& leg, bool answered);
void start_record(Engine& e, Call& call, const message::Incoming& request);
void note_end(Engine& e, Call& call, EndedBy by, std::uint16_t code, std::string_view why,
              const message::Incoming& source);
void finish_record(Engine& e, Call& call);

// --- messages.cpp: the bytes
[[nodiscard]] message::Outgoing build_request(Engine& e, const Leg& leg, const net::Flow& flow,
                                              std::string_view method, std::uint32_t cseq,
                                              std::string_view branch, std::string_view remote_tag,
                                              const message::Incoming& source, const HeaderRules& rules,
                                              std::string_view extra, std::string_view body);
[[nodiscard]] message::Outgoing build_response(Engine& e, Call& call, const Leg& to, const Leg& from,
                                               const message::Incoming& request,
                                               const message::Incoming& source, std::uint16_t status,
                                               std::string_view extra, std::string_view body);
// Where a request in the leg's dialog goes. A next hop by name is looked up at the first call, and then
// settled.
net::Flow flow_of(Engine& e, Leg& leg);
// A request of our own in the leg's dialog, of which nothing is kept. False: the transport refused.
bool send_within(Engine& e, Call& call, LegIndex leg, std::string_view method, Role role,
                 std::string_view extra, std::string_view body);
// The request of an exchange of our own toward Exchange::to; adds it to the call. False: the transport refused.
bool send_exchange(Engine& e, Call& call, Exchange x, std::string_view extra, std::string_view body);
[[nodiscard]] transaction::Owner owner_of(const Call& call, Role role, std::uint32_t number);
// Complete header lines; empty when there is nothing to say.
[[nodiscard]] std::string retry_after(std::uint32_t seconds);
[[nodiscard]] std::string reason_line(std::string_view value);
[[nodiscard]] HeaderRules rules_between(const Engine& e, const Call& call, const Leg& from, const Leg& to);

}  // namespace strowger::call
