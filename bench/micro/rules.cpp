// What call rules cost a call: the dial plan as it grows, and one call through all sorts of rules.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <random>

#include "call/policy.hpp"
#include "message/incoming.hpp"

namespace strowger::bench {
namespace {

using call::Policies;

std::string digits(std::mt19937& random, std::size_t n) {
    std::string text;
    while (text.size() < n) text += static_cast<char>('0' + random() % 10);
    return text;
}

model::Route& add(model::Model& model, std::string name) {
    auto& route = model.routes[name];
    route.name = std::move(name);
    route.trunks = {{"carrier"}};
    return route;
}

// One route for every number, `prefixes` more of 4 to 8 digits, and `expressions` more that no trie can hold.
Policies plan_of(std::size_t prefixes, std::size_t expressions) {
    std::mt19937 random(1);
    model::Model model;
    add(model, "any").priority = 200;
    for (std::size_t i = 0; i < prefixes; ++i) add(model, fmt::format("p{}", i)).digits = {digits(random, 4 + i % 5)};
    for (std::size_t i = 0; i < expressions; ++i)
        add(model, fmt::format("x{}", i)).patterns = {
            {fmt::format("\\+?{}[{}-9]\\d{{2,5}}({}|{})", digits(random, 4), i % 9, digits(random, 2), digits(random, 1))}};
    Policies out = call::compile(model, {"access"}, {"carrier"});
    if (out.plan->wants_database()) {
        std::string problem;
        out.plan->take(pattern::Database::build(out.plan->expressions(), problem));
        if (!out.plan->has_database()) std::abort();
    }
    return out;
}

void find(benchmark::State& state) {
    // Made once: a benchmark is called several times, and thousands of expressions take seconds.
    static std::map<std::pair<std::int64_t, std::int64_t>, Policies> made;
    auto& policies = made[{state.range(0), state.range(1)}];
    if (policies.plan == nullptr)
        policies = plan_of(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    std::mt19937 random(2);
    std::vector<std::string> asked(4096);
    for (auto& number : asked) number = digits(random, 12);
    std::vector<const call::RoutePolicy*> routes;
    std::size_t i = 0;
    for (auto _ : state) {
        routes.clear();
        call::find_routes(policies,
                          {.realm = RealmId{0}, .tenant = "default", .domain = "lab.example", .user = asked[i++ % asked.size()],
                           .caller = "1001"},
                          routes);
        benchmark::DoNotOptimize(routes.data());
    }
}
BENCHMARK(find)
    ->Name("plan/find")
    ->Args({0, 0})
    ->Args({1'000, 0})
    ->Args({100'000, 0})
    ->Args({0, 5'000})
    ->Args({100'000, 5'000});

// Off the control thread: how long the expressions take.
void build(benchmark::State& state) {
    const auto policies = plan_of(0, static_cast<std::size_t>(state.range(0)));
    const auto expressions = policies.plan->expressions();
    for (auto _ : state) {
        std::string problem;
        benchmark::DoNotOptimize(pattern::Database::build(expressions, problem));
    }
}
BENCHMARK(build)->Name("plan/build")->Arg(100)->Arg(5'000)->Unit(benchmark::kMillisecond);

constexpr const char* kInvite =
    "INVITE sip:0301234567@lab.example SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5070;branch=z9hG4bK-1;rport\r\n"
    "Max-Forwards: 70\r\nFrom: \"1001\" <sip:1001@lab.example>;tag=abc\r\nTo: <sip:0301234567@lab.example>\r\n"
    "Call-ID: 12345@198.51.100.7\r\nCSeq: 1 INVITE\r\nContact: <sip:1001@198.51.100.7:5070>\r\n"
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE\r\nSupported: 100rel, timer\r\nUser-Agent: phone\r\n"
    "P-Charging-Vector: icid-value=77ab;orig-ioi=home\r\nX-Internal: 1\r\nContent-Length: 0\r\n\r\n";

// One call through five rule steps: both numbers rewritten as it comes in, a scheduled route by caller and expression, both
// numbers rewritten for the trunk, two header rules on the way in, and two on the way out.
void five_steps(benchmark::State& state) {
    model::Model model;
    const auto translation = [&](const char* name, const char* pattern, const char* number) {
        model.translations[name].name = name;
        for (const char* other : {"#.*", "\\*.*", "\\+[1-9].*"}) model.translations[name].rules.push_back({{other}, "\\0"});
        model.translations[name].rules.push_back({{pattern}, number});
    };
    translation("called-in", "0([1-9]\\d*)", "+49\\1");
    translation("caller-in", "(1\\d{3})", "+4989\\1");
    translation("called-out", "\\+49(\\d+)", "0\\1");
    translation("caller-out", "\\+49(\\d+)", "0\\1");
    model.realms["access"].name = "access";
    model.realms["access"].called_in = {{"called-in"}};
    model.realms["access"].caller_in = {{"caller-in"}};
    model.trunks["carrier"].name = "carrier";
    model.trunks["carrier"].realm = {"access"};
    model.trunks["carrier"].called_out = {{"called-out"}};
    model.trunks["carrier"].caller_out = {{"caller-out"}};
    model.schedules["office"].name = "office";
    model.schedules["office"].time_zone = "Europe/Berlin";
    model.schedules["office"].hours = {{0, 6, 0, 24 * 60}};
    auto& route = add(model, "route");
    route.patterns = {{"\\+49[1-9]\\d{5,10}"}};
    route.caller_patterns = {{"\\+4989\\d{4}"}};
    route.schedule = {{"office"}};
    const auto rule = [&](const char* name, model::Direction direction, model::HeaderAction action, const char* header) -> auto& {
        auto& r = model.header_rules[name];
        r.name = name;
        r.direction = direction;
        r.action = action;
        r.header = header;
        return r;
    };
    auto& charge = rule("charge", model::Direction::in, model::HeaderAction::add, "X-Charge");
    charge.value = "\\1";
    charge.if_header = "P-Charging-Vector";
    charge.if_matches = model::Pattern{"icid-value=([a-z0-9]+)"};
    rule("strip", model::Direction::in, model::HeaderAction::remove, "X-Internal");
    rule("mark", model::Direction::out, model::HeaderAction::add, "X-Sbc").value = "yes";
    rule("agent", model::Direction::out, model::HeaderAction::replace, "User-Agent").value = "sbc";
    const auto policies = call::compile(model, {"access"}, {"carrier"});
    wire::TokeniseStatus status;
    const auto invite = message::Incoming::parse({}, kInvite, 0, status);
    const auto& in = policies.numbers(RealmId{0}, kNone<TrunkId>);
    const auto& out = policies.numbers(RealmId{0}, TrunkId{0});
    std::vector<const call::RoutePolicy*> routes;
    for (auto _ : state) {
        std::string text;
        call::edit(policies.headers(RealmId{0}, kNone<TrunkId>).in, invite.sip(), text);
        const auto edited = invite.with(text);
        const auto called = call::rewritten(in.called_in, "0301234567");
        const auto caller = call::rewritten(in.caller_in, "1001");
        routes.clear();
        call::find_routes(policies,
                          {.realm = RealmId{0}, .tenant = "default", .domain = "lab.example", .user = called,
                           .unix_s = 1'700'000'000, .caller = caller},
                          routes);
        if (routes.size() != 1) return state.SkipWithError("the route does not fit");
        benchmark::DoNotOptimize(call::rewritten(out.called_out, called));
        benchmark::DoNotOptimize(call::rewritten(out.caller_out, caller));
        const auto leaving = message::Incoming::parse({}, edited.sip().bytes(), 0, status);
        call::edit(policies.headers(RealmId{0}, TrunkId{0}).out, leaving.sip(), text);
        benchmark::DoNotOptimize(text.data());
    }
}
BENCHMARK(five_steps)->Name("rules/five_steps");

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
