// One page of what a run came to, as text and as JSON.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "generator.hpp"
#include "options.hpp"
#include "results.hpp"
#include "strowger/counters.hpp"

namespace strowger::callgun {

struct Step {
    double rate = 0;
    bool passed = false;
    std::uint64_t attempted = 0;
    std::uint64_t failed = 0;
    std::uint64_t after_retransmission = 0;
    std::uint64_t late_starts = 0;
    Nanoseconds p99 = 0;  // of the load's principal delay
    std::string why;      // most of its failures; empty: there were none
};

struct Report {
    const Options* options = nullptr;
    std::unique_ptr<Results> results;  // of a search: of the highest rate that passed
    Outcome outcome;
    std::vector<Step> steps;  // of a search
    double found_rate = 0;    // of a search; 0: nothing passed
    bool found_at_the_top = false;
};

// Figures that both forms show.
struct Summary {
    double offered_rate = 0;  // attempts a second that were really started
    double success_share = 0;
    double late_share = 0;  // starts more than 1 ms behind their schedule
    double empty_poll_share = 0;
    double busy_share = 0;
    // RFC 6076, in percent; sessions and registrations.
    double ser = 0;   // 4.6: session establishment ratio
    double seer = 0;  // 4.7: session establishment effectiveness ratio
    double isa = 0;   // 4.8: ineffective session attempts
    double scr = 0;   // 4.9: session completion ratio
    double ira = 0;   // 4.2: ineffective registration attempts
    // What says that callgun or its ports, and not the system under test, set the limit; empty: nothing does.
    std::vector<std::string> own_limits;
};
[[nodiscard]] Summary summarise(const Report& report);
// "503 Service Unavailable": what most failures were; empty: there were none.
[[nodiscard]] std::string commonest_failure(const Results& results);
// The delay that a load is judged by.
[[nodiscard]] Pair principal_pair(Load load);

[[nodiscard]] std::string report_text(const Report& report);
[[nodiscard]] std::string report_json(const Report& report);

}  // namespace strowger::callgun
