// The rtp stage alone: bursts of 32 packets of random legs, packets warm (as DDIO leaves them), legs as cold
// as their number makes them. Checksums in software, or left to the device.
#include <benchmark/benchmark.h>

#include <random>

#include "support/clock.hpp"
#include "support/media_load.hpp"

namespace strowger::bench {
namespace {

constexpr std::size_t kBurst = 32;

void relay(benchmark::State& state, bool device_checksums) {
    const auto count = static_cast<std::uint32_t>(state.range(0));
    RingWorker r;
    MediaLoad load(count, {r.worker.get()});
    core::TxPath& tx = r.worker->tx[0];
    tx.hw_ip_checksum = tx.hw_udp_checksum = device_checksums;
    std::mt19937 random(1);
    core::Burst burst;
    burst.now = kStart;
    std::uint64_t done = 0;
    for (auto _ : state) {
        for (auto* p : load.packets) load.prepare(p, static_cast<std::uint32_t>(random()) % count);
        const double from = thread_time();
        for (std::size_t at = 0; at < kPackets; at += kBurst) {
            burst.count = kBurst;
            std::memcpy(burst.packets.data(), load.packets.data() + at, kBurst * sizeof(core::Packet*));
            rtp::run(*r.worker, burst);
            done += tx.pending;
            tx.pending = 0;
        }
        state.SetIterationTime(thread_time() - from);
        burst.now += kMillisecond;
    }
    const auto total = static_cast<std::uint64_t>(state.iterations()) * kPackets;
    if (done != total) state.SkipWithError("not every packet was relayed");
    state.counters["ns"] = benchmark::Counter(static_cast<double>(total) / 1e9,
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(relay, software, false)
    ->Name("relay/software")
    ->Arg(1'000)
    ->Arg(50'000)
    ->Arg(500'000)
    ->UseManualTime();
BENCHMARK_CAPTURE(relay, device, true)
    ->Name("relay/device")
    ->Arg(1'000)
    ->Arg(50'000)
    ->Arg(500'000)
    ->UseManualTime();

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
