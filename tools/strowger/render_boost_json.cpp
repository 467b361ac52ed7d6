// The only file of the command line that knows Boost.JSON.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "render.hpp"
#include "table.hpp"

namespace strowger::cli {

namespace json = boost::json;

namespace {

// A member, or null.
const json::value& member(const json::value& value, std::string_view name) {
    static const json::value none;
    if (!value.is_object()) return none;
    const json::value* found = value.get_object().if_contains(json::string_view(name.data(), name.size()));
    return found != nullptr ? *found : none;
}

std::string text_of(const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_bool()) return value.get_bool() ? "yes" : "no";
    if (value.is_double()) return value.get_double() == 0 ? "-" : fmt::format("{:.1f}", value.get_double());
    if (value.is_int64()) return fmt::format("{}", value.get_int64());
    if (value.is_uint64()) return fmt::format("{}", value.get_uint64());
    if (value.is_array()) {
        std::string text;
        for (const json::value& entry : value.get_array())
            text += (text.empty() ? "" : ", ") + text_of(entry);
        return text;
    }
    return {};
}

std::uint64_t count_of(const json::value& value) {
    if (value.is_uint64()) return value.get_uint64();
    if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
    return 0;
}

struct Spec {
    std::string_view header;
    std::string_view field;
    std::string_view form;
};

std::vector<Spec> specs_of(std::string_view columns) {
    std::vector<Spec> specs;
    while (!columns.empty()) {
        const std::string_view word = columns.substr(0, columns.find(' '));
        const std::size_t equals = word.find('=');
        const std::size_t colon = word.find(':');
        specs.push_back(
            {.header = word.substr(0, equals),
             .field = word.substr(equals + 1, colon == std::string_view::npos ? colon : colon - equals - 1),
             .form = colon == std::string_view::npos ? std::string_view{} : word.substr(colon + 1)});
        columns = columns.size() > word.size() ? columns.substr(word.size() + 1) : std::string_view{};
    }
    return specs;
}

std::string cell_of(const json::value& value, std::string_view form) {
    if (form == "time") return value.is_number() ? duration_text(count_of(value)) : std::string();
    if (form == "at")
        return value.is_number() ? time_text(static_cast<std::int64_t>(count_of(value))) : std::string();
    return text_of(value);
}

std::string rows_table(const json::array& array, std::string_view columns_text, std::size_t width) {
    const auto specs = specs_of(columns_text);
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;
    for (const Spec& spec : specs) {
        const bool number =
            !array.empty() && member(array.front(), spec.field).is_number() && spec.form != "at";
        columns.push_back({.header = std::string(spec.header), .right = number});
    }
    for (const json::value& entry : array) {
        rows.emplace_back();
        for (const Spec& spec : specs) rows.back().push_back(cell_of(member(entry, spec.field), spec.form));
    }
    return table(columns, rows, width);
}

std::string status_text(const json::value& s) {
    const auto of = [&](std::string_view name) { return text_of(member(s, name)); };
    std::string text = fmt::format("strowgerd {}, up {}, configuration version {}, {} workers ({})\n",
                                   of("software"), duration_text(count_of(member(s, "uptime_s"))),
                                   of("config_version"), of("workers"), of("mode"));
    const std::vector<std::vector<std::string>> rows{
        {"ports", fmt::format("{} of {} up", of("ports_up"), of("ports"))},
        {"trunks", fmt::format("{} of {} up", of("trunks_up"), of("trunks"))},
        {"calls", fmt::format("{} now, {} since the start, {} of them not answered", of("calls"),
                              of("calls_total"), of("calls_failed"))},
        {"registrations", of("registrations")},
        {"media legs", of("legs")},
        {"transactions", of("transactions")},
        {"backlog", fmt::format("{} messages; {} new requests refused since the start", of("backlog"),
                                of("refused_overload"))},
        {"memory", fmt::format("{} MB", of("memory_mb"))},
        {"database", of("database")}};
    for (const auto& row : rows) text += fmt::format("  {:<14} {}\n", row[0], row[1]);
    const json::value& warnings = member(s, "warnings");
    if (warnings.is_array())
        for (const json::value& warning : warnings.get_array())
            text += fmt::format("! {}\n", text_of(warning));
    return text;
}

std::string call_text(const json::value& answer, std::size_t width) {
    const json::value& call = member(answer, "call");
    std::string text =
        fmt::format("call {}: {} -> {}, {}\n", text_of(member(call, "id")), text_of(member(call, "from")),
                    text_of(member(call, "to")), text_of(member(call, "state")));
    for (const std::string_view name :
         {"from_realm", "to_realm", "from_trunk", "to_trunk", "from_call_id", "to_call_id", "codec", "media"})
        if (const std::string value = text_of(member(call, name)); !value.empty())
            text += fmt::format("  {:<13} {}\n", name, value);
    text += fmt::format("  {:<13} {}\n", "age", duration_text(count_of(member(call, "age_s"))));
    text += fmt::format("  {:<13} {}\n", "talk", duration_text(count_of(member(call, "talk_s"))));
    const json::value& legs = member(answer, "legs");
    const std::string_view columns =
        "SIDE=side REALM=realm LOCAL=local REMOTE=remote LATCH=latch CODEC=codec IN=packets_in "
        "OUT=packets_out LOST=lost "
        "JITTER-MS=jitter_ms RTT-MS=round_trip_ms BLEED=bleed MOS=mos";
    if (legs.is_array() && !legs.get_array().empty())
        text += "\n" + rows_table(legs.get_array(), columns, width);
    if (const std::string ladder = text_of(member(answer, "ladder")); !ladder.empty()) text += "\n" + ladder;
    return text;
}

std::string trace_text(const json::value& answer) {
    std::string text = text_of(member(answer, "ladder"));
    const json::value& messages = member(answer, "messages");
    if (!messages.is_array()) return text;
    for (const json::value& message : messages.get_array()) {
        const std::string whole = text_of(member(message, "text"));
        if (whole.empty()) continue;
        text +=
            fmt::format("\n--- {} {} -> {}\n{}",
                        time_text(static_cast<std::int64_t>(count_of(member(message, "time_us")) / 1000)),
                        text_of(member(message, "source")), text_of(member(message, "destination")), whole);
        if (!text.ends_with('\n')) text += '\n';
    }
    return text;
}

std::string resources_table(const json::array& resources, std::size_t width) {
    std::vector<std::vector<std::string>> rows;
    for (const json::value& resource : resources) {
        std::string options;
        const json::value& set = member(resource, "options");
        if (set.is_object())
            for (const auto& option : set.get_object())
                options += fmt::format("{}{}={}", options.empty() ? "" : " ",
                                       std::string_view(option.key().data(), option.key().size()),
                                       text_of(option.value()));
        rows.push_back(
            {text_of(member(resource, "kind")), text_of(member(resource, "name")), std::move(options)});
    }
    return table({{.header = "KIND"}, {.header = "NAME"}, {.header = "OPTIONS"}}, rows, width);
}

// "2026-11-25 22:01:03  call_start  call=7 from=sip:1001@lab.example"
std::string event_line(const json::value& event) {
    std::string line =
        fmt::format("{}  {:<13}", time_text(static_cast<std::int64_t>(count_of(member(event, "time_ms")))),
                    text_of(member(event, "kind")));
    const json::value& data = member(event, "data");
    if (data.is_object())
        for (const auto& entry : data.get_object())
            if (const std::string value = text_of(entry.value()); !value.empty())
                line +=
                    fmt::format(" {}={}", std::string_view(entry.key().data(), entry.key().size()), value);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '.';
    return line + "\n";
}

Rendered change_text(const json::value& answer, bool asked_only) {
    Rendered rendered;
    const json::value& changes = member(answer, "changes");
    bool restart = false;
    if (changes.is_array())
        for (const json::value& change : changes.get_array()) {
            rendered.out += text_of(member(change, "text"));
            restart = restart || text_of(member(change, "restart")) == "yes";
        }
    const std::string version = text_of(member(answer, "version"));
    const bool applied = text_of(member(answer, "applied")) == "yes";
    if (rendered.out.empty())
        rendered.out = fmt::format("no change: version {} runs\n", version);
    else if (applied)
        rendered.out += fmt::format("version {} runs\n", version);
    else if (!asked_only)
        rendered.out += "nothing was changed\n";
    if (applied && restart)
        rendered.err += "some of it acts at the next start: sudo systemctl restart strowgerd\n";
    if (const std::string warning = text_of(member(answer, "warning")); !warning.empty())
        rendered.err += "warning: " + warning + "\n";
    return rendered;
}

}  // namespace

