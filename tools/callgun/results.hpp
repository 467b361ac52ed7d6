// What a run counted. The poll-mode core writes, the live view and the report read.
#pragma once

#include <array>
#include <cstddef>

#include "histogram.hpp"
#include "tally.hpp"

namespace strowger::callgun {

// Pairs of messages whose delay is measured. An attempt's first request counts from when it was due, so that
// a generator that falls behind cannot hide what a caller would have waited.
enum class Pair : std::uint8_t {
    options_answer,      // OPTIONS -> final
    register_challenge,  // REGISTER -> 401, 407
    register_200,        // REGISTER -> 200, the challenge included: RRD of RFC 6076 4.1
    invite_100,
    invite_challenge,  // INVITE -> 401, 407
    invite_180,        // INVITE -> first 18x, or the 200 without one: SRD of RFC 6076 4.3.1
    invite_200,        // less the callee's ring time, where the callee is ours: it stays in
    invite_failure,    // INVITE -> 3xx to 6xx: failed SRD of RFC 6076 4.3.2
    bye_200,           // SDD of RFC 6076 4.4
    answer_ack,        // the callee's 200 -> ACK
    count_
};
inline constexpr std::size_t kPairs = static_cast<std::size_t>(Pair::count_);
struct PairName {
    const char* key;   // in JSON
    const char* text;  // in tables
};
inline constexpr std::array<PairName, kPairs> kPairNames{{{"options_answer", "OPTIONS → answer"},
                                                          {"register_challenge", "REGISTER → 401/407"},
                                                          {"register_200", "REGISTER → 200"},
                                                          {"invite_100", "INVITE → 100"},
                                                          {"invite_challenge", "INVITE → 401/407"},
                                                          {"invite_180", "INVITE → 18x"},
                                                          {"invite_200", "INVITE → 200"},
                                                          {"invite_failure", "INVITE → failure"},
                                                          {"bye_200", "BYE → 200"},
                                                          {"answer_ack", "200 → ACK (callee)"}}};

// Why an attempt failed when no status code says so.
enum class Failure : std::uint8_t {
    timeout,         // no final response in time (timer B or F, RFC 3261 17.1)
    bye_timeout,     // no answer to BYE
    bye_refused,     // BYE answered with something else than 2xx
    released_early,  // the other side hung up before the call's time was over
    no_slot,         // callgun had no room for one more: its own limit
    challenge,       // a challenge that cannot be answered
    too_large,       // tag, Contact or route set of an answer above what there is room for
    unfinished,      // still in progress when the run ended
    count_
};
inline constexpr std::size_t kFailures = static_cast<std::size_t>(Failure::count_);
inline constexpr std::array<PairName, kFailures> kFailureNames{
    {{"timeout", "no answer"},
     {"bye_timeout", "no answer to BYE"},
     {"bye_refused", "BYE refused"},
     {"released_early", "released by the other side"},
     {"no_slot", "callgun had no free slot"},
     {"challenge", "challenge that cannot be answered"},
     {"too_large", "answer with too long a tag, Contact or route set"},
     {"unfinished", "unfinished at the end"}}};

struct MediaResults {
    Tally sent;
    Tally received;  // without duplicates
    Tally lost;      // numbers that never came, those before the first and between others
    Tally duplicates;
    Tally reordered;     // behind one with a higher number
    Tally late;          // later than the jitter buffer would have waited
    Tally unknown;       // not from a callgun, or too short
    Tally stray;         // to a port without a leg
    Tally legs;          // that have ended
    Tally silent_legs;   // of these: nothing came
    Histogram one_way;   // send to receive, by one clock
    Histogram jitter;    // of a leg when it ends (RFC 3550 6.4.1)
    Histogram lateness;  // of our own sending
};

struct CalleeResults {
    Tally offered;    // INVITEs
    Tally answered;   // 200 sent
    Tally confirmed;  // ACK received
    Tally released;   // BYE answered
    Tally cancelled;
    Tally refused;  // no free slot, or an INVITE that cannot be answered
    Tally unacknowledged;
    Tally never_released;
    Tally retransmissions;  // of 200
    Tally repeated_requests;
    Tally other_requests;  // OPTIONS and the like, answered
};

struct Results {
    Tally attempted;
    Tally completed;
    Tally completed_after_retransmission;  // of these
    Tally failed;
    Tally answered;  // INVITE attempts that got a 200
    Tally retried;   // avalanche: registrations tried again
    Tally challenged;
    Tally retransmissions;  // of requests
    Tally stray;            // messages that belong to no attempt
    Tally malformed;
    std::array<Tally, 700> failed_by_code;
    std::array<Tally, kFailures> failed_by_reason;
    std::array<Histogram, kPairs> delays;
    Histogram start_lateness;  // start of an attempt against its schedule
    Tally late_starts;         // more than 1 ms
    Tally active;              // now
    CalleeResults callee;
    MediaResults media;

    void delay(Pair pair, Nanoseconds time) { delays[static_cast<std::size_t>(pair)].record(time); }
    void fail(Failure reason) {
        failed.add();
        failed_by_reason[static_cast<std::size_t>(reason)].add();
    }
    void fail_with(std::uint16_t code) {
        failed.add();
        failed_by_code[code < failed_by_code.size() ? code : failed_by_code.size() - 1].add();
    }
    [[nodiscard]] const Histogram& of(Pair pair) const { return delays[static_cast<std::size_t>(pair)]; }
};

inline constexpr Nanoseconds kLate = kMillisecond;

}  // namespace strowger::callgun
