// The snapshot's lookups as they grow: next hops by routes and by neighbours, the dial plan by rules, media
// legs by their number.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <random>
#include <vector>

#include "rtp/leg_table.hpp"
#include "strowger/tables/dialplan.hpp"
#include "strowger/tables/routes.hpp"

namespace strowger::bench {
namespace {

constexpr std::size_t kAsked = 65'536;

wire::IpAddress v4(std::uint32_t host) {
    return wire::IpAddress::from_v4(wire::be32::from_host(host));
}

// `count` routes of /24 through one gateway, and the default route.
void routes(benchmark::State& state) {
    const auto count = static_cast<std::uint32_t>(state.range(0));
    std::vector<tables::Route> all{{InterfaceId{0}, *wire::parse_prefix("0.0.0.0/0"), AdjacencyId{0}}};
    for (std::uint32_t i = 0; i < count; ++i)
        all.push_back({InterfaceId{0}, *wire::parse_prefix(fmt::format("100.{}.{}.0/24", i >> 8, i & 255)),
                       AdjacencyId{0}});
    tables::RouteTable table;
    table.build(std::move(all), {{InterfaceId{0}, true, {2, 0, 0, 0, 0, 1}, v4(0x0a000001)}});
    std::mt19937 random(1);
    std::vector<wire::IpAddress> asked(kAsked);
    for (auto& address : asked)
        address = v4(0x64000000 | (static_cast<std::uint32_t>(random() % count) << 8) | 7);
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(table.lookup(InterfaceId{0}, asked[i++ % kAsked]));
}
BENCHMARK(routes)->Name("fib/routes")->Arg(1)->Arg(10)->Arg(100)->Arg(1'000);

// One connected network with `count` neighbours.
void neighbours(benchmark::State& state) {
    const auto count = static_cast<std::uint32_t>(state.range(0));
    std::vector<tables::Adjacency> all;
    for (std::uint32_t i = 0; i < count; ++i)
        all.push_back({InterfaceId{0}, true, {2, 0, 0, 0, 0, 1}, v4(0x0a000000 + i)});
    tables::RouteTable table;
    table.build({{InterfaceId{0}, *wire::parse_prefix("10.0.0.0/8")}}, std::move(all));
    std::mt19937 random(1);
    std::vector<wire::IpAddress> asked(kAsked);
    for (auto& address : asked) address = v4(0x0a000000 + static_cast<std::uint32_t>(random() % count));
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(table.lookup(InterfaceId{0}, asked[i++ % kAsked]));
}
BENCHMARK(neighbours)->Name("fib/neighbours")->Arg(10)->Arg(1'000)->Arg(50'000);

// `count` prefixes of 3 to 7 digits, one rule each, and numbers of 12 digits.
void dialplan(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    std::mt19937 random(1);
    const auto digits = [&](std::size_t n) {
        std::string text;
        while (text.size() < n) text += static_cast<char>('0' + random() % 10);
        return text;
    };
    std::vector<tables::DialRule> rules;
    for (std::size_t i = 0; i < count; ++i)
        rules.push_back({.digits = {digits(3 + i % 5)}, .trunks = {TrunkId{0}}});
    tables::Dialplan plan;
    plan.build(std::move(rules), HashKey{1, 2});
    std::vector<std::string> asked(4096);
    for (auto& number : asked) number = digits(12);
    tables::Dialplan::Fits room;
    std::size_t i = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(plan.find(
            {.realm = RealmId{0}, .domain = "lab.example", .user = asked[i++ % asked.size()]}, room));
}
BENCHMARK(dialplan)->Name("dialplan/find")->Arg(10)->Arg(1'000)->Arg(10'000);

// Independent legs at random: what a burst asks before it prefetches.
void legs(benchmark::State& state) {
    constexpr std::uint16_t kLow = 16384, kHigh = 32767;
    constexpr std::uint32_t kPerAddress = (kHigh - kLow + 1) / 2;
    const auto count = static_cast<std::uint32_t>(state.range(0));
    rtp::LegTable table{WorkerId{0}, 1};
    const std::uint32_t addresses = (count + kPerAddress - 1) / kPerAddress;
    for (std::uint32_t a = 0; a < addresses; ++a)
        if (!table.add_address(static_cast<MediaAddressId>(a), kLow, kHigh)) std::abort();
    std::mt19937 random(1);
    std::vector<rings::LegId> asked(kAsked);
    for (auto& id : asked) {
        const std::uint32_t leg = static_cast<std::uint32_t>(random()) % count;
        id = {static_cast<MediaAddressId>(leg / kPerAddress),
              static_cast<std::uint16_t>(kLow + leg % kPerAddress * 2)};
        table.find(id).hot->packets = 1;  // the page is there
    }
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(++table.find(asked[i++ % kAsked]).hot->packets);
}
BENCHMARK(legs)->Name("leg/find")->Arg(1'000)->Arg(50'000)->Arg(500'000);

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
