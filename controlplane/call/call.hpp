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

// A leg, by the call that it is in.
struct DialogRef {
    std::uint64_t call = 0;  // 0: none
    LegIndex leg = 0;
};

// What a transaction or a timer of a call is for: the low byte of transaction::Owner::detail. The upper 24
// bits are an exchange's serial number, or a leg's index; of farewell and told above it how many challenges
// were answered.
enum class Role : std::uint8_t {
    invite,    // the INVITE that made the leg: server of the inbound one, client of an outbound one
    exchange,  // Call::exchanges
    farewell,  // a BYE, PRACK or NOTIFY of our own: its outcome changes nothing
    bye,       // our BYE: the leg ends with its response
    duration,  // timer: the call has lasted long enough
    drain,     // timer: the last statistics did not come
    ring,      // timer: this step has rung long enough
    patience,  // timer: a trunk's target has been silent long enough
    session,   // timer: of a leg's session (RFC 4028)
    retry,     // timer: Call::negotiation met a request that crossed it
    told,      // the last NOTIFY of a transfer: the transferor's leg may end with its response
    orbit,     // timer: the call is parked long enough
    credit,    // timer: of a leg's credit
};
[[nodiscard]] constexpr std::uint32_t detail_of(Role role, std::uint32_t number) {
    return number << 8 | static_cast<std::uint32_t>(role);
}

[[nodiscard]] constexpr LegIndex leg_of(std::uint32_t number) {
    return static_cast<LegIndex>(number & 0xff);
}

