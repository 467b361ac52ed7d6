#include "live.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "report.hpp"

namespace strowger::callgun {

Live::Live(const Options& options) : options_(options), terminal_(::isatty(STDOUT_FILENO) == 1) {}

void Live::show(const Results& r, Nanoseconds began, double rate, Nanoseconds now) {
    if (options_.quiet || now < next_) return;
    next_ = next_ == 0 ? now + kSecond : next_ + kSecond;
    const double seconds = static_cast<double>(now - began) / static_cast<double>(kSecond);
    std::string line = fmt::format("{:5.0f} s", seconds);
    if (options_.role != Role::callee) {
        const Histogram& delay = r.of(principal_pair(options_.load));
        line += fmt::format(
            "  {:.0f}/s: {} started, {} completed, {} failed, {} active; p50 {:.2f} ms, p99 {:.2f} ms", rate,
            r.attempted.get(), r.completed.get(), r.failed.get(), r.active.get(),
            static_cast<double>(delay.percentile(0.5)) / 1e6,
            static_cast<double>(delay.percentile(0.99)) / 1e6);
        if (r.late_starts.get() != 0) line += fmt::format("; {} started late", r.late_starts.get());
    } else {
        line += fmt::format("  {} offered, {} answered, {} released", r.callee.offered.get(),
                            r.callee.answered.get(), r.callee.released.get());
    }
    if (options_.rtp)
        line += fmt::format("; RTP {} sent, {} received, {} late", r.media.sent.get(), r.media.received.get(),
                            r.media.late.get());
    if (terminal_) {
        std::fputs(("\r\x1b[K" + line).c_str(), stdout);
        open_ = true;
    } else {
        std::puts(line.c_str());
    }
    std::fflush(stdout);
}

void Live::end() {
    if (open_) std::puts("");
    open_ = false;
}

}  // namespace strowger::callgun
