// Rate tables: how long a million rows take to read, how long a number takes to find, and how much memory it is.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <random>

#include "lcr/csv.hpp"

namespace {

using namespace strowger;

const std::vector<std::string> kTrunks{"a", "b", "c", "d", "e", "f", "g", "h"};

// Prefixes of 3 to 6 digits, eight carriers for each.
const std::string& text() {
    static const std::string out = [] {
        std::mt19937 random(1);
        std::string t;
        for (std::size_t i = 0; i < 1'000'000; ++i)
            fmt::format_to(std::back_inserter(t), "{},{},0.{:04}\n", 100 + i / 8 * 7, kTrunks[i % 8], random() % 10000);
        return t;
    }();
    return out;
}

void read(benchmark::State& state) {
    std::size_t bytes = 0;
    for (auto _ : state) {
        const auto parsed = lcr::parse(text(), kTrunks);
        if (parsed.table == nullptr) return state.SkipWithError(parsed.problems.front().c_str());
        bytes = parsed.table->bytes();
    }
    state.counters["table_MB"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(read)->Unit(benchmark::kMillisecond);

void find(benchmark::State& state) {
    const auto parsed = lcr::parse(text(), kTrunks);
    std::mt19937_64 random(2);
    std::vector<lcr::Offer> offers;
    for (auto _ : state) {
        char number[16];
        const auto end = fmt::format_to_n(number, sizeof number, "{:012}", random() % 1'000'000'000'000).out;
        offers.clear();
        parsed.table->find({number, static_cast<std::size_t>(end - number)}, offers);
        benchmark::DoNotOptimize(offers.data());
    }
}
BENCHMARK(find);

}  // namespace

BENCHMARK_MAIN();
