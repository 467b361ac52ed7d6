#include "worker.hpp"

#include <rte_ethdev.h>
#include <rte_rcu_qsbr.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "classify/reassembly.hpp"
#include "core/send.hpp"
#include "pipeline.hpp"
#include "rtp/leg_table.hpp"
#include "rtp/relay.hpp"

namespace strowger {
namespace {

using core::Burst;
using core::Packet;
using core::Worker;

constexpr std::size_t kControlBatch = 64;  // commands and datagrams a turn, so that packets never wait long

std::size_t receive(Worker& w, Burst& burst, const core::RxQueue& queue) {
    burst.count = rte_eth_rx_burst(queue.ethdev, queue.queue, burst.packets.data(), core::kBurst);
    core::count(w, Counter::rx_polls);
    if (burst.count == 0) {
        core::count(w, Counter::rx_empty_polls);
        return 0;
    }
    std::uint64_t octets = 0;
    for (std::uint16_t i = 0; i < burst.count; ++i) {
        core::PacketInfo& info = core::info_of(burst.packets[i]);
        info.port = queue.port;
        info.received = w.now;
        octets += burst.packets[i]->pkt_len;
    }
    core::count(w, Counter::rx_packets, burst.count);
    core::count(w, Counter::rx_octets, octets);
    const std::size_t taken = burst.count;
    run_burst(w, burst);
    return taken;
}

std::size_t take_handed_off(Worker& w, Burst& burst) {
    std::size_t taken = 0;
    for (auto* ring : w.handoff_in) {
        if (ring == nullptr) continue;
        burst.count = static_cast<std::uint16_t>(ring->pop(burst.packets));
        if (burst.count == 0) continue;
        taken += burst.count;
        run_classified(w, burst);
    }
    for (auto* ring : w.transmit_in) {
        if (ring == nullptr) continue;
        const std::size_t n = ring->pop(burst.packets);
        for (std::size_t i = 0; i < n; ++i)
            core::transmit(w, core::info_of(burst.packets[i]).port, burst.packets[i]);
        taken += n;
    }
    return taken;
}

// Frames of the taps go out as they are; datagrams of the kernel's sockets are classified already.
std::size_t take_injected(Worker& w, Burst& burst) {
    const std::size_t n = w.injected.pop(burst.packets);
    std::uint16_t inbound = 0;
    for (std::size_t i = 0; i < n; ++i) {
        Packet* packet = burst.packets[i];
        core::count(w, Counter::worker_originated);
        if (core::info_of(packet).lane == core::Lane::done) {
            core::transmit(w, core::info_of(packet).port, packet);
        } else {
            burst.packets[inbound++] = packet;
        }
    }
    burst.count = inbound;
    if (inbound != 0) run_classified(w, burst);
    return n;
}

std::size_t serve_control_plane(Worker& w) {
    std::size_t work = 0;
    std::array<Packet*, kControlBatch> released;
    while (const std::size_t n = w.released.pop(released)) {
        rte_pktmbuf_free_bulk(released.data(), static_cast<unsigned>(n));
        work += n;
    }
    const std::size_t commanded = rtp::run_commands(w);

    std::array<rings::Send, kControlBatch> sends;
    const std::size_t sent = w.sends.pop(sends);
    for (std::size_t i = 0; i < sent; ++i) core::send_datagram(w, sends[i]);
    return work + commanded + sent;
}

void wake_control_plane(Worker& w, Shared& shared) {
    if (!w.signal) return;
    w.signal = false;
    // Pairs with the fence in arm(): either we see armed, or arm() sees what we pushed.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (!shared.armed.load(std::memory_order_relaxed) || !shared.armed.exchange(false)) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(shared.wake_fd, &one, sizeof one);
}

}  // namespace

bool run_once(Worker& w, Burst& burst, const tables::Tables& tables, Nanoseconds now) noexcept {
    w.tables = &tables;
    w.now = burst.now = now;
    std::size_t work = 0;
    for (const core::RxQueue& queue : w.rx) work += receive(w, burst, queue);
    work += take_handed_off(w, burst);
    work += take_injected(w, burst);
    work += serve_control_plane(w);
    core::flush(w);
    rtp::run_sweep(w);   // inactivity, a bounded slice a turn
    classify::sweep(w);  // reassemblies that ran out of time
    return work != 0;
}

void run_worker(Worker& w, Shared& shared) noexcept {
    // The default slack of 50 us would be longer than the first sleeps.
    ::prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
    const auto reader = static_cast<unsigned>(w.id);
    rte_rcu_qsbr_thread_register(shared.grace, reader);
    rte_rcu_qsbr_thread_online(shared.grace, reader);
    core::Idle idle;
    Burst burst;
    Nanoseconds last_sip = 0;
    std::uint64_t sip_seen = 0;
    Nanoseconds now = clock_now();
    while (!shared.stop.load(std::memory_order_relaxed)) {
        const tables::Tables* tables = shared.live.load(std::memory_order_acquire);
        const bool worked = tables != nullptr && run_once(w, burst, *tables, now);
        rte_rcu_qsbr_quiescent(shared.grace, reader);
        wake_control_plane(w, shared);

        const Nanoseconds after = clock_now();
        core::count(w, worked ? Counter::worker_busy_ns : Counter::worker_idle_ns,
                    static_cast<std::uint64_t>(after - now));
        now = after;
        if (worked) {
            idle.worked();
            continue;
        }
        if (tables != nullptr && tables->performance_mode) {
            rte_pause();
            continue;
        }
        const std::uint64_t sip = w.books.counters[static_cast<std::size_t>(Counter::classify_sip)];
        if (sip != sip_seen) last_sip = now;
        sip_seen = sip;
        const Nanoseconds sleep = idle.wait(now, !w.legs->live().empty() || now - last_sip < kSecond);
        if (sleep == 0) {
            rte_pause();
            continue;
        }
        rte_rcu_qsbr_thread_offline(shared.grace, reader);
        const timespec request{0, sleep};
        ::nanosleep(&request, nullptr);
        rte_rcu_qsbr_thread_online(shared.grace, reader);
        core::count(w, Counter::worker_sleeps);
        const Nanoseconds woke = clock_now();
        core::count(w, Counter::worker_idle_ns, static_cast<std::uint64_t>(woke - now));
        now = woke;
    }
    rte_rcu_qsbr_thread_offline(shared.grace, reader);
    rte_rcu_qsbr_thread_unregister(shared.grace, reader);
}

}  // namespace strowger
