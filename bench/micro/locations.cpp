// Who is registered where, at 1 and 8 million addresses of record: the workers' table (find in bursts of 64
// independent messages, put) and the control plane's (lookup, refresh), with its octets a binding.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "registrar/location.hpp"
#include "strowger/tables/locations.hpp"

namespace strowger::bench {
namespace {

constexpr std::size_t kAsked = 65'536;  // different addresses that are asked for, spread over the table

std::string aor_of(std::size_t i) {
    return fmt::format("{}@lab.example", 10'000'000 + i);
}

std::vector<std::string> asked(std::size_t count) {
    std::mt19937_64 random(1);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < kAsked; ++i) out.push_back(aor_of(random() % count));
    return out;
}

tables::Contact contact_of(std::string_view uri) {
    return {.uri = uri,
            .listener = ListenerId{0},
            .remote = *wire::parse_endpoint("10.10.0.99:5070"),
            .expires = 3600 * kSecond};
}

// Tables are made once for each size and kept: a repetition measures, it does not fill.
tables::Locations& workers_table(std::size_t count) {
    static std::map<std::size_t, std::unique_ptr<tables::Locations>> all;
    auto& table = all[count];
    if (table != nullptr) return *table;
    table = std::make_unique<tables::Locations>(HashKey{1, 2});
    for (std::size_t i = 0; i < count; ++i) {
        const std::string aor = aor_of(i);
        if (!table->put(aor, contact_of("sip:" + aor.substr(0, 8) + "@10.10.0.99:5070"))) std::abort();
    }
    return *table;
}

void find(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    const tables::Locations& table = workers_table(count);
    const auto names = asked(count);
    auto room = std::make_unique<tables::Locations::Text>();
    std::size_t i = 0;
    for (auto _ : state) {
        tables::Contact out;
        if (!table.find(names[i++ % kAsked], *room, out)) state.SkipWithError("not found");
        benchmark::DoNotOptimize(out);
    }
    state.counters[fmt::format("memory.bytes_per_location.{}", count)] =
        static_cast<double>(table.octets()) / static_cast<double>(count);
}

void put(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    tables::Locations& table = workers_table(count);
    const auto names = asked(count);
    std::size_t i = 0;
    for (auto _ : state) {
        if (!table.put(names[i++ % kAsked], contact_of("sip:10000000@10.10.0.99:5071")))
            state.SkipWithError("not put");
    }
}
BENCHMARK(find)->Name("location/find")->Arg(1'000)->Arg(1'000'000)->Arg(8'000'000);
BENCHMARK(put)->Name("location/put")->Arg(1'000)->Arg(1'000'000)->Arg(8'000'000);

registrar::Binding binding_of(std::size_t i, const std::string& aor, const std::string& contact,
                              const std::string& call_id) {
    registrar::Binding b;
    b.id = static_cast<std::int64_t>(i + 1);
    b.tenant = "default";
    b.aor = aor;
    b.contact = contact;
    b.call_id = call_id;
    b.user_agent = "Telephone 1.2.3";
    b.cseq = 1;
    b.flow.realm = RealmId{0};
    b.flow.local = *wire::parse_endpoint("10.10.0.1:5060");
    b.flow.remote = {
        wire::IpAddress::from_v4(wire::be32::from_host(0x0b000000u + static_cast<std::uint32_t>(i))),
        wire::be16::from_host(5060)};
    b.expires = (3600 + static_cast<Nanoseconds>(i % 1800)) * kSecond;
    b.updated = 1'800'000'000;
    return b;
}

registrar::Location& registrar_table(std::size_t count) {
    static std::map<std::size_t, std::unique_ptr<registrar::Location>> all;
    auto& table = all[count];
    if (table != nullptr) return *table;
    table = std::make_unique<registrar::Location>();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string aor = aor_of(i);
        const std::string contact = "sip:" + aor.substr(0, 8) + "@10.10.0.99:5070";
        const std::string call_id = aor.substr(0, 8) + "-6b2c4f4e";
        if (!table->put(binding_of(i, aor, contact, call_id))) std::abort();
    }
    return *table;
}

void lookup(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    const registrar::Location& table = registrar_table(count);
    const auto names = asked(count);
    std::vector<registrar::Binding> out;
    std::size_t i = 0;
    for (auto _ : state) {
        out.clear();
        if (table.lookup("default", names[i++ % kAsked], 0, out) != 1) state.SkipWithError("not found");
    }
    state.counters[fmt::format("memory.bytes_per_binding.{}", count)] =
        static_cast<double>(table.counts().octets) / static_cast<double>(count);
}

void refresh(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    registrar::Location& table = registrar_table(count);
    std::mt19937_64 random(1);
    std::vector<std::int64_t> ids(kAsked);
    for (auto& id : ids) id = static_cast<std::int64_t>(random() % count) + 1;
    std::uint32_t cseq = 1;
    std::size_t i = 0;
    for (auto _ : state) {
        ++cseq;
        if (!table.refresh(ids[i++ % kAsked], cseq, cseq, 7200 * kSecond, 1'800'000'001))
            state.SkipWithError("not refreshed");
    }
}
BENCHMARK(lookup)->Name("binding/lookup")->Arg(1'000)->Arg(1'000'000)->Arg(8'000'000);
BENCHMARK(refresh)->Name("binding/refresh")->Arg(1'000)->Arg(1'000'000)->Arg(8'000'000);

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
