#include <fmt/format.h>

#include "report.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::callgun {
namespace {

std::string time_text(Nanoseconds time) {
    const auto t = static_cast<double>(time);
    if (time < kMillisecond) return fmt::format("{:.0f} µs", t / 1e3);
    if (time < 10 * kMillisecond) return fmt::format("{:.2f} ms", t / 1e6);
    if (time < kSecond) return fmt::format("{:.1f} ms", t / 1e6);
    return fmt::format("{:.2f} s", t / 1e9);
}

void delay_row(std::string& out, std::string_view name, const Histogram& h) {
    if (h.count() == 0) return;
    out += fmt::format("  {:<22}{:>10}{:>11}{:>11}{:>11}{:>11}{:>11}\n", name, h.count(),
                       time_text(h.percentile(0.5)), time_text(h.percentile(0.9)),
                       time_text(h.percentile(0.99)), time_text(h.percentile(0.999)), time_text(h.highest()));
}

std::string_view noun(Load load) {
    switch (load) {
        case Load::options:
            return "OPTIONS";
        case Load::register_:
            return "registrations";
        case Load::calls:
            break;
    }
    return "calls";
}

void steps_text(std::string& out, const Report& report) {
    out += "search\n";
    out += fmt::format("  {:>10}{:>11}{:>9}{:>9}{:>13}{:>9}{:>11}\n", "rate/s", "attempts", "failed", "",
                       "sent again", "late", "p99");
    for (const Step& step : report.steps)
        out += fmt::format(
            "  {:>10.1f}{:>11}{:>9}{:>9}{:>13}{:>8.1f}%{:>11}{}{}\n", step.rate, step.attempted, step.failed,
            step.passed ? "passed" : "FAILED", step.after_retransmission,
            step.attempted == 0
                ? 0.0
                : 100.0 * static_cast<double>(step.late_starts) / static_cast<double>(step.attempted),
            time_text(step.p99), step.why.empty() ? "" : "  mostly: ", step.why);
    if (report.found_rate == 0) {
        out += "  no rate passed\n";
    } else {
        out +=
            fmt::format("  highest rate with at most {:g} % failures: {:.1f} {}/s{}\n",
                        100 * report.options->allowed_failures, report.found_rate, noun(report.options->load),
                        report.found_at_the_top ? " (--max-rate: nothing higher was tried)" : "");
        out += "  what follows is of the last step at that rate\n";
    }
    out += '\n';
}

void failures_text(std::string& out, const Results& r) {
    if (r.failed.get() == 0) return;
    out += "failures\n";
    for (std::size_t code = 0; code < r.failed_by_code.size(); ++code)
        if (r.failed_by_code[code].get() != 0)
            out += fmt::format("  {:>10}  {} {}\n", r.failed_by_code[code].get(), code,
                               wire::reason_phrase(static_cast<std::uint16_t>(code)));
    for (std::size_t i = 0; i < kFailures; ++i)
        if (r.failed_by_reason[i].get() != 0)
            out += fmt::format("  {:>10}  {}\n", r.failed_by_reason[i].get(), kFailureNames[i].text);
}

void media_text(std::string& out, const MediaResults& m) {
    out += fmt::format(
        "media\n  {} packets sent, {} received, {} lost, {} late, {} duplicates, {} reordered; {} legs, {} "
        "silent\n",
        m.sent.get(), m.received.get(), m.lost.get(), m.late.get(), m.duplicates.get(), m.reordered.get(),
        m.legs.get(), m.silent_legs.get());
    if (m.stray.get() + m.unknown.get() != 0)
        out += fmt::format("  {} packets to no leg of ours, {} that no callgun sent\n", m.stray.get(),
                           m.unknown.get());
}

void callee_text(std::string& out, const CalleeResults& c) {
    if (c.offered.get() + c.other_requests.get() == 0) return;
    out += fmt::format("callee\n  {} INVITEs, {} answered, {} acknowledged, {} released", c.offered.get(),
                       c.answered.get(), c.confirmed.get(), c.released.get());
    const std::pair<const Tally&, const char*> rest[] = {{c.cancelled, "cancelled"},
                                                         {c.refused, "refused"},
                                                         {c.unacknowledged, "without ACK"},
                                                         {c.never_released, "never released"},
                                                         {c.retransmissions, "answers sent again"},
                                                         {c.repeated_requests, "requests that came again"},
                                                         {c.other_requests, "other requests answered"}};
    for (const auto& [tally, text] : rest)
        if (tally.get() != 0) out += fmt::format(", {} {}", tally.get(), text);
    out += '\n';
}

}  // namespace

