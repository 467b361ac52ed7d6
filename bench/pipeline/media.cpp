// The whole pipeline over media, in memory: classify, legs, software checksums, rewrite, hand to transmit;
// bursts of 32 packets of random legs, without a device's cost. DESIGN's target: at most 90 ns a packet at
// 500,000 legs.
#include "pipeline.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <random>

#include "support/media_load.hpp"

namespace strowger::bench {
namespace {

// As the wire would bring it: a whole frame, and of the info only what rx sets.
void arrive(MediaLoad& load, core::Packet* p, std::uint32_t leg) {
    load.prepare(p, leg);
    core::PacketInfo& info = core::info_of(p);
    rtp::Path path;
    path.source_mac = {4, 0, 0, 0, 0, 1};
    path.destination_mac = {2, 0, 0, 0, 0, 1};
    path.source_v4 = info.source.address.v4();
    path.source_port = info.source.port;
    path.destination_v4 = info.destination.address.v4();
    path.destination_port = info.destination.port;
    rtp::write_headers(rte_pktmbuf_mtod_offset(p, std::uint8_t*, 42), kPayload, path, {});
    info = {.port = PortId{0}, .received = kStart};
}

void media(benchmark::State& state) {
    const auto count = static_cast<std::uint32_t>(state.range(0));
    MediaLoad load(count);
    load.tables.seal();
    rings::Spsc<core::Packet*> wire(1024);
    load.worker->transmit_out = {&wire};
    load.worker->tx[0].own_queue = false;
    std::mt19937 random(1);
    core::Burst burst;
    burst.now = kStart;
    std::uint64_t done = 0;
    for (auto _ : state) {
        for (auto* p : load.packets) arrive(load, p, static_cast<std::uint32_t>(random()) % count);
        const auto from = std::chrono::steady_clock::now();
        for (std::size_t b = 0; b < kBursts; ++b) {
            burst.count = kPackets;
            std::memcpy(burst.packets.data(), load.packets.data() + b * kPackets,
                        kPackets * sizeof(core::Packet*));
            run_burst(*load.worker, burst);
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
        state.SetIterationTime(took.count());
        std::array<core::Packet*, kPackets * kBursts> sent;
        done += wire.pop(sent);
        burst.now += kMillisecond;
    }
    const auto total = static_cast<std::uint64_t>(state.iterations()) * kPackets * kBursts;
    if (done != total) state.SkipWithError("not every packet was relayed");
    state.counters["ns_a_packet"] = benchmark::Counter(
        static_cast<double>(total) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.SetItemsProcessed(static_cast<std::int64_t>(total));
}

BENCHMARK(media)->ArgName("legs")->Arg(1'000)->Arg(50'000)->Arg(500'000)->UseManualTime()->MinTime(0.2);

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
