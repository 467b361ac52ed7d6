#include "manage/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace strowger::manage {

namespace {

std::string metric_name(std::string_view row_name) {
    std::string name = fmt::format("strowger_{}", row_name);
    std::ranges::replace(name, '.', '_');
    return name;
}

// Label values and help texts: backslash, quote and line end are escaped.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

}  // namespace

std::string metrics_text(std::span<const CounterBlock* const> workers, std::span<const Gauge> gauges) {
    std::string text;
    auto out = std::back_inserter(text);
    for (std::size_t i = 0; i < kCounters; ++i) {
        const std::string name = metric_name(kCounterRows[i].name) + "_total";
        fmt::format_to(out, "# HELP {0} {1}\n# TYPE {0} counter\n", name, kCounterRows[i].help);
        for (std::size_t worker = 0; worker < workers.size(); ++worker)
            fmt::format_to(out, "{}{{worker=\"{}\"}} {}\n", name, worker,
                           read_relaxed(workers[worker]->counters[i]));
    }
    fmt::format_to(
        out, "# HELP strowger_drops_total Packets dropped, by reason\n# TYPE strowger_drops_total counter\n");
    for (std::size_t worker = 0; worker < workers.size(); ++worker)
        for (std::size_t i = 0; i < kDrops; ++i)
            fmt::format_to(out, "strowger_drops_total{{worker=\"{}\",reason=\"{}\"}} {}\n", worker,
                           kDropRows[i].name, read_relaxed(workers[worker]->drops[i]));
    std::string_view last;
    for (const Gauge& gauge : gauges) {
        const std::string name = metric_name(gauge.name);
        if (gauge.name != last)
            fmt::format_to(out, "# HELP {0} {1}\n# TYPE {0} gauge\n", name, escaped(gauge.help));
        last = gauge.name;
        if (gauge.label.empty())
            fmt::format_to(out, "{} {}\n", name, gauge.value);
        else
            fmt::format_to(out, "{}{{{}=\"{}\"}} {}\n", name, gauge.label, escaped(gauge.label_value),
                           gauge.value);
    }
    return text;
}

}  // namespace strowger::manage
