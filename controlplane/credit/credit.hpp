// Whether a call may be made and for how long, as somebody outside says who keeps the callers' accounts.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace strowger::credit {

enum class Event : std::uint8_t {
    authorise,  // before the call is made
    renew,      // while it lasts, before what was granted is used up
    report,     // it is over: nothing is asked, and nothing is granted
};
[[nodiscard]] constexpr std::string_view name_of(Event event) {
    constexpr std::string_view names[] = {"authorise", "renew", "report"};
    return names[static_cast<std::size_t>(event)];
}

struct Question {
    Event event{};
    std::uint64_t ticket = 0;  // names it in the answer; a report has none
    std::uint64_t call = 0;    // id, as in the CDR
    std::string tenant;
    std::string from;        // caller's URI as it was received
    std::string to;          // Request-URI as it was received
    std::string subscriber;  // address of record of the caller; empty: none
    std::string trunk;       // that the caller came from; empty: none
    std::string led_on_by;   // URI of who led the call on last; empty: nobody
    std::string route;
    std::string rate;
    double used_s = 0;        // since the answer
    std::string ended_by;     // report: caller, callee or appliance
    std::uint16_t code = 0;   // report: final answer
    std::string reason;       // report
};
[[nodiscard]] std::string to_json(const Question& question);

struct Answer {
    std::uint64_t ticket = 0;
    bool answered = false;  // otherwise `why` not, and nothing else holds
    std::string why;
    std::uint32_t grant_s = 0;  // 0: refused
    std::string rate;           // mark of the price; empty: as it was asked
    std::uint16_t code = 0;     // refused: answer for the caller; 0: the configured one
};

// Implemented over HTTP; by a script in tests. Control thread only.
class Authority {
  public:
    using Done = std::function<void(const Answer&)>;
    virtual ~Authority() = default;
    // Once, before the first ask().
    virtual void tell(Done done) = 0;
    // The answer comes to `done` exactly once, never from within ask(). A report is repeated until it is
    // taken, for a bounded time.
    virtual void ask(Question question) = 0;
};

// The body of a 200: {"grant_s": 120, "rate": "fr-mobile"}, or {"grant_s": 0, "code": 403}.
[[nodiscard]] Answer read_answer(std::string_view json);

}  // namespace strowger::credit
