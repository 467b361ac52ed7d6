#include <fmt/format.h>

#include "report.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::callgun {
namespace {

constexpr double kAcceptableLateShare = 0.01;

double percent(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::uint64_t failed_with(const Results& r, std::initializer_list<std::size_t> codes) {
    std::uint64_t sum = 0;
    for (const std::size_t code : codes) sum += r.failed_by_code[code].get();
    return sum;
}

std::uint64_t redirected(const Results& r) {
    std::uint64_t sum = 0;
    for (std::size_t code = 300; code < 400; ++code) sum += r.failed_by_code[code].get();
    return sum;
}

std::uint64_t by_reason(const Results& r, Failure reason) {
    return r.failed_by_reason[static_cast<std::size_t>(reason)].get();
}

void find_own_limits(const Report& report, Summary& out) {
    const Results& r = *report.results;
    if (out.late_share > kAcceptableLateShare)
        out.own_limits.push_back(
            fmt::format("{:.1f} % of the attempts started more than 1 ms late (at most {:.1f} ms)",
                        100 * out.late_share, static_cast<double>(r.start_lateness.highest()) / 1e6));
    if (const auto none = by_reason(r, Failure::no_slot); none != 0)
        out.own_limits.push_back(fmt::format("{} attempts found no free slot; raise --slots", none));
    for (std::size_t i = 0; i < kDrops; ++i) {
        const std::uint64_t dropped = report.outcome.books.drops[i];
        const auto which = static_cast<Drop>(i);
        if (dropped == 0 || which == Drop::rx_not_ours || which == Drop::classify_no_listener) continue;
        out.own_limits.push_back(
            which == Drop::send_no_adjacency
                ? fmt::format("{} packets were dropped here: their next hop was not known yet", dropped)
                : fmt::format("{} packets were dropped here: {}", dropped, kDropRows[i].help));
    }
    for (const PortState& port : report.outcome.ports) {
        if (port.rx_missed != 0)
            out.own_limits.push_back(fmt::format("port {} missed {} packets", port.name, port.rx_missed));
        if (port.tx_invalid != 0)
            out.own_limits.push_back(
                fmt::format("port {}: the kernel refused {} packets", port.name, port.tx_invalid));
    }
}

}  // namespace

std::string commonest_failure(const Results& r) {
    std::string out;
    std::uint64_t most = 0;
    const auto look = [&](std::uint64_t count, auto&& text) {
        if (count <= most) return;
        most = count;
        out = text();
    };
    for (std::size_t code = 0; code < r.failed_by_code.size(); ++code)
        look(r.failed_by_code[code].get(), [&] {
            return fmt::format("{} {}", code, wire::reason_phrase(static_cast<std::uint16_t>(code)));
        });
    for (std::size_t i = 0; i < kFailures; ++i)
        look(r.failed_by_reason[i].get(), [&] { return std::string(kFailureNames[i].text); });
    return out;
}

Pair principal_pair(Load load) {
    switch (load) {
        case Load::options:
            return Pair::options_answer;
        case Load::register_:
            return Pair::register_200;
        case Load::calls:
            break;
    }
    return Pair::invite_200;
}

Summary summarise(const Report& report) {
    const Results& r = *report.results;
    Summary out;
    const std::uint64_t attempted = r.attempted.get();
    const double loading =
        static_cast<double>(report.outcome.last_start - report.outcome.began) / static_cast<double>(kSecond);
    // The first attempt leaves at once, so n attempts take n - 1 intervals.
    out.offered_rate = loading > 0 && attempted > 1 ? static_cast<double>(attempted - 1) / loading : 0;
    out.success_share = percent(r.completed.get(), attempted) / 100;
    out.late_share = percent(r.late_starts.get(), attempted) / 100;
    out.empty_poll_share = percent(report.outcome.empty_polls, report.outcome.polls) / 100;
    const double seconds = report.outcome.seconds();
    out.busy_share =
        seconds > 0 ? static_cast<double>(report.outcome.busy) / static_cast<double>(kSecond) / seconds : 0;
    const std::uint64_t ineffective = failed_with(r, {408, 500, 503, 504}) + by_reason(r, Failure::timeout);
    if (report.options->load == Load::calls) {
        const std::uint64_t counted = attempted - redirected(r);
        out.ser = percent(r.answered.get(), counted);
        out.seer = percent(r.answered.get() + failed_with(r, {480, 486, 600, 603}), counted);
        out.isa = percent(ineffective, attempted);
        out.scr = percent(r.completed.get(), attempted);
    }
    if (report.options->load == Load::register_) out.ira = percent(r.failed.get(), attempted);
    find_own_limits(report, out);
    return out;
}

}  // namespace strowger::callgun
