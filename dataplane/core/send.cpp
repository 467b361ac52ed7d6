#include "core/send.hpp"

#include <rte_ip.h>

#include <algorithm>
#include <cstring>

#include "core/frame.hpp"

namespace strowger::core {
namespace {

constexpr std::uint32_t kMaxUdpPayload = 65'507;
constexpr std::size_t kFragmentHeader = 8;  // IPv6 (RFC 8200 4.5)

// The UDP header of the whole datagram, with its checksum over all of the data.
wire::UdpHeader udp_header(const rings::Send& d) {
    const auto length = static_cast<std::uint16_t>(d.length + sizeof(wire::UdpHeader));
    wire::UdpHeader udp{d.source.port, d.destination.port, wire::be16::from_host(length), {}};
    // Pseudo-header: the addresses, the length and the protocol.
    std::uint32_t sum = 0;
    const std::size_t skip = d.source.address.is_v4() ? 12 : 0;
    sum += rte_raw_cksum(d.source.address.bytes.data() + skip, 16 - skip);
    sum += rte_raw_cksum(d.destination.address.bytes.data() + skip, 16 - skip);
    sum += udp.length.wire() + wire::be16::from_host(wire::kProtocolUdp).wire();
    sum += rte_raw_cksum(&udp, sizeof udp) + rte_raw_cksum(d.data, d.length);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    const auto checksum = static_cast<std::uint16_t>(~sum);
    udp.checksum = wire::be16::from_wire(checksum == 0 ? 0xffff : checksum);
    return udp;
}

// One packet of the datagram: bytes [offset, offset + length) of UDP header and data.
struct Piece {
    std::size_t offset;
    std::size_t length;
    bool more;
};

// Writes IP headers for a fragment; returns their size.
std::size_t write_ip(char* at, const rings::Send& d, const Piece& piece, std::uint32_t identification) {
    const auto offset_field = static_cast<std::uint16_t>(piece.offset / 8);
    if (d.source.address.is_v4()) {
        const wire::Ipv4Header ip{
            .version_ihl = 0x45,
            .tos = static_cast<std::uint8_t>(d.dscp << 2),
            .total_length =
                wire::be16::from_host(static_cast<std::uint16_t>(sizeof(wire::Ipv4Header) + piece.length)),
            .identification = wire::be16::from_host(static_cast<std::uint16_t>(identification)),
            .fragment =
                wire::be16::from_host(static_cast<std::uint16_t>(offset_field | (piece.more ? 0x2000 : 0))),
            .ttl = 64,
            .protocol = wire::kProtocolUdp,
            .checksum = {},
            .source = d.source.address.v4(),
            .destination = d.destination.address.v4()};
        std::memcpy(at, &ip, sizeof ip);
        auto* header = reinterpret_cast<rte_ipv4_hdr*>(at);
        header->hdr_checksum = rte_ipv4_cksum(header);
        return sizeof ip;
    }
    const wire::Ipv6Header ip{
        .version_class_flow = wire::be32::from_host(0x60000000u | static_cast<std::uint32_t>(d.dscp) << 22),
        .payload_length = wire::be16::from_host(static_cast<std::uint16_t>(kFragmentHeader + piece.length)),
        .next_header = wire::kIpv6Fragment,
        .hop_limit = 64,
        .source = d.source.address.bytes,
        .destination = d.destination.address.bytes};
    std::memcpy(at, &ip, sizeof ip);
    const wire::be16 field =
        wire::be16::from_host(static_cast<std::uint16_t>(offset_field << 3 | (piece.more ? 1 : 0)));
    const wire::be32 id = wire::be32::from_host(identification);
    char* extension = at + sizeof ip;
    extension[0] = static_cast<char>(wire::kProtocolUdp);
    extension[1] = 0;
    std::memcpy(extension + 2, &field, sizeof field);
    std::memcpy(extension + 4, &id, sizeof id);
    return sizeof ip + kFragmentHeader;
}

void count_drop(Worker& w, Drop reason) {
    if (Packet* packet = originate(w)) return drop(w, packet, reason);
    auto& cell = w.books.drops[static_cast<std::size_t>(reason)];
    count(w, Counter::worker_originated);
    __atomic_store_n(&cell, cell + 1, __ATOMIC_RELAXED);
}

bool send_whole(Worker& w, const rings::Send& d, const tables::Interface& interface,
                const FrameAddresses& addresses) {
    Packet* packet = originate(w);
    if (packet == nullptr) return count_drop(w, Drop::send_no_buffer), false;
    const std::size_t headers = udp_headers_size(d.source.address.is_v4(), interface.vlan != 0);
    char* frame = rte_pktmbuf_append(packet, static_cast<std::uint16_t>(headers + d.length));
    std::memcpy(frame + headers, d.data, d.length);
    write_udp_headers(frame, addresses, static_cast<std::uint16_t>(d.length));
    transmit(w, interface.port, packet);
    return true;
}

bool send_fragments(Worker& w, const rings::Send& d, const tables::Interface& interface,
                    const FrameAddresses& addresses, std::size_t mtu) {
    const wire::UdpHeader udp = udp_header(d);
    const std::size_t ip_size =
        d.source.address.is_v4() ? sizeof(wire::Ipv4Header) : sizeof(wire::Ipv6Header) + kFragmentHeader;
    const std::size_t step = (mtu - ip_size) & ~std::size_t{7};
    const std::size_t total = sizeof udp + d.length;
    const std::uint32_t identification = ++w.identification;
    for (std::size_t offset = 0; offset < total; offset += step) {
        const Piece piece{offset, std::min(step, total - offset), offset + step < total};
        Packet* packet = originate(w);
        if (packet == nullptr)
            return count_drop(w, Drop::send_no_buffer), false;  // the receiver drops the rest
        char* frame = rte_pktmbuf_append(packet, static_cast<std::uint16_t>(18 + ip_size + piece.length));
        char* at = frame + write_ethernet(frame, addresses);
        at += write_ip(at, d, piece, identification);
        std::size_t from = piece.offset;
        if (from == 0) {
            std::memcpy(at, &udp, sizeof udp);
            at += sizeof udp;
            from = sizeof udp;
        }
        const std::size_t data_length = piece.offset + piece.length - from;
        std::memcpy(at, d.data + (from - sizeof udp), data_length);
        at += data_length;
        rte_pktmbuf_trim(packet, static_cast<std::uint16_t>(packet->data_len - (at - frame)));
        count(w, Counter::send_fragments);
        transmit(w, interface.port, packet);
    }
    return true;
}

}  // namespace

bool send_copy(Worker& w, const rings::Send& d) noexcept {
    if (d.length > kMaxUdpPayload) return count_drop(w, Drop::send_too_big), false;
    const tables::Adjacency* next = w.tables->routes.adjacency(d.adjacency);
    if (next == nullptr || next->interface != d.interface || next->destination == wire::Mac{})
        return count_drop(w, Drop::send_no_adjacency), false;
    const tables::Interface& interface = w.tables->interfaces[index(d.interface)];
    const FrameAddresses addresses{.source_mac = interface.mac,
                                   .destination_mac = next->destination,
                                   .vlan = interface.vlan,
                                   .source = d.source,
                                   .destination = d.destination,
                                   .dscp = d.dscp};
    // A packet buffer holds less than a jumbo frame.
    const std::size_t room = rte_pktmbuf_data_room_size(w.pool) - RTE_PKTMBUF_HEADROOM - 18u;
    const std::size_t mtu = std::min<std::size_t>(interface.mtu, room);
    const std::size_t ip_size =
        d.source.address.is_v4() ? sizeof(wire::Ipv4Header) : sizeof(wire::Ipv6Header);
    if (ip_size + sizeof(wire::UdpHeader) + d.length <= mtu) return send_whole(w, d, interface, addresses);
    return send_fragments(w, d, interface, addresses, mtu);
}

void send_datagram(Worker& w, const rings::Send& datagram) noexcept {
    if (send_copy(w, datagram)) count(w, Counter::send_datagrams);
    w.sent.push(datagram.token);  // as large as the send ring: never full while the control thread reaps
}

}  // namespace strowger::core