Rendered render(const CommandRow& row, std::string_view body, std::size_t width) {
    boost::system::error_code error;
    const json::value answer = json::parse(json::string_view(body.data(), body.size()), error);
    if (error) return {.out = {}, .err = "the daemon's answer is not JSON\n", .ok = false};
    switch (row.command) {
        case Command::status_:
            return {.out = status_text(answer)};
        case Command::call_:
            return {.out = call_text(answer, width)};
        case Command::trace_:
            return {.out = trace_text(answer)};
        case Command::events_: {
            Rendered rendered;
            if (!answer.is_array()) break;
            for (const json::value& event : answer.get_array()) rendered.out += event_line(event);
            return rendered;
        }
        case Command::apply_:
        case Command::delete_:
        case Command::rollback_:
        case Command::override_:
            return change_text(answer, false);
        case Command::diff_:
            return change_text(answer, true);
        case Command::get_:
            if (answer.is_array()) return {.out = resources_table(answer.get_array(), width)};
            break;
        default:
            if (answer.is_array() && !row.columns.empty())
                return {.out = rows_table(answer.get_array(), row.columns, width)};
            break;
    }
    return {
        .out = {}, .err = "the daemon's answer has another form: is it of another version?\n", .ok = false};
}

std::string render_event(std::string_view event) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(event.data(), event.size()), error);
    return error ? std::string() : event_line(value);
}

