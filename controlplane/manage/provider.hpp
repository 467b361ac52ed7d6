// Who knows what the management API tells. Implemented over the real objects by the daemon; the API renders.
// All calls belong to the control thread and return at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manage/rows.hpp"
#include "strowger/counters.hpp"

namespace strowger::manage {

// One call with all that is known of it.
struct CallDetail {
    CallRow call;
    std::vector<LegRow> legs;
    std::string ladder;  // text, lines ended by \n
};

struct Trace {
    std::vector<MessageRow> messages;  // in the order of time
    std::string ladder;                // the same as text
};

// A packet, or a SIP message as text, that `why` asks about.
struct WhyQuery {
    std::string body;
    std::string realm;   // empty: by the packet's addresses
    std::string source;  // empty: by the packet
};
// A call that has not been placed.
struct WhyCallQuery {
    std::string from;  // a number, user@domain, or trunk:NAME
    std::string to;
    std::string at;  // 2026-12-24T18:30 (UTC); empty: now
};
struct WhyAnswer {
    std::string error;  // not empty: what was wrong with the question
    std::vector<DecisionRow> decisions;
};

// What a subscriber has set from a phone.
struct FeatureRow {
    std::string aor;
    std::string feature;
    std::string value;
};

// A value that goes up and down, for /metrics: strowger_<name>{<label>="<label_value>"} value.
struct Gauge {
    std::string name;  // "calls"
    std::string help;
    std::string label;  // empty: none
    std::string label_value;
    double value = 0;
};

class Provider {
  public:
    virtual ~Provider() = default;
    [[nodiscard]] virtual StatusRow status() = 0;
    [[nodiscard]] virtual std::vector<PortRow> ports() = 0;
    [[nodiscard]] virtual std::vector<WorkerRow> workers() = 0;
    // At most `limit`. `number` empty: all, else those whose caller or called user is `number`.
    [[nodiscard]] virtual std::vector<CallRow> calls(std::string_view number, std::size_t limit) = 0;
    [[nodiscard]] virtual std::optional<CallDetail> call(std::string_view id) = 0;
    // `user` empty: all; "user", or "user@domain".
    [[nodiscard]] virtual std::vector<RegistrationRow> registrations(std::string_view user,
                                                                     std::size_t limit) = 0;
    [[nodiscard]] virtual std::vector<TrunkRow> trunks() = 0;
    [[nodiscard]] virtual std::vector<AccountRow> accounts() = 0;
    [[nodiscard]] virtual std::vector<LcrRow> lcr() = 0;
    // Reads the file of a rate table again. False: there is no such table.
    virtual bool reload(std::string_view table) = 0;
    // `call` empty: of all calls.
    [[nodiscard]] virtual std::vector<LegRow> legs(std::string_view call, std::size_t limit) = 0;
    // `what`: a number, or a Call-ID. Rejected and challenged messages included.
    [[nodiscard]] virtual Trace trace(std::string_view what, bool with_text) = 0;
    // The same messages as a pcapng file.
    [[nodiscard]] virtual std::string trace_pcapng(std::string_view what) = 0;
    [[nodiscard]] virtual WhyAnswer why(const WhyQuery& query) = 0;
    [[nodiscard]] virtual WhyAnswer why_call(const WhyCallQuery& query) = 0;
    // Of the subscribers that the resource declares.
    [[nodiscard]] virtual std::vector<FeatureRow> features(std::string_view subscriber) = 0;
    // One worker's books each.
    [[nodiscard]] virtual std::vector<const CounterBlock*> counters() = 0;
    [[nodiscard]] virtual std::vector<Gauge> gauges() = 0;
};

}  // namespace strowger::manage
