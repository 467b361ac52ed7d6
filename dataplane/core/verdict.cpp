#include <rte_ethdev.h>

#include "core/worker.hpp"

namespace strowger::core {

void drop(Worker& w, Packet* packet, Drop reason) noexcept {
    auto& cell = w.books.drops[static_cast<std::size_t>(reason)];
    __atomic_store_n(&cell, cell + 1, __ATOMIC_RELAXED);
    rte_pktmbuf_free(packet);
}

void consume(Worker& w, Packet* packet) noexcept {
    count(w, Counter::worker_consumed);
    rte_pktmbuf_free(packet);
}

namespace {

void punt_by(rings::Spsc<rings::Punt>& ring, Worker& w, Packet* packet, rings::Punt& record,
             Drop when_full) noexcept {
    const PacketInfo& info = info_of(packet);
    record.worker = w.id;
    record.realm = info.realm;
    record.listener = info.listener;
    record.media_address = info.media_address;
    record.source = info.source;
    record.destination = info.destination;
    record.received = info.received;
    record.data = payload_of(packet);
    record.length = info.payload_length;
    record.packet = packet;
    if (!ring.push(record)) return drop(w, packet, when_full);
    count(w, Counter::worker_punted);
    w.signal = true;
}

}  // namespace

void punt(Worker& w, Packet* packet, rings::Punt record, Drop when_full) noexcept {
    punt_by(w.punts, w, packet, record, when_full);
}

void punt_arrival(Worker& w, Packet* packet, rings::Punt record, Drop when_full) noexcept {
    punt_by(w.arrivals, w, packet, record, when_full);
}

void to_kernel(Worker& w, PortId port, Packet* packet) noexcept {
    TxPath& path = w.tx[index(port)];
    if (path.to_kernel == nullptr) return drop(w, packet, Drop::rx_not_ours);
    const KernelKind kind = kernel_kind_of(frame_of(packet), packet->data_len);
    if (!path.kernel_limits.admit(kind, w.now)) return drop(w, packet, Drop::classify_kernel_rate);
    if (!path.to_kernel->push(packet)) return drop(w, packet, Drop::classify_kernel_full);
    count(w, Counter::classify_kernel);
    count(w, Counter::worker_to_kernel);
    w.signal = true;
}

void hand_off(Worker& w, WorkerId to, Packet* packet) noexcept {
    if (!w.handoff_out[index(to)]->push(packet)) return drop(w, packet, Drop::rx_handoff_full);
    count(w, Counter::handoff_packets);
}

Packet* originate(Worker& w) noexcept {
    Packet* packet = rte_pktmbuf_alloc(w.pool);
    if (packet != nullptr) count(w, Counter::worker_originated);
    return packet;
}

namespace {

void flush(Worker& w, TxPath& path) noexcept {
    std::uint64_t octets = 0;
    for (std::uint16_t i = 0; i < path.pending; ++i) octets += path.packets[i]->pkt_len;
    const std::uint16_t sent = rte_eth_tx_burst(path.ethdev, path.queue, path.packets.data(), path.pending);
    for (std::uint16_t i = sent; i < path.pending; ++i) octets -= path.packets[i]->pkt_len;
    count(w, Counter::tx_packets, sent);
    count(w, Counter::tx_octets, octets);
    for (std::uint16_t i = sent; i < path.pending; ++i) drop(w, path.packets[i], Drop::tx_queue_full);
    path.pending = 0;
}

}  // namespace

void transmit(Worker& w, PortId port, Packet* packet) noexcept {
    TxPath& path = w.tx[index(port)];
    if (!path.own_queue) {
        info_of(packet).port = port;  // tells the queue's owner where it goes
        if (!w.transmit_out[index(path.owner)]->push(packet)) drop(w, packet, Drop::tx_ring_full);
        return;
    }
    path.packets[path.pending++] = packet;
    if (path.pending == path.packets.size()) flush(w, path);
}

void flush(Worker& w) noexcept {
    for (TxPath& path : w.tx)
        if (path.pending != 0) flush(w, path);
}

}  // namespace strowger::core
