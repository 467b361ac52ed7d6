#include <boost/json.hpp>

#include "report.hpp"

namespace strowger::callgun {
namespace {

namespace json = boost::json;

double seconds(Nanoseconds time) {
    return static_cast<double>(time) / static_cast<double>(kSecond);
}

json::object of_histogram(const Histogram& h) {
    const auto us = [](Nanoseconds time) { return static_cast<double>(time) / 1e3; };
    return {{"count", h.count()},
            {"mean_us", us(h.mean())},
            {"p50_us", us(h.percentile(0.5))},
            {"p90_us", us(h.percentile(0.9))},
            {"p99_us", us(h.percentile(0.99))},
            {"p999_us", us(h.percentile(0.999))},
            {"highest_us", us(h.highest())}};
}

json::object of_media(const MediaResults& m) {
    return {{"sent", m.sent.get()},
            {"received", m.received.get()},
            {"lost", m.lost.get()},
            {"late", m.late.get()},
            {"duplicates", m.duplicates.get()},
            {"reordered", m.reordered.get()},
            {"stray", m.stray.get()},
            {"unknown", m.unknown.get()},
            {"legs", m.legs.get()},
            {"silent_legs", m.silent_legs.get()},
            {"one_way", of_histogram(m.one_way)},
            {"jitter", of_histogram(m.jitter)},
            {"lateness", of_histogram(m.lateness)}};
}

json::object of_callee(const CalleeResults& c) {
    return {{"offered", c.offered.get()},
            {"answered", c.answered.get()},
            {"confirmed", c.confirmed.get()},
            {"released", c.released.get()},
            {"cancelled", c.cancelled.get()},
            {"refused", c.refused.get()},
            {"unacknowledged", c.unacknowledged.get()},
            {"never_released", c.never_released.get()},
            {"retransmissions", c.retransmissions.get()},
            {"repeated_requests", c.repeated_requests.get()},
            {"other_requests", c.other_requests.get()}};
}

json::object of_search(const Report& report) {
    json::array steps;
    for (const Step& step : report.steps)
        steps.push_back(json::object{{"rate", step.rate},
                                     {"passed", step.passed},
                                     {"attempted", step.attempted},
                                     {"failed", step.failed},
                                     {"completed_after_retransmission", step.after_retransmission},
                                     {"late_starts", step.late_starts},
                                     {"p99_us", static_cast<double>(step.p99) / 1e3},
                                     {"why", json::string(step.why)}});
    return {{"rate", report.found_rate},
            {"at_max_rate", report.found_at_the_top},
            {"allowed_failures", report.options->allowed_failures},
            {"steps", std::move(steps)}};
}

std::string_view name_of(const Options& options) {
    if (options.role == Role::callee) return "answer";
    switch (options.load) {
        case Load::options:
            return "options";
        case Load::register_:
            return "register";
        case Load::calls:
            break;
    }
    return "calls";
}

}  // namespace

std::string report_json(const Report& report) {
    const Options& options = *report.options;
    const Results& r = *report.results;
    const Summary s = summarise(report);
    json::object out{
        {"load", name_of(options)},
        {"target", options.role == Role::callee ? std::string() : wire::to_string(options.target)},
        {"rate", options.rate},
        {"seconds", report.outcome.seconds()},
        {"offered_rate", s.offered_rate},
        {"attempted", r.attempted.get()},
        {"completed", r.completed.get()},
        {"failed", r.failed.get()},
        {"success_share", s.success_share},
        {"answered", r.answered.get()},
        {"challenged", r.challenged.get()},
        {"retransmissions", r.retransmissions.get()},
        {"completed_after_retransmission", r.completed_after_retransmission.get()},
        {"stray", r.stray.get()},
        {"malformed", r.malformed.get()}};
    json::object codes;
    for (std::size_t code = 0; code < r.failed_by_code.size(); ++code)
        if (r.failed_by_code[code].get() != 0) codes[std::to_string(code)] = r.failed_by_code[code].get();
    out["failed_by_code"] = std::move(codes);
    json::object reasons;
    for (std::size_t i = 0; i < kFailures; ++i)
        if (r.failed_by_reason[i].get() != 0) reasons[kFailureNames[i].key] = r.failed_by_reason[i].get();
    out["failed_by_reason"] = std::move(reasons);
    if (options.load == Load::calls)
        out["rfc6076"] = json::object{{"ser", s.ser}, {"seer", s.seer}, {"isa", s.isa}, {"scr", s.scr}};
    if (options.load == Load::register_) out["rfc6076"] = json::object{{"ira", s.ira}};
    if (options.avalanche) {
        out["retried"] = r.retried.get();
        out["all_registered"] = r.completed.get() == r.attempted.get();
        out["all_registered_s"] = seconds(report.outcome.last_success - report.outcome.began);
    }
    json::object delays;
    for (std::size_t i = 0; i < kPairs; ++i)
        if (r.delays[i].count() != 0) delays[kPairNames[i].key] = of_histogram(r.delays[i]);
    out["delays"] = std::move(delays);
    if (options.load == Load::calls) out["callee"] = of_callee(r.callee);
    if (options.rtp) out["media"] = of_media(r.media);
    json::array limits;
    for (const std::string& limit : s.own_limits) limits.push_back(json::string(limit));
    json::array ports;
    for (const PortState& port : report.outcome.ports)
        ports.push_back(
            json::object{{"name", port.name}, {"driver", port.driver}, {"rx_missed", port.rx_missed}});
    out["ports"] = std::move(ports);
    out["generator"] = json::object{{"start_lateness", of_histogram(r.start_lateness)},
                                    {"late_starts", r.late_starts.get()},
                                    {"late_share", s.late_share},
                                    {"busy_share", s.busy_share},
                                    {"empty_poll_share", s.empty_poll_share},
                                    {"was_the_limit", !s.own_limits.empty()},
                                    {"limits", std::move(limits)}};
    if (options.search) out["search"] = of_search(report);
    return json::serialize(out);
}

}  // namespace strowger::callgun
