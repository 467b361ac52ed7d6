#include "rtp/depart.hpp"

#include "core/send.hpp"
#include "rtp/leg_table.hpp"
#include "rtp/rewrite.hpp"

namespace strowger::rtp {
namespace {

using core::Packet;
using core::PacketInfo;

// Larger buffers are of the pools of reassembled datagrams, which no device can read (core/worker.hpp).
constexpr std::uint16_t kLargestSent = 16'384;

bool refuse(core::Worker& w, Packet* packet, Drop reason) {
    core::drop(w, packet, reason);
    return false;
}

// L2 of the next hop. Without a resolved adjacency a learned remote is reached where its packets came from.
bool fill_next_hop(const core::Worker& w, rings::LegId through, const Exit& exit, Path& path,
                   InterfaceId& interface) {
    const auto& tables = *w.tables;
    if (const auto* adjacency = tables.routes.adjacency(exit.adjacency);
        adjacency != nullptr && adjacency->resolved &&
        index(adjacency->interface) < tables.interfaces.size()) {
        interface = adjacency->interface;
        path.destination_mac = adjacency->destination;
        return true;
    }
    const auto leg = w.legs->find(through);
    if (!leg.live() || index(leg.cold->source_interface) >= tables.interfaces.size()) return false;
    interface = leg.cold->source_interface;
    path.destination_mac = leg.cold->source_mac;
    return true;
}

// A packet that cannot leave in its own buffer (reassembled, larger than the way's MTU, no room for larger
// headers): its payload is copied, into fragments if need be.
bool send_copied(core::Worker& w, Packet* packet, const Exit& exit, const Path& path, InterfaceId interface) {
    rings::Send datagram;
    datagram.source = {path.is_v4 ? wire::IpAddress::from_v4(path.source_v4) : path.source_v6,
                       path.source_port};
    datagram.destination = {path.is_v4 ? wire::IpAddress::from_v4(path.destination_v4) : path.destination_v6,
                            path.destination_port};
    datagram.interface = interface;
    datagram.adjacency = exit.adjacency;
    datagram.dscp = path.dscp;
    datagram.data = core::payload_of(packet);
    datagram.length = core::info_of(packet).payload_length;
    const bool sent = core::send_copy(w, datagram);
    core::consume(w, packet);
    return sent;
}

// Puts the new headers in front of the payload, wherever the old ones ended.
void replace_headers(Packet* p, const Path& path, std::size_t headers, const core::TxPath& tx) {
    const Checksums by_device{tx.hw_ip_checksum, tx.hw_udp_checksum};
    const PacketInfo& info = core::info_of(p);
    const auto length = info.payload_length;
    write_headers(reinterpret_cast<std::uint8_t*>(core::payload_of(p)), length, path, by_device);
    p->data_off = static_cast<std::uint16_t>(p->data_off + info.payload_offset - headers);
    p->data_len = static_cast<std::uint16_t>(headers + length);
    p->pkt_len = p->data_len;
    if (!by_device.ip_by_device && !by_device.udp_by_device) return;
    p->l2_len = path.vlan != 0 ? 18 : 14;
    p->l3_len = path.is_v4 ? 20 : 40;
    p->ol_flags |= path.is_v4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
    if (by_device.ip_by_device && path.is_v4) p->ol_flags |= RTE_MBUF_F_TX_IP_CKSUM;
    if (by_device.udp_by_device) p->ol_flags |= RTE_MBUF_F_TX_UDP_CKSUM;
}

}  // namespace

bool depart(core::Worker& w, Packet* packet, rings::LegId through, const Exit& exit) noexcept {
    const auto& tables = *w.tables;
    const PacketInfo& info = core::info_of(packet);
    const char* frame = core::frame_of(packet);
    const auto ttl = static_cast<std::uint8_t>(frame[info.l3_offset + (info.is_v4 ? 8 : 7)]);
    Path path;
    InterfaceId out = kNone<InterfaceId>;
    if (ttl <= 1) return refuse(w, packet, Drop::rtp_ttl);
    if (index(through.address) >= tables.media_addresses.size()) return refuse(w, packet, Drop::rtp_no_peer);
    if (!fill_next_hop(w, through, exit, path, out)) return refuse(w, packet, Drop::rtp_no_adjacency);
    const tables::Interface& interface = tables.interfaces[index(out)];
    path.source_mac = interface.mac;
    path.vlan = interface.vlan;
    path.dscp = exit.dscp;
    path.ttl = static_cast<std::uint8_t>(ttl - 1);
    path.is_v4 = exit.is_v4;
    const wire::IpAddress& source = tables.media_addresses[index(through.address)].address;
    if (exit.is_v4) {
        path.source_v4 = source.v4();
        path.destination_v4 = exit.v4;
    } else {
        path.source_v6 = source;
        path.destination_v6 = exit.destination.address;
    }
    path.source_port = exit.source_port;
    path.destination_port = exit.destination.port;

    const std::size_t headers = headers_length(path);
    const std::size_t ip_length = headers - (path.vlan != 0 ? 18u : 14u) + info.payload_length;
    if (ip_length > interface.mtu || packet->buf_len > kLargestSent ||
        info.payload_offset + rte_pktmbuf_headroom(packet) < headers) [[unlikely]]
        return send_copied(w, packet, exit, path, out);
    replace_headers(packet, path, headers, w.tx[index(interface.port)]);
    core::transmit(w, interface.port, packet);
    return true;
}

}  // namespace strowger::rtp
