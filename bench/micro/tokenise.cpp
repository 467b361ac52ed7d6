// Tokenising an INVITE (start line, fields with their ids, CSeq, Content-Length, control characters checked)
// against a memchr loop that finds lines and colons, and neither ids nor faults: the unit of comparison.
#include "strowger/wire/sip_tokenise.hpp"

#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>

#include "support/invites.hpp"

namespace strowger::bench {
namespace {

using namespace wire;

void memchr_lines(benchmark::State& state) {
    struct Line {
        std::uint16_t start, colon, end;
    };
    Line lines[128];
    std::size_t i = 0;
    for (auto _ : state) {
        const std::string& text = invites()[i++ % kInvites];
        const char* const begin = text.data();
        const char* const end = begin + text.size();
        std::size_t n = 0;
        for (const char* at = begin; at < end && n < 128;) {
            const auto* feed =
                static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
            if (feed == nullptr || feed - at <= 1) break;
            const auto* colon =
                static_cast<const char*>(std::memchr(at, ':', static_cast<std::size_t>(feed - at)));
            lines[n++] = {static_cast<std::uint16_t>(at - begin),
                          static_cast<std::uint16_t>(colon ? colon - begin : 0),
                          static_cast<std::uint16_t>(feed - begin)};
            at = feed + 1;
        }
        benchmark::DoNotOptimize(lines);
        benchmark::DoNotOptimize(n);
    }
}

void twin(benchmark::State& state, TokeniseVariant variant) {
    auto view = std::make_unique<SipView>();
    std::size_t i = 0;
    for (auto _ : state) {
        const std::string& text = invites()[i++ % kInvites];
        const auto status =
            tokenise_with(variant, text.data(), static_cast<std::uint32_t>(text.size()), *view);
        if (status != TokeniseStatus::ok) state.SkipWithError("not a message");
        benchmark::DoNotOptimize(view->headers);
    }
}

// Only the twins that this CPU can run, and `used`, the one that the product chooses here.
[[maybe_unused]] const bool registered = [] {
    benchmark::RegisterBenchmark("tokenise/memchr", memchr_lines);
    struct Variant {
        const char* name;
        TokeniseVariant variant;
    };
    for (const Variant& v : {Variant{"tokenise/scalar", TokeniseVariant::scalar},
                             {"tokenise/avx2", TokeniseVariant::avx2},
                             {"tokenise/avx512", TokeniseVariant::avx512}})
        if (available(v.variant))
            benchmark::RegisterBenchmark(v.name, [v](benchmark::State& s) { twin(s, v.variant); });
    benchmark::RegisterBenchmark("tokenise/used", [](benchmark::State& state) {
        auto view = std::make_unique<SipView>();
        std::size_t i = 0;
        for (auto _ : state) {
            const std::string& text = invites()[i++ % kInvites];
            benchmark::DoNotOptimize(tokenise(text.data(), static_cast<std::uint32_t>(text.size()), *view));
            benchmark::DoNotOptimize(view->headers);
        }
    });
    return true;
}();

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
