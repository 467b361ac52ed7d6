// Writes the pages of docs/reference from the rows: reference config|counters|drops|cli|api > PAGE.md
//
//   reference PAGE --check FILE   succeeds when FILE is what would be written
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "model/allowed.hpp"
#include "model/schema.hpp"
#include "model/show.hpp"
#include "strowger/commands.hpp"
#include "strowger/counters.hpp"

namespace {

using namespace strowger;

std::string heading(std::string_view title, std::string_view rows) {
    constexpr std::string_view kForm =
        "# {}\n\n<!-- Made from the rows of {} by tools/reference: change the rows. -->\n\n";
    return fmt::format(kForm, title, rows);
}

// Table cells: a bar would end them.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

std::string code(std::string_view text) {
    return text.empty() ? std::string() : fmt::format("`{}`", text);
}

// Times carry their unit themselves.
std::string_view unit_of(const model::OptionRow& row) {
    return row.unit == "none" || row.type.ends_with("Duration") ? std::string_view() : row.unit;
}

std::string config_page() {
    std::string page = heading("Configuration", "include/strowger/config.def");
    page +=
        "A configuration is a file of YAML documents, one resource each: `kind`, `name`, and options. Times "
        "are written "
        "with their\nunit: `500ms`, `30s`, `5m`, `1h`, `2d`. `live` options act at once, `restart` ones at "
        "the next start "
        "of strowgerd.\n`strowger describe KIND` shows the same in the terminal; `strowgerd --check FILE` "
        "tells every "
        "mistake with its line.\n";
    for (const model::KindRow& kind : model::kinds()) {
        page += fmt::format("\n## {}\n\n{}.\n\n", kind.name, kind.help);
        page += "| option | allowed | default | unit | changes | |\n|---|---|---|---|---|---|\n";
        for (const model::OptionRow& row : model::options(kind.kind))
            page +=
                fmt::format("| `{}` | {} | {} | {} | {} | {}{} |\n", row.name, cell(model::allowed(row)),
                            row.bounds.required ? "needed" : code(model::default_text(kind.kind, row.name)),
                            unit_of(row), row.when == model::When::live ? "live" : "restart", cell(row.help),
                            row.help.ends_with('.') ? "" : ".");
    }
    return page;
}

std::string counters_page() {
    std::string page = heading("Counters", "include/strowger/counters.def");
    page +=
        "Each worker counts for itself. `strowger counters` shows the sums; Prometheus finds `stage.name` as "
        "`strowger_stage_name_total{worker=\"N\"}`.\n\n| counter | counts | |\n|---|---|---|\n";
    for (const CounterRow& row : kCounterRows)
        page += fmt::format("| `{}` | {} | {}. |\n", row.name, row.unit, cell(row.help));
    return page;
}

std::string drops_page() {
    std::string page = heading("Drop reasons", "include/strowger/drops.def");
    page +=
        "Every packet ends in a named verdict; these are the reasons for which a worker drops one. `info` is "
        "ordinary on "
        "an open\nnetwork, `warn` means that somebody's configuration or software is wrong, `error` that "
        "something was "
        "lost that should\nnot have been. Prometheus: "
        "`strowger_drops_total{worker=\"N\",reason=\"stage.name\"}`.\n\n"
        "| reason | severity | |\n|---|---|---|\n";
    for (const DropRow& row : kDropRows)
        page += fmt::format("| `{}` | {} | {}. |\n", row.name, row.severity, cell(row.help));
    return page;
}

std::string cli_page() {
    std::string page = heading("Command line", "include/strowger/commands.def");
    page +=
        "`strowger` speaks to the daemon on its Unix socket (`--socket`, `STROWGER_SOCKET`), or with `--api "
        "ADDRESS:PORT` "
        "and\n`--token` on TCP. Every command takes `--json` and `--wide`. Exit status: 0 done, 1 refused by "
        "the daemon, 2 "
        "wrong\nusage, 3 daemon not reached. `source <(strowger completion bash)` completes in the shell.\n";
    for (const CommandRow& row : kCommandRows) {
        std::string name(row.name);
        std::ranges::replace(name, '_', ' ');
        page += fmt::format("\n## strowger {}{}{}\n\n{}.\n\n`{} {}`\n", name,
                            row.arguments.empty() ? "" : " ", row.arguments, row.help, row.method, row.path);
        bool first = true;
        for (const FlagRow& flag : kFlagRows) {
            if (flag.command != row.command) continue;
            std::string long_name(flag.name);
            std::ranges::replace(long_name, '_', '-');
            page += fmt::format("{}- `-{}`, `--{}{}{}`: {}\n", first ? "\n" : "", flag.letter, long_name,
                                flag.value.empty() ? "" : " ", flag.value, flag.help);
            first = false;
        }
    }
    return page;
}

struct Field {
    std::string_view name;
    std::string_view type;
    std::string_view unit;
    std::string_view help;
};

#define FIELD(field, type, unit, help) Field{#field, #type, #unit, help},
constexpr Field kStatus[] = {
#define ROW_status FIELD
#include "manage/rows.def"
};
constexpr Field kPort[] = {
#define ROW_port FIELD
#include "manage/rows.def"
};
constexpr Field kWorker[] = {
#define ROW_worker FIELD
#include "manage/rows.def"
};
constexpr Field kCall[] = {
#define ROW_call FIELD
#include "manage/rows.def"
};
constexpr Field kLeg[] = {
#define ROW_leg FIELD
#include "manage/rows.def"
};
constexpr Field kRegistration[] = {
#define ROW_registration FIELD
#include "manage/rows.def"
};
constexpr Field kLcr[] = {
#define ROW_lcr FIELD
#include "manage/rows.def"
};
constexpr Field kAccount[] = {
#define ROW_account FIELD
#include "manage/rows.def"
};
constexpr Field kTrunk[] = {
#define ROW_trunk FIELD
#include "manage/rows.def"
};
constexpr Field kCounter[] = {
#define ROW_counter FIELD
#include "manage/rows.def"
};
constexpr Field kMessage[] = {
#define ROW_message FIELD
#include "manage/rows.def"
};
constexpr Field kDecision[] = {
#define ROW_decision FIELD
#include "manage/rows.def"
};
#undef FIELD

template <std::size_t N>
std::string fields(std::string_view title, std::string_view where, const Field (&rows)[N]) {
    std::string text =
        fmt::format("\n## {}\n\n{}\n\n| field | type | unit | |\n|---|---|---|---|\n", title, where);
    for (const Field& row : rows)
        text += fmt::format("| `{}` | {} | {} | {}. |\n", row.name, row.type,
                            row.unit == "none" ? "" : row.unit, cell(row.help));
    return text;
}

std::string events_page() {
    std::string page = heading("Events", "controlplane/observe/events.def");
    page +=
        "`strowger events` lists those that are kept (`events_kept`), `--follow` goes on with what happens "
        "from now on. "
        "Over\nHTTP: `GET /v1/events/KIND`; with `?follow=1` a stream of server-sent events whose `id` is "
        "the sequence "
        "number. A\nclient that comes back asks with `after=ID`. A reader that is too slow gets an event "
        "`lost` with the "
        "number of\nevents that it missed. Each event is "
        "`{\"sequence\":…,\"time_ms\":…,\"kind\":…,\"data\":{…}}`.\n";
#define F(name, type, help) page += fmt::format("| `{}` | {} | {}. |\n", #name, #type, cell(help));
#define EVENT(kind, Type, help, fields)                                                              \
    page += fmt::format("\n## {}\n\n{}.\n\n| field | type | |\n|---|---|---|\n", #kind, cell(help)); \
    fields
#include "observe/events.def"
#undef F
    return page;
}

std::string api_page() {
    std::string page =
        heading("Management API", "include/strowger/commands.def and controlplane/manage/rows.def");
    page +=
        "HTTP/1.1 with JSON on the Unix socket `api_socket`, and on `api_listen` with `Authorization: Bearer "
        "<api_token>`.\nErrors are `{\"error\": \"…\", \"problems\": [\"file:line: …\"]}` with status 400, "
        "404, 405, 413, "
        "422, 501 or 503.\n\n| request | |\n|---|---|\n";
    for (const CommandRow& row : kCommandRows)
        page += fmt::format("| `{} {}` | {}. |\n", row.method, row.path, cell(row.help));
    page += fields("Status", "`GET /v1/status`", kStatus);
    page += fields("Port", "`GET /v1/ports`, a list", kPort);
    page += fields("Worker", "`GET /v1/workers`, a list", kWorker);
    page += fields("Call", "`GET /v1/calls`, a list; `GET /v1/calls/{ID}` has `call`, `legs` and `ladder`",
                   kCall);
    page += fields("Leg", "`GET /v1/legs/{CALL}`, a list", kLeg);
    page += fields("Registration", "`GET /v1/registrations/{USER}`, a list", kRegistration);
    page += fields("Rate table", "`GET /v1/lcr`, a list with one entry a table", kLcr);
    page += fields("Account", "`GET /v1/accounts`, a list with one entry an account", kAccount);
    page += fields("Trunk", "`GET /v1/trunks`, a list with one entry a target", kTrunk);
    page += fields("Counter", "`GET /v1/counters/{NAME}`, a list", kCounter);
    page += fields("Message", "`GET /v1/trace/{WHAT}` has `messages` and `ladder`", kMessage);
    page += fields("Decision", "`POST /v1/why`, a list", kDecision);
    return page;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view name = argc > 1 ? argv[1] : "";
    std::string page;
    if (name == "config") page = config_page();
    if (name == "counters") page = counters_page();
    if (name == "drops") page = drops_page();
    if (name == "cli") page = cli_page();
    if (name == "api") page = api_page();
    if (name == "events") page = events_page();
    if (page.empty()) {
        std::fputs("usage: reference config|counters|drops|cli|api|events [--check FILE]\n", stderr);
        return 2;
    }
    if (argc != 4) return std::fputs(page.c_str(), stdout) >= 0 ? 0 : 1;
    std::ifstream file(argv[3]);
    std::stringstream written;
    written << file.rdbuf();
    if (written.str() == page) return 0;
    fmt::print(stderr, "{} is not what the rows say: run tools/reference/write\n", argv[3]);
    return 1;
}