std::string report_text(const Report& report) {
    const Options& options = *report.options;
    const Results& r = *report.results;
    const Summary s = summarise(report);
    std::string out;
    if (options.search) steps_text(out, report);
    if (options.role == Role::callee) {
        out += fmt::format("calls answered for {:.2f} s\n", report.outcome.seconds());
    } else {
        out += fmt::format("{} at {}\n", noun(options.load), wire::to_string(options.target));
        out += fmt::format("  {} attempts in {:.2f} s ({:.1f}/s), {} completed ({:.3f} %), {} failed\n",
                           r.attempted.get(), report.outcome.seconds(), s.offered_rate, r.completed.get(),
                           100 * s.success_share, r.failed.get());
        out +=
            fmt::format("  {} requests sent again; {} completed only after that; {} challenged",
                        r.retransmissions.get(), r.completed_after_retransmission.get(), r.challenged.get());
        if (r.stray.get() + r.malformed.get() != 0)
            out += fmt::format("; {} messages belonged to nothing, {} were no SIP", r.stray.get(),
                               r.malformed.get());
        out += '\n';
    }
    if (options.avalanche)
        out += fmt::format("  all registered after {}{}\n",
                           time_text(report.outcome.last_success - report.outcome.began),
                           r.completed.get() == r.attempted.get()
                               ? fmt::format(", {} tried again", r.retried.get())
                               : fmt::format(": NO, {} of {} are not", r.attempted.get() - r.completed.get(),
                                             r.attempted.get()));
    if (options.load == Load::calls && options.role != Role::callee)
        out += fmt::format("  RFC 6076: SER {:.3f} %, SEER {:.3f} %, ISA {:.3f} %, SCR {:.3f} %\n", s.ser,
                           s.seer, s.isa, s.scr);
    if (options.load == Load::register_) out += fmt::format("  RFC 6076: IRA {:.3f} %\n", s.ira);
    failures_text(out, r);
    if (options.load == Load::calls) callee_text(out, r.callee);
    if (options.rtp) media_text(out, r.media);
    out += fmt::format("{:<24}{:>10}{:>11}{:>11}{:>11}{:>11}{:>11}\n", "delays", "count", "p50", "p90", "p99",
                       "p99.9", "highest");
    for (std::size_t i = 0; i < kPairs; ++i) delay_row(out, kPairNames[i].text, r.delays[i]);
    if (options.rtp) {
        delay_row(out, "RTP one way", r.media.one_way);
        delay_row(out, "RTP jitter of a leg", r.media.jitter);
    }
    out += "callgun itself\n";
    delay_row(out, "start after schedule", r.start_lateness);
    if (options.rtp) delay_row(out, "RTP after schedule", r.media.lateness);
    out += fmt::format("  busy {:.1f} % of the time, {:.1f} % of the polls were empty\n", 100 * s.busy_share,
                       100 * s.empty_poll_share);
    for (const PortState& port : report.outcome.ports)
        out += fmt::format("  port {}: {}{}\n", port.name, port.driver,
                           port.generic_xdp ? ", the slower kind: its driver has no XDP of its own" : "");
    if (s.own_limits.empty()) out += "  nothing here was the limit\n";
    for (const std::string& limit : s.own_limits) out += "  LIMIT: " + limit + "\n";
    return out;
}

}  // namespace strowger::callgun