enum class LegState : std::uint8_t {
    none,       // not tried yet
    calling,    // outbound: INVITE sent, no response with a tag. Inbound: INVITE received, no final response
                // sent
    early,      // 18x with a tag went through
    answered,   // 2xx went through, ACK did not
    confirmed,  // ACK went through
    away,       // lent to another call (Leg::elsewhere), which keeps it or gives it back
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
    bool last_resort = false;  // its trunk has left it for its quality
    std::string missed;        // the bar of its quality that it misses; empty: none
    bool charge = false;
    bool unpaid = false;  // chargeable, and refused
    std::string route;    // chargeable: the route's name
    std::string rate;
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

// RFC 4028, of one dialog. `deadline` 0: the dialog has no timer.
struct SessionTimer {
    std::uint32_t expires_s = 0;  // agreed on, or what we ask for
    std::uint32_t min_se_s = 0;   // the greatest Min-SE that the peer has told
    bool peer_knows = false;      // it takes part; otherwise we refresh for our own sake
    bool ours = false;            // we refresh
    Nanoseconds deadline = 0;     // without a refresh the session is over then
    transaction::TimerId timer = 0;
};

// The account of a chargeable leg.
struct Credit {
    bool charged = false;      // the leg was answered: its record is marked
    bool running = false;      // until the leg ends
    bool owed = false;         // it has ended, and nobody was told yet
    bool last = false;         // no more is granted
    std::uint64_t ticket = 0;  // of a question under way
    std::string route;
    std::string rate;
    Nanoseconds since = 0;  // the answer
    Nanoseconds until = 0;  // what is granted
    double used_s = 0;      // ended
    transaction::TimerId timer = 0;
};

struct Leg {
    LegState state = LegState::none;
    bool outbound = false;
    bool reliable = false;        // the peer understands 100rel
    bool update = false;          // its Allow names UPDATE
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
    std::string account;          // of ours at the leg's trunk; empty: none
    std::string credentials;      // header lines that its last INVITE bore, or its BYE
    std::uint8_t challenges = 0;  // to the INVITE, that were answered
    Nanoseconds invited = 0;       // to a trunk: when; 0: the outcome is told, or there is none to tell
    Nanoseconds dial_delay = 0;    // from then to ringing or answer
    Credit credit;
    transaction::TimerId patience = 0;
    bool progress_awaited = false;  // 100 came, and the time for more runs
    DialogRef elsewhere;  // away: where it is now. Otherwise: the call that lent it; none: it is this call's
    SessionTimer session;
    std::string told;      // the description that holds toward the peer; kept while a refresh may need it
    std::string proposed;  // the one it has not answered yet
    media::Side media;
};

// A request within a dialog: one leg's, on its way to the other, or ours.
struct Exchange {
    enum class State : std::uint8_t { waiting, answered, acknowledged };
    enum class Purpose : std::uint8_t {
        passed,
        standalone,  // passed, outside any dialog
        refresh,     // ours: of the session timer
        solicit,     // ours: a re-INVITE without offer, which draws one out (Call::negotiation)
        offer,       // ours: the re-INVITE that carries it to the other leg
    };
    std::uint32_t serial = 0;
    LegIndex from = kNoLeg;  // kNoLeg: ours
    LegIndex to = 0;
    Purpose purpose = Purpose::passed;
    wire::Method method = wire::Method::other;
    State state = State::waiting;
    bool offer = false;          // the request carried an offer
    bool offer_back = false;     // a response did (INVITE without offer): the ACK answers
    bool media_changed = false;  // an offer is open in the media session
    std::uint32_t from_cseq = 0;
    std::uint32_t to_cseq = 0;
    std::uint32_t reliable = 0;  // PRACK: the RSeq it acknowledges
    transaction::ServerId server{};
    transaction::ClientId client{};
    std::string credentials;      // header lines that it bore
    std::uint8_t challenges = 0;  // that were answered
    message::Outgoing ack;        // of a re-INVITE
};

// Two legs of a call agree on media anew because we say so (RFC 3725): the source offers, asked by a
// re-INVITE without offer; its offer goes to the sink in another; the answer comes back in the ACK.
struct Negotiation {
    enum class State : std::uint8_t { none, waiting, soliciting, offering };
    State state = State::none;
    LegIndex source = kNoLeg;
    LegIndex sink = kNoLeg;     // kNoLeg: the source is put on hold
    std::uint8_t attempts = 0;  // that met glare
    std::uint32_t solicit = 0;  // serial of the exchange that asked the source; 0: nobody had to ask
    message::Incoming offer;    // that carries the source's offer
    transaction::TimerId retry = 0;
};

// A REFER that is carried out here (RFC 3515), one at a time: `moved` leaves `by` for somebody else.
struct Transfer {
    enum class State : std::uint8_t {
        none,
        waiting,  // until the legs that are to be joined have nothing under way
        placed,   // `attempt` asks the target
        joining,  // `attempt` has the legs
        told,     // it is done; the transferor's leg ends when it has answered the last NOTIFY
    };
    State state = State::none;
    LegIndex by = kNoLeg;  // whose REFER; kNoLeg: ours (a parked call returns)
    LegIndex moved = kNoLeg;
    bool subscribed = false;     // NOTIFY tells how it goes
    std::uint32_t event_id = 0;  // of the subscription; 0: the dialog's only one (RFC 3515 2.4.6)
    std::uint64_t attempt = 0;   // handle of the call that is made for it
    DialogRef replaced;          // attended: the transferor's leg of the other call
    std::string orbit;           // where the leg is parked; empty: it goes to somebody
    std::string to;              // URI, for the record
    std::string by_uri;
};

// The plan waits for name servers: it is made once more when they have answered.
struct Lookup {
    bool waiting = false;
    Origin from;
    model::Destination to;
};

// What was said of the call's credit before it is made.
struct Authorisation {
    bool asking = false;
    bool open = false;  // asked and not refused: somebody waits to hear what was used
    std::uint64_t ticket = 0;
    std::size_t first = 0;  // of the targets that it was asked for
    std::size_t seen = 0;   // behind the last of them
    std::uint32_t grant_s = 0;
    std::uint16_t code = 402;  // refused: the answer
    std::string rate;          // instead of the route's
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
    Lookup lookup;
    Authorisation authorisation;
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
    DialogRef placed_for;  // we place this call for that leg, which waits; none: a caller's INVITE made it
    std::string placed_lines;  // header lines of the INVITEs that we place
    Negotiation negotiation;
    Transfer transfer;
    std::uint32_t refers = 0;      // of all its transferors
    std::uint64_t awaited_by = 0;  // handle of the call whose transfer waits for this one's answer
    std::uint64_t picks_up = 0;    // handle of the call that rings elsewhere and that this caller takes
    std::string orbit;             // parked there
    std::string parked_by;         // who is rung when nobody retrieves it
    transaction::TimerId orbit_timer = 0;
    CallRecord record;
};

}  // namespace strowger::call
