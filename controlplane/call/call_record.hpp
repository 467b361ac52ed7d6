// A finished call as plain data: what a call detail record tells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/rings/event.hpp"
#include "strowger/time.hpp"

namespace strowger::call {

enum class EndedBy : std::uint8_t { nobody, caller, callee, appliance };
[[nodiscard]] constexpr const char* name_of(EndedBy by) {
    constexpr const char* names[] = {"nobody", "caller", "callee", "appliance"};
    return names[static_cast<std::size_t>(by)];
}

// One party as it named itself on its side, and as the other side was told.
struct PartyRecord {
    std::string received;  // caller: From URI; callee: Request-URI as dialled
    std::string sent;      // caller: From URI toward the callee; callee: Request-URI sent
    std::string realm;
    std::string trunk;       // empty: none
    std::string subscriber;  // address of record; empty: none
    std::string address;     // "198.51.100.7:5060": where its signalling was
    std::string call_id;
    std::string user_agent;
};

// One relayed leg: what it received and sent (rings::LegStatistics).
struct MediaRecord {
    bool caller = false;      // of the caller's side, else of the callee's
    std::uint8_t stream = 0;  // index of the m= line
    rings::LegStatistics statistics;
};

// What moved a party of the call: a transfer, a pick-up, an orbit.
struct MoveRecord {
    const char* what =
        "";          // "transferred", "joined", "replaced", "picked up", "parked", "retrieved", "returned"
    std::string by;  // URI or number of who did it
    std::string to;  // where to, as it was asked for; empty: it says itself
    std::uint64_t call = 0;  // id of the other record
    std::int64_t at = 0;
};

// Times are nanoseconds of the unix clock; 0: did not happen.
struct CallRecord {
    std::uint64_t id = 0;  // the daemon's own name of the call
    std::string tenant;
    PartyRecord caller;
    PartyRecord callee;
    std::int64_t setup = 0;   // INVITE received
    std::int64_t ring = 0;    // first 18x
    std::int64_t answer = 0;  // 2xx
    std::int64_t end = 0;
    EndedBy ended_by = EndedBy::nobody;
    std::uint16_t sip_code = 0;          // final answer of a call that failed; 200 of one that was answered
    std::uint16_t q850_cause = 0;        // from Reason; 0: none was given
    std::string reason;                  // "bye", "cancel", "media inactive", "No route" …
    std::string codec;                   // of the first stream, as answered
    bool charged = false;                // a route with charge was answered
    std::string rate;                    // charged: mark of its price
    std::vector<std::string> led_on_by;  // URIs of subscribers and ring groups that led the call on, in turn
    std::vector<MoveRecord> moves;
    std::vector<MediaRecord> media;
};

// From answer to end; 0: the call was not answered.
[[nodiscard]] inline double duration_s(const CallRecord& record) {
    return record.answer == 0 ? 0.0 : static_cast<double>(record.end - record.answer) / 1e9;
}

// Hears what becomes of calls: the CDR writer and the event stream in the daemon. Must not block. `record` has the facts
// so far; `target` is the URI of who rings or answers, `trunk` its trunk's name, or empty.
class RecordSink {
  public:
    virtual ~RecordSink() = default;
    virtual void on_start(const CallRecord&) {}
    virtual void on_ring(const CallRecord&, std::string_view /*target*/, std::string_view /*trunk*/) {}
    virtual void on_answer(const CallRecord&, std::string_view /*target*/, std::string_view /*trunk*/) {}
    // `by`: the URI of the subscriber or ring group; `reason` as RFC 5806 4 has it.
    virtual void on_led_on(const CallRecord&, std::string_view /*by*/, std::string_view /*to*/,
                           std::string_view /*reason*/) {}
    // A subscriber set a feature by that call: `value` is a number, on or off; empty: as its resource says.
    virtual void on_feature(std::uint64_t /*call*/, std::string_view /*aor*/, std::string_view /*feature*/,
                            std::string_view /*value*/) {}
    // A limit refused the call or one of its targets: `limit` is system, realm, tenant, subscriber or trunk, `name` that
    // object's.
    virtual void on_limit(std::string_view /*limit*/, std::string_view /*name*/, std::uint16_t /*status*/) {}
    // Credit: refused before or during the call (used_s 0: before), used up, and a question without an answer.
    virtual void on_credit_refused(std::uint64_t /*call*/, double /*used_s*/, std::string_view /*rate*/) {}
    virtual void on_credit_used_up(std::uint64_t /*call*/, double /*used_s*/, std::string_view /*rate*/) {}
    virtual void on_credit_unanswered(std::uint64_t /*call*/, std::string_view /*question*/,
                                      std::string_view /*why*/) {}
    // The call is over.
    virtual void on_record(const CallRecord& record) = 0;
};

}  // namespace strowger::call
