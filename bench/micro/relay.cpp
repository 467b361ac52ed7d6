// The rtp stage alone: bursts of 32 packets of random legs, packets warm (as DDIO leaves them), legs as cold
// as their number makes them. Reads as ns a packet.
#include <benchmark/benchmark.h>

#include <chrono>
#include <random>

#include "support/media_load.hpp"

namespace strowger::bench {
namespace {

void relay(benchmark::State& state) {
    const auto count = static_cast<std::uint32_t>(state.range(0));
    MediaLoad r(count);
    r.worker->tx[0].hw_ip_checksum = r.worker->tx[0].hw_udp_checksum = state.range(1) != 0;
    std::mt19937 random(1);
    core::Burst burst;
    burst.now = kStart;
    std::uint64_t done = 0;
    for (auto _ : state) {
        for (auto* p : r.packets) r.prepare(p, static_cast<std::uint32_t>(random()) % count);
        const auto from = std::chrono::steady_clock::now();
        for (std::size_t b = 0; b < kBursts; ++b) {
            burst.count = kPackets;
            std::memcpy(burst.packets.data(), r.packets.data() + b * kPackets,
                        kPackets * sizeof(core::Packet*));
            rtp::run(*r.worker, burst);
            done += r.worker->tx[0].pending;
            r.worker->tx[0].pending = 0;
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
        state.SetIterationTime(took.count());
        burst.now += kMillisecond;
    }
    const auto total = static_cast<std::uint64_t>(state.iterations()) * kPackets * kBursts;
    if (done != total) state.SkipWithError("not every packet was relayed");
    state.counters["ns_a_packet"] = benchmark::Counter(
        static_cast<double>(total) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.SetItemsProcessed(static_cast<std::int64_t>(total));
}

BENCHMARK(relay)
    ->ArgNames({"legs", "device_checksums"})
    ->ArgsProduct({{1'000, 50'000, 500'000}, {0, 1}})
    ->UseManualTime()
    ->MinTime(0.2);

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
