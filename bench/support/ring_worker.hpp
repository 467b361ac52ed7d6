// A worker whose ports are pairs of rings in this process: what is put in comes by rx, what it sends is taken
// from the other end. The loop, the stages and the device's interface are the product's; only the wire is
// not.
#pragma once

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "classify/reassembly.hpp"
#include "io/eal.hpp"
#include "io/port.hpp"
#include "io/ring_port.hpp"
#include "rtp/leg_table.hpp"
#include "sip/screen.hpp"
#include "worker.hpp"

namespace strowger::bench {

// The EAL starts once a process, and ports live as long as it: so do these.
struct Memory {
    Memory() {
        std::string error;
        DataplaneSpec spec;
        spec.worker_cpus = {-1};
        spec.memory_mb = 128;
        if (!io::start_eal(spec, core::kPacketPrivateSize, error)) std::abort();
        packets = io::make_packet_pool("packets", 8191, core::kPacketPrivateSize, error);
        large = io::make_pool("large", 15, core::kPacketPrivateSize, 65'535, error);
        outside = io::make_packet_pool("outside", 4095, core::kPacketPrivateSize, error);
        if (packets == nullptr || large == nullptr || outside == nullptr) std::abort();
    }
    rte_mempool* packets = nullptr;  // the worker's
    rte_mempool* large = nullptr;
    rte_mempool* outside = nullptr;  // of what comes by the wire
};
inline Memory& memory() {
    static auto* const one = new Memory;
    return *one;
}

inline std::unique_ptr<core::Worker> make_worker(WorkerId id, std::uint16_t workers) {
    auto worker = std::make_unique<core::Worker>();
    worker->id = id;
    worker->workers = workers;
    worker->pool = memory().packets;
    worker->large_pool = memory().large;
    worker->handoff_in = worker->handoff_out = worker->transmit_in = worker->transmit_out =
        std::vector<rings::Spsc<core::Packet*>*>(workers, nullptr);
    return worker;
}

class RingPort {
  public:
    RingPort(const std::string& name, PortId id) {
        std::string error;
        spec_ = {.name = name, .driver = PortDriver::ring};
        rte_mempool* pool = memory().packets;
        port_ = io::Port::open(spec_, id, {&pool, 1}, error);
        if (port_ == nullptr) std::abort();
        ends_ = io::ring_ends(name);
    }
    [[nodiscard]] std::uint16_t ethdev() const { return port_->ethdev(); }
    // A packet on the wire toward us, with a copy of the frame.
    void put(const std::string& frame) {
        rte_mbuf* packet = rte_pktmbuf_alloc(memory().outside);
        std::memcpy(rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())), frame.data(),
                    frame.size());
        put(packet);
    }
    void put(rte_mbuf* packet) { rte_ring_enqueue(ends_.in[0], packet); }
    // The next packet that left, or null. The caller's.
    rte_mbuf* take() {
        void* packet = nullptr;
        return rte_ring_dequeue(ends_.out[0], &packet) == 0 ? static_cast<rte_mbuf*>(packet) : nullptr;
    }
    // Throws away what left; how many.
    std::size_t drain() {
        std::size_t n = 0;
        for (rte_mbuf* packet = take(); packet != nullptr; packet = take(), ++n) rte_pktmbuf_free(packet);
        return n;
    }

  private:
    PortSpec spec_;
    std::unique_ptr<io::Port> port_;
    io::RingEnds ends_;
};

// A worker of its own with one queue of each port. Ports are opened once a process, whoever uses them.
inline std::vector<std::unique_ptr<RingPort>>& ring_ports() {
    static auto* const ports = [] {
        auto* all = new std::vector<std::unique_ptr<RingPort>>;
        for (const char* name : {"access", "core"})
            all->push_back(std::make_unique<RingPort>(name, static_cast<PortId>(all->size())));
        return all;
    }();
    return *ports;
}

struct RingWorker {
    RingWorker() {
        worker->legs = &legs;
        worker->reassembly = &reassembly;
        worker->limits = &limits;
        for (std::size_t i = 0; i < ring_ports().size(); ++i) {
            worker->rx.push_back({static_cast<PortId>(i), ring_ports()[i]->ethdev(), 0});
            worker->tx.push_back({.ethdev = ring_ports()[i]->ethdev(), .queue = 0, .own_queue = true});
        }
    }
    RingPort& port(std::size_t i) { return *ring_ports()[i]; }

    std::unique_ptr<core::Worker> worker = make_worker(WorkerId{0}, 1);
    rtp::LegTable legs{WorkerId{0}, 1};
    classify::Reassembly reassembly;
    sip::SourceLimits limits{1};
    core::Burst burst;
    Nanoseconds now = kSecond;
};

}  // namespace strowger::bench
