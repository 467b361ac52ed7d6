#include "worker_fixture.hpp"

#include <rte_eal.h>
#include <rte_mbuf.h>

#include <cstring>

#include "pipeline.hpp"
#include "two_realms.hpp"
#include "worker.hpp"

namespace strowger::test {
namespace {

struct Pools {
    rte_mempool* packets = nullptr;
    rte_mempool* large = nullptr;
};

// The EAL can be started once a process.
const Pools& pools() {
    static const Pools once = [] {
        const char* arguments[] = {"test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                                   "-m",   "128",       "--lcores",    "0",        "--log-level",
                                   "4"};
        std::vector<char*> argv;
        for (const char* a : arguments) argv.push_back(const_cast<char*>(a));
        if (rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0)
            throw std::runtime_error("rte_eal_init");
        Pools p;
        p.packets = rte_pktmbuf_pool_create("packets", 4095, 0, core::kPacketPrivateSize, 2176, 0);
        p.large = rte_pktmbuf_pool_create("large", 127, 0, core::kPacketPrivateSize, 65'535, 0);
        if (p.packets == nullptr || p.large == nullptr) throw std::runtime_error("packet pools");
        return p;
    }();
    return once;
}

}  // namespace

WorkerTest::WorkerTest() {
    worker.pool = pools().packets;
    worker.large_pool = pools().large;
    legs_ = std::make_unique<rtp::LegTable>(worker.id, worker.workers);
    reassembly_ = std::make_unique<classify::Reassembly>();
    limits_ = std::make_unique<sip::SourceLimits>(42);
    worker.legs = legs_.get();
    worker.reassembly = reassembly_.get();
    worker.limits = limits_.get();
    worker.handoff_out = {nullptr};
    worker.handoff_in = {nullptr};
    worker.transmit_out = {&wire_};
    worker.transmit_in = {nullptr};
    worker.tx.resize(2);  // own_queue is false: frames go into wire_

    two_realms(tables);
}

WorkerTest::~WorkerTest() {
    expect_balanced_books();
    for (const PortId port : {kAccessPort, kCorePort}) sent(port);
    punted();
    turn();
    EXPECT_EQ(rte_mempool_in_use_count(worker.large_pool), 0u) << "large packets leak";
    EXPECT_EQ(rte_mempool_in_use_count(worker.pool), 0u) << "packets leak";
}

void WorkerTest::seal() {
    if (sealed_) return;
    sealed_ = true;
    tables.seal();
    for (std::size_t i = 0; i < tables.media_addresses.size(); ++i)
        worker.legs->add_address(static_cast<MediaAddressId>(i), tables.media_addresses[i].low,
                                 tables.media_addresses[i].high);
    worker.tables = &tables;
}

void WorkerTest::run_raw(PortId port, const std::vector<std::string>& frames) {
    seal();
    core::Burst burst;
    worker.now = burst.now = now;
    for (const std::string& bytes : frames) {
        core::Packet* packet = rte_pktmbuf_alloc(worker.pool);
        ASSERT_NE(packet, nullptr);
        if (bytes.size() > rte_pktmbuf_tailroom(packet)) {  // as a reassembled datagram arrives
            rte_pktmbuf_free(packet);
            packet = rte_pktmbuf_alloc(worker.large_pool);
            ASSERT_NE(packet, nullptr);
        }
        char* at = rte_pktmbuf_append(packet, static_cast<std::uint16_t>(bytes.size()));
        ASSERT_NE(at, nullptr) << "frame of " << bytes.size() << " bytes";
        std::memcpy(at, bytes.data(), bytes.size());
        core::info_of(packet) = {.port = port, .received = now};
        burst.packets[burst.count++] = packet;
        core::count(worker, Counter::rx_packets);
        if (burst.count < core::kBurst) continue;
        run_burst(worker, burst);
        burst.count = 0;
    }
    if (burst.count != 0) run_burst(worker, burst);
}

void WorkerTest::run(PortId port, const std::vector<Frame>& frames) {
    std::vector<std::string> bytes;
    for (const Frame& frame : frames) bytes.push_back(frame.bytes());
    run_raw(port, bytes);
}

void WorkerTest::turn() {
    seal();
    core::Burst burst;
    run_once(worker, burst, tables, now);
}

std::vector<std::string> WorkerTest::sent(PortId port) {
    core::Packet* packet = nullptr;
    while (wire_.pop({&packet, 1}) == 1) {
        std::string bytes(rte_pktmbuf_mtod(packet, const char*), packet->data_len);
        for (const core::Packet* next = packet->next; next != nullptr; next = next->next)
            bytes.append(rte_pktmbuf_mtod(next, const char*), next->data_len);
        // What the worker that owns the queue would count.
        core::count(worker, Counter::tx_packets);
        held_[index(core::info_of(packet).port)].push_back(std::move(bytes));
        rte_pktmbuf_free(packet);
    }
    return std::exchange(held_[index(port)], {});
}

std::vector<WorkerTest::Punted> WorkerTest::punted() {
    std::vector<Punted> out;
    rings::Punt record;
    while (worker.punts.pop({&record, 1}) == 1 || worker.arrivals.pop({&record, 1}) == 1) {
        out.push_back({record, std::string(record.data, record.length)});
        worker.released.push(static_cast<core::Packet*>(record.packet));
    }
    return out;
}

std::vector<rings::Event> WorkerTest::events() {
    std::vector<rings::Event> out;
    rings::Event event;
    while (worker.events.pop({&event, 1}) == 1) out.push_back(event);
    return out;
}

std::uint64_t WorkerTest::moved(Counter counter) {
    const std::uint64_t value = worker.books.counters[static_cast<std::size_t>(counter)];
    return value - std::exchange(seen_counters_[counter], value);
}

std::uint64_t WorkerTest::dropped(Drop reason) {
    const std::uint64_t value = worker.books.drops[static_cast<std::size_t>(reason)];
    return value - std::exchange(seen_drops_[reason], value);
}

void WorkerTest::expect_balanced_books() {
    for (const PortId port : {kAccessPort, kCorePort}) {
        auto frames = sent(port);
        held_[index(port)] = std::move(frames);
    }
    const auto& c = worker.books.counters;
    const auto at = [&](Counter counter) { return c[static_cast<std::size_t>(counter)]; };
    std::uint64_t drops = 0;
    for (const std::uint64_t d : worker.books.drops) drops += d;
    EXPECT_EQ(at(Counter::rx_packets) + at(Counter::worker_originated),
              at(Counter::tx_packets) + at(Counter::worker_consumed) + at(Counter::worker_punted) +
                  at(Counter::worker_to_kernel) + drops)
        << "the books do not balance";
}

}  // namespace strowger::test
