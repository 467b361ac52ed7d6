// A call as plain data: its legs, what is under way between them, its media, and the facts of its record.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "call/call_record.hpp"
#include "call/plan.hpp"
#include "dialog/dialog.hpp"
#include "media/session.hpp"
#include "message/incoming.hpp"
#include "message/outgoing.hpp"
#include "strowger/ids.hpp"
#include "strowger/time.hpp"
#include "transaction/layer.hpp"

namespace strowger::call {

using LegIndex = std::uint8_t;
inline constexpr LegIndex kInbound = 0;  // Call::legs[0]: the caller's
inline constexpr LegIndex kNoLeg = 0xff;

// What a transaction or a timer of a call is for: the low byte of transaction::Owner::detail. The upper 24
// bits are a leg's index, or an exchange's serial number.
enum class Role : std::uint8_t {
    invite,    // the INVITE that made the leg: server of the inbound one, client of an outbound one
    exchange,  // Call::exchanges
    farewell,  // a BYE or PRACK of our own: its outcome changes nothing
    bye,       // our BYE: the leg ends with its response
    duration,  // timer: the call has lasted long enough
    drain,     // timer: the last statistics did not come
    ring,      // timer: this step has rung long enough
    patience,  // timer: a trunk's target has been silent long enough
};
[[nodiscard]] constexpr std::uint32_t detail_of(Role role, std::uint32_t number) {
    return number << 8 | static_cast<std::uint32_t>(role);
}

enum class LegState : std::uint8_t {
    none,       // not tried yet
    calling,    // outbound: INVITE sent, no response with a tag. Inbound: INVITE received, no final response
                // sent
    early,      // 18x with a tag went through
    answered,   // 2xx went through, ACK did not
    confirmed,  // ACK went through
    ending,     // our BYE, or a cancelled INVITE, waits for its end
    ended,
};

inline constexpr std::uint16_t kNoTarget = 0xffff;

// Where a call may be sent.
struct Target {
    std::uint16_t instead = kNoTarget;  // tried when this one fails before it has rung
    RealmId realm = kNone<RealmId>;
    TrunkId trunk = kNone<TrunkId>;
    std::uint16_t trunk_target = 0;
    net::Flow flow;
    bool pinned = false;  // a registered contact: reached by its flow
    std::string request_uri;
    std::string to_uri;
    std::string from_host;          // host of From toward this target; empty: our own address
    std::vector<std::string> path;  // Route of the INVITE
    std::string subscriber;         // address of record; empty: a trunk
    std::string tenant;
    std::uint32_t max_calls = 0;
    std::uint16_t full_code = 486;
    std::string member;  // of the ring group, as it is written there; empty: the call is no group's
};

// One early dialog of an outbound INVITE, and a reliable provisional response of it that was passed on.
struct ReliableResponse {
    std::uint32_t ours = 0;     // RSeq toward the caller
    std::uint32_t theirs = 0;   // RSeq of the callee
    bool offer = false;         // its description was an offer (the INVITE had none)
    bool acknowledged = false;  // PRACK went through
    LegIndex leg = 1;
    std::string remote_tag;
    std::string remote_target;
};

struct Leg {
    LegState state = LegState::none;
    bool outbound = false;
    bool reliable = false;        // the peer understands 100rel
    bool counted = false;         // limits were taken for it
    bool bye_when_acked = false;  // RFC 3261 15: the callee's side must not BYE before the ACK
    RealmId realm = kNone<RealmId>;
    TrunkId trunk = kNone<TrunkId>;
    std::uint16_t target = 0;  // index in Call::targets
    std::uint32_t invite_cseq = 0;
    transaction::ServerId server{};  // inbound: the INVITE's
    transaction::ClientId client{};  // outbound
    std::uint64_t key = 0;           // of our tag, in the dialog index
    std::string subscriber;
    std::string tenant;
    dialog::Dialog dialog;
    message::Outgoing ack;  // sent for the 2xx, when it had a body
    // Outbound, to a trunk with an account of ours.
    std::string account;
    std::string credentials;      // header lines that the INVITE bore
    std::uint8_t challenges = 0;  // to the INVITE, that were answered
    transaction::TimerId patience = 0;
    bool progress_awaited = false;  // 100 came, and the time for more runs
    media::Side media;
};

// A request within the dialogs, on its way from one leg to the other.
struct Exchange {
    enum class State : std::uint8_t { waiting, answered, acknowledged };
    std::uint32_t serial = 0;
    LegIndex from = 0;
    LegIndex to = 0;
    wire::Method method = wire::Method::other;
    State state = State::waiting;
    bool offer = false;          // the request carried an offer
    bool offer_back = false;     // a response did (INVITE without offer): the ACK answers
    bool media_changed = false;  // an offer is open in the media session
    bool standalone = false;     // outside any dialog
    std::uint32_t from_cseq = 0;
    std::uint32_t to_cseq = 0;
    std::uint32_t reliable = 0;  // PRACK: the RSeq it acknowledges
    transaction::ServerId server{};
    transaction::ClientId client{};
    std::string credentials;      // header lines that it bore
    std::uint8_t challenges = 0;  // that were answered
    message::Outgoing ack;        // of a re-INVITE
};

enum class CallKind : std::uint8_t { session, standalone };
enum class CallState : std::uint8_t {
    inviting,  // no final response to the caller yet
    answered,
    ending,  // everything that is left is tidying up
};

struct Call {
    std::uint64_t handle = 0;
    CallKind kind = CallKind::session;
    CallState state = CallState::inviting;
    bool offered = false;       // the INVITE had an offer
    bool ringing = false;       // an 18x went through: no failover any more
    bool privacy = false;       // the caller asked to be withheld
    bool emergency = false;     // passes every limit
    std::uint32_t kbit = 0;     // that its media takes each way, as limits count it
    LegIndex active = kNoLeg;   // the outbound leg that the inbound one talks to
    std::uint16_t queries = 0;  // statistics still to come before an inactive call is judged
    std::uint32_t max_forwards = 70;
    std::uint32_t last_rseq = 0;
    std::uint32_t next_serial = 1;
    std::size_t next_target = 0;  // of a standalone request
    Nanoseconds answered_at = 0;  // monotonic
    Nanoseconds last_media = 0;
    std::string digest_realm;
    std::string caller_user;  // as the callee's side is told
    std::string caller_display;
    std::string caller_identity;  // number asserted by a trusted side; empty: none
    std::deque<Leg> legs;         // referred to while others are added
    std::vector<Target> targets;
    Plan plan;
    std::vector<Diversion> diversions;  // oldest first
    std::vector<Exchange> exchanges;
    std::vector<ReliableResponse> reliable;
    message::Incoming invite;        // until the final response
    message::Incoming refusal;       // the best one so far
    std::uint16_t failure_code = 0;  // of targets that gave no response
    media::Session media;
    transaction::TimerId duration = 0;
    transaction::TimerId drain = 0;
    transaction::TimerId ring = 0;
    CallRecord record;
};

}  // namespace strowger::call
