// status, ports, top, calls, call, registrations, trunks, legs, counters, trace, why, metrics.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "manage/api.hpp"
#include "manage/json.hpp"
#include "manage/metrics.hpp"

namespace strowger::manage {

namespace {

constexpr std::size_t kRows = 1000;
constexpr std::size_t kMostRows = 100'000;

std::size_t limit_of(const HttpRequest& http) {
    const std::string_view text = http.flag("limit");
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && value > 0 ? std::min(value, kMostRows) : kRows;
}

void call(Provider& provider, const HttpRequest& http, const AnswerDone& done) {
    const auto detail = provider.call(http.segment("ID"));
    if (!detail)
        return done(
            error_answer(404, fmt::format("there is no call {}: `strowger calls` shows those in progress, "
                                          "`strowger trace` recent ones",
                                          http.segment("ID"))));
    done({.body = json_of(*detail)});
}

// Values of one worker, or of all together.
void counters(Provider& provider, const HttpRequest& http, const AnswerDone& done) {
    std::vector<const CounterBlock*> workers = provider.counters();
    if (const std::string_view wanted = http.flag("worker"); !wanted.empty()) {
        std::size_t worker = workers.size();
        const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), worker);
        if (error != std::errc{} || end != wanted.data() + wanted.size() || worker >= workers.size())
            return done(error_answer(
                404, fmt::format("there is no worker {}: they are 0 to {}", wanted, workers.size() - 1)));
        workers = {workers[worker]};
    }
    const bool all = !http.flag("all").empty();
    const std::string_view beginning = http.segment("NAME");
    std::vector<CounterValueRow> rows;
    const auto add = [&](std::string_view name, std::string_view unit, std::string_view help, auto value_of) {
        if (!name.starts_with(beginning)) return;
        std::uint64_t sum = 0;
        for (const CounterBlock* worker : workers) sum += read_relaxed(value_of(*worker));
        if (sum != 0 || all)
            rows.push_back({.name = std::string(name),
                            .value = sum,
                            .unit = std::string(unit),
                            .help = std::string(help)});
    };
    for (std::size_t i = 0; i < kCounters; ++i)
        add(kCounterRows[i].name, kCounterRows[i].unit, kCounterRows[i].help,
            [i](const CounterBlock& worker) -> const std::uint64_t& { return worker.counters[i]; });
    for (std::size_t i = 0; i < kDrops; ++i)
        add(kDropRows[i].name, "dropped", kDropRows[i].help,
            [i](const CounterBlock& worker) -> const std::uint64_t& { return worker.drops[i]; });
    done({.body = json_of(rows)});
}

void trace(Provider& provider, const HttpRequest& http, const AnswerDone& done) {
    const std::string_view what = http.segment("WHAT");
    if (!http.flag("pcapng").empty()) {
        std::string file = provider.trace_pcapng(what);
        if (!file.empty()) return done({.type = "application/x-pcapng", .body = std::move(file)});
    } else {
        const Trace found = provider.trace(what, !http.flag("messages").empty());
        if (!found.messages.empty()) return done({.body = json_of(found)});
    }
    done(error_answer(
        404, fmt::format("no message with the number or Call-ID {} is kept (option trace_messages of the "
                         "system says how many are)",
                         what)));
}

void why(Provider& provider, const HttpRequest& http, const AnswerDone& done) {
    if (http.body.empty())
        return done(error_answer(400, "the body is empty: it must be a pcap file or a SIP message"));
    const WhyAnswer answer = provider.why({.body = http.body,
                                           .realm = std::string(http.flag("realm")),
                                           .source = std::string(http.flag("source"))});
    if (!answer.error.empty()) return done(error_answer(422, answer.error));
    done({.body = json_of(answer.decisions)});
}

void why_call(Provider& provider, const HttpRequest& http, const AnswerDone& done) {
    const WhyAnswer answer = provider.why_call({.from = std::string(http.segment("FROM")),
                                                .to = std::string(http.segment("TO")),
                                                .at = std::string(http.flag("at"))});
    if (!answer.error.empty()) return done(error_answer(422, answer.error));
    done({.body = json_of(answer.decisions)});
}

}  // namespace

void serve_observation(Router& router, Provider& provider) {
    router.on(Command::status_, [&](const HttpRequest&, const AnswerDone& done) {
        done({.body = json_of(provider.status())});
    });
    router.on(Command::ports_,
              [&](const HttpRequest&, const AnswerDone& done) { done({.body = json_of(provider.ports())}); });
    router.on(Command::top_, [&](const HttpRequest&, const AnswerDone& done) {
        done({.body = json_of(provider.workers())});
    });
    router.on(Command::calls_, [&](const HttpRequest& http, const AnswerDone& done) {
        done({.body = json_of(provider.calls(http.flag("number"), limit_of(http)))});
    });
    router.on(Command::call_,
              [&](const HttpRequest& http, const AnswerDone& done) { call(provider, http, done); });
    router.on(Command::registrations_, [&](const HttpRequest& http, const AnswerDone& done) {
        done({.body = json_of(provider.registrations(http.segment("USER"), limit_of(http)))});
    });
    router.on(Command::lcr_,
              [&](const HttpRequest&, const AnswerDone& done) { done({.body = json_of(provider.lcr())}); });
    router.on(Command::reload_, [&](const HttpRequest& http, const AnswerDone& done) {
        if (!provider.reload(http.segment("TABLE")))
            return done(error_answer(
                404, fmt::format("there is no lcr_table {}; `strowger lcr` shows those there are",
                                 http.segment("TABLE"))));
        done({.body = json_of(provider.lcr())});
    });
    router.on(Command::accounts_, [&](const HttpRequest&, const AnswerDone& done) {
        done({.body = json_of(provider.accounts())});
    });
    router.on(Command::trunks_, [&](const HttpRequest&, const AnswerDone& done) {
        done({.body = json_of(provider.trunks())});
    });
    router.on(Command::legs_, [&](const HttpRequest& http, const AnswerDone& done) {
        done({.body = json_of(provider.legs(http.segment("CALL"), limit_of(http)))});
    });
    router.on(Command::counters_,
              [&](const HttpRequest& http, const AnswerDone& done) { counters(provider, http, done); });
    router.on(Command::trace_,
              [&](const HttpRequest& http, const AnswerDone& done) { trace(provider, http, done); });
    router.on(Command::why_,
              [&](const HttpRequest& http, const AnswerDone& done) { why(provider, http, done); });
    router.on(Command::why_call_,
              [&](const HttpRequest& http, const AnswerDone& done) { why_call(provider, http, done); });
    router.on(Command::metrics_, [&](const HttpRequest&, const AnswerDone& done) {
        done({.type = "text/plain; version=0.0.4",
              .body = metrics_text(provider.counters(), provider.gauges())});
    });
}

void serve(Router& router, config::Configuration& configuration, Provider& provider,
           observe::Events& events) {
    serve_resources(router, configuration, provider);
    serve_observation(router, provider);
    serve_events(router, events);
}

}  // namespace strowger::manage