std::string render_error(std::string_view body) {
    boost::system::error_code error;
    const json::value answer = json::parse(json::string_view(body.data(), body.size()), error);
    if (error) return std::string(body) + "\n";
    std::string text;
    const json::value& problems = member(answer, "problems");
    if (problems.is_array())
        for (const json::value& problem : problems.get_array()) text += text_of(problem) + "\n";
    return text + text_of(member(answer, "error")) + "\n";
}

Rendered render_top(std::string_view before, std::string_view now, std::size_t width) {
    boost::system::error_code error;
    const json::value later = json::parse(json::string_view(now.data(), now.size()), error);
    if (error || !later.is_array())
        return {.out = {}, .err = "the daemon's answer is not a list of workers\n", .ok = false};
    const json::value earlier =
        before.empty() ? json::value() : json::parse(json::string_view(before.data(), before.size()), error);
    const std::vector<Column> columns{
        {.header = "WORKER", .right = true}, {.header = "CPU", .right = true},
        {.header = "BUSY", .right = true},   {.header = "RX/S", .right = true},
        {.header = "TX/S", .right = true},   {.header = "RTP/S", .right = true},
        {.header = "SIP/S", .right = true},  {.header = "PUNT/S", .right = true},
        {.header = "DROP/S", .right = true}};
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < later.get_array().size(); ++i) {
        const json::value& worker = later.get_array()[i];
        static const json::value none;
        const json::value& old =
            earlier.is_array() && i < earlier.get_array().size() ? earlier.get_array()[i] : none;
        const auto delta = [&](std::string_view name) {
            const std::uint64_t a = count_of(member(old, name));
            const std::uint64_t b = count_of(member(worker, name));
            return static_cast<double>(b >= a ? b - a : 0);
        };
        const double busy = delta("busy_ns");
        const double spent = busy + delta("idle_ns");
        const double seconds = (before.empty() ? spent : delta("time_ns")) / 1e9;
        rows.push_back({text_of(member(worker, "worker")), text_of(member(worker, "cpu")),
                        spent > 0 ? fmt::format("{:.0f}%", 100 * busy / spent) : "-"});
        for (const std::string_view name :
             {"rx_packets", "tx_packets", "rtp_relayed", "sip_messages", "punted", "drops"})
            rows.back().push_back(seconds > 0 ? rate_text(delta(name) / seconds) : "-");
    }
    return {.out = table(columns, rows, width)};
}

}  // namespace strowger::cli
