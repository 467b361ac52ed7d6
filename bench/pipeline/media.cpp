// RTP through the whole worker loop: a ring port in, classify, legs, full software checksums, rewrite, a ring
// port out; random legs. DESIGN's target: at most 90 ns a packet at 500,000 legs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <random>

#include "support/clock.hpp"
#include "support/media_load.hpp"
#include "support/stages.hpp"

namespace strowger::bench {
namespace {

struct Run {
    explicit Run(std::uint32_t count) : legs(count), load(count, {r.worker.get()}) {}
    void wire(std::size_t packets) {
        for (std::size_t i = 0; i < packets; ++i) {
            load.arrive(load.packets[i], static_cast<std::uint32_t>(random()) % legs);
            r.port(0).put(load.packets[i]);
        }
    }
    // Back to us; how many.
    std::size_t back() {
        std::size_t n = 0;
        for (rte_mbuf* packet = r.port(0).take(); packet != nullptr; packet = r.port(0).take())
            load.packets[n++] = packet;
        return n;
    }
    std::uint32_t legs;
    // As time passes when every leg speaks 50 packets a second, or at 10 million packets a second in all: the
    // sweep over the legs has its share of each turn.
    void pass(std::size_t packets) {
        now += static_cast<Nanoseconds>(packets) * std::max(100u, 20'000'000u / legs);
    }
    RingWorker r;
    MediaLoad load;
    std::mt19937 random{1};
    Nanoseconds now = kStart;
};

void report(benchmark::State& state, std::uint64_t done) {
    if (done != static_cast<std::uint64_t>(state.iterations()) * kPackets)
        state.SkipWithError("not every packet was relayed");
    state.counters["ns"] = benchmark::Counter(static_cast<double>(done) / 1e9,
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void relay(benchmark::State& state) {
    Run run(static_cast<std::uint32_t>(state.range(0)));
    std::uint64_t done = 0;
    for (auto _ : state) {
        run.wire(kPackets);
        const double from = thread_time();
        for (std::size_t i = 0; i < kPackets; i += core::kBurst)
            run_once(*run.r.worker, run.r.burst, run.load.tables, run.now);
        state.SetIterationTime(thread_time() - from);
        done += run.back();
        run.pass(kPackets);
    }
    report(state, done);
}
BENCHMARK(relay)->Name("rtp_relay/loop")->Arg(1'000)->Arg(50'000)->Arg(500'000)->UseManualTime();

// Two workers' work on one core: the first has the queue, and half of the packets are of the other's legs.
// What this costs above rtp_relay/loop is the hand-off and the way back to the queue's owner.
void hand_off(benchmark::State& state) {
    const auto count = static_cast<std::uint32_t>(state.range(0));
    rings::Spsc<core::Packet*> over(4096), back(4096);
    std::array<std::unique_ptr<core::Worker>, 2> workers{make_worker(WorkerId{0}, 2),
                                                         make_worker(WorkerId{1}, 2)};
    rtp::LegTable legs[] = {{WorkerId{0}, 2}, {WorkerId{1}, 2}};
    classify::Reassembly reassembly[2];
    sip::SourceLimits limits[] = {sip::SourceLimits{1}, sip::SourceLimits{1}};
    RingPort& port = *ring_ports()[0];
    for (std::size_t i = 0; i < 2; ++i) {
        workers[i]->legs = &legs[i];
        workers[i]->reassembly = &reassembly[i];
        workers[i]->limits = &limits[i];
        workers[i]->tx.push_back({.ethdev = port.ethdev(), .own_queue = i == 0, .owner = WorkerId{0}});
    }
    workers[0]->rx.push_back({PortId{0}, port.ethdev(), 0});
    workers[0]->handoff_out[1] = workers[1]->handoff_in[0] = &over;
    workers[1]->transmit_out[0] = workers[0]->transmit_in[1] = &back;
    MediaLoad load(count, {workers[0].get(), workers[1].get()});
    std::mt19937 random(1);
    core::Burst burst;
    Nanoseconds now = kStart;
    std::uint64_t done = 0;
    for (auto _ : state) {
        for (auto* packet : load.packets) {
            load.arrive(packet, static_cast<std::uint32_t>(random()) % count);
            port.put(packet);
        }
        const double from = thread_time();
        for (std::size_t i = 0; i < kPackets; i += core::kBurst) {
            run_once(*workers[0], burst, load.tables, now);
            run_once(*workers[1], burst, load.tables, now);
        }
        run_once(*workers[0], burst, load.tables, now);
        state.SetIterationTime(thread_time() - from);
        std::size_t n = 0;
        for (rte_mbuf* packet = port.take(); packet != nullptr; packet = port.take())
            load.packets[n++] = packet;
        done += n;
        now += static_cast<Nanoseconds>(kPackets) * 400;
    }
    report(state, done);
}
BENCHMARK(hand_off)->Name("rtp_relay/two_workers")->Arg(50'000)->UseManualTime();

// Cycles a packet by stage.
void stages(benchmark::State& state) {
    Run run(static_cast<std::uint32_t>(state.range(0)));
    StageCycles cycles;
    for (auto _ : state) {
        run.wire(core::kBurst);
        run_stages(*run.r.worker, run.r.burst, run.r.worker->rx[0], run.load.tables, run.now, cycles);
        if (run.back() != core::kBurst) state.SkipWithError("not every packet was relayed");
        run.pass(core::kBurst);
    }
    for (const std::size_t stage : {0, 1, 2, 6}) state.counters[kStages[stage]] = cycles.median(stage);
}
BENCHMARK(stages)->Name("stages/rtp")->Arg(1'000)->Arg(50'000)->Arg(500'000);

// Cycles a packet in bursts of 1 to 64: what a loop that finds little pays for each.
void bursts(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    Run run(50'000);
    StageCycles cycles;
    for (auto _ : state) {
        run.wire(size);
        run_stages(*run.r.worker, run.r.burst, run.r.worker->rx[0], run.load.tables, run.now, cycles);
        if (run.back() != size) state.SkipWithError("not every packet was relayed");
        run.pass(size);
    }
    double sum = 0;
    for (std::size_t stage = 0; stage < kStages.size(); ++stage) sum += cycles.median(stage);
    state.counters["cycles"] = sum;
}
BENCHMARK(bursts)->Name("bursts/rtp")->Arg(1)->Arg(4)->Arg(16)->Arg(32)->Arg(64);

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
