#include "classify/classify.hpp"

#include <rte_prefetch.h>

#include <cstring>

#include "classify/reassembly.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::classify {
namespace {

using core::Lane;
using core::Packet;
using core::PacketInfo;

enum class Found : std::uint8_t { udp, fragment, other, truncated, bad_header };

template <typename Header>
Header read(const char* at) {
    Header header;
    std::memcpy(&header, at, sizeof header);
    return header;
}

Found parse_ipv4(const char* frame, std::size_t length, PacketInfo& info) {
    if (length < info.l3_offset + sizeof(wire::Ipv4Header)) return Found::truncated;
    const auto ip = read<wire::Ipv4Header>(frame + info.l3_offset);
    const std::size_t header = (ip.version_ihl & 0x0fu) * 4u;
    const std::size_t total = ip.total_length.host();
    if (ip.version_ihl >> 4 != 4 || header < sizeof ip || total < header) return Found::bad_header;
    if (length < info.l3_offset + total) return Found::truncated;
    info.is_v4 = true;
    info.source.address = wire::IpAddress::from_v4(ip.source);
    info.destination.address = wire::IpAddress::from_v4(ip.destination);
    if (ip.protocol != wire::kProtocolUdp) return Found::other;
    if ((ip.fragment.host() & 0x3fff) != 0) return Found::fragment;  // MF, or an offset
    info.l4_offset = static_cast<std::uint8_t>(info.l3_offset + header);
    info.payload_length = static_cast<std::uint16_t>(total - header);  // with the UDP header, until parse_udp
    return Found::udp;
}

Found parse_ipv6(const char* frame, std::size_t length, PacketInfo& info) {
    if (length < info.l3_offset + sizeof(wire::Ipv6Header)) return Found::truncated;
    const auto ip = read<wire::Ipv6Header>(frame + info.l3_offset);
    const std::size_t payload = ip.payload_length.host();
    if (ip.version_class_flow.host() >> 28 != 6) return Found::bad_header;
    if (length < info.l3_offset + sizeof ip + payload) return Found::truncated;
    info.is_v4 = false;
    info.source.address = wire::IpAddress::from_v6(ip.source.data());
    info.destination.address = wire::IpAddress::from_v6(ip.destination.data());
    if (ip.next_header == wire::kIpv6Fragment && payload >= 8 &&
        frame[info.l3_offset + sizeof ip] == static_cast<char>(wire::kProtocolUdp))
        return Found::fragment;
    if (ip.next_header != wire::kProtocolUdp) return Found::other;  // other extension headers: the kernel's
    info.l4_offset = static_cast<std::uint8_t>(info.l3_offset + sizeof ip);
    info.payload_length = static_cast<std::uint16_t>(payload);
    return Found::udp;
}

Found parse_udp(const char* frame, PacketInfo& info) {
    if (info.payload_length < sizeof(wire::UdpHeader)) return Found::truncated;
    const auto udp = read<wire::UdpHeader>(frame + info.l4_offset);
    const std::size_t udp_length = udp.length.host();
    if (udp_length < sizeof udp || udp_length > info.payload_length) return Found::bad_header;
    info.source.port = udp.source;
    info.destination.port = udp.destination;
    info.payload_offset = static_cast<std::uint8_t>(info.l4_offset + sizeof udp);
    info.payload_length = static_cast<std::uint16_t>(udp_length - sizeof udp);
    return Found::udp;
}

// Ethernet, up to one VLAN tag, IP, UDP. Sets interface.
Found parse(core::Worker& w, Packet* packet, PacketInfo& info) {
    const char* frame = core::frame_of(packet);
    const std::size_t length = packet->data_len;
    if (length < sizeof(wire::EthernetHeader)) return Found::truncated;
    wire::be16 type = read<wire::EthernetHeader>(frame).type;
    std::uint16_t vlan = 0;
    info.l3_offset = sizeof(wire::EthernetHeader);
    if (type == wire::kEtherVlan || type == wire::kEtherQinq) {
        if (length < sizeof(wire::EthernetHeader) + sizeof(wire::VlanTag)) return Found::truncated;
        const auto tag = read<wire::VlanTag>(frame + sizeof(wire::EthernetHeader));
        vlan = tag.tci.host() & 0x0fff;
        type = tag.type;
        info.l3_offset = sizeof(wire::EthernetHeader) + sizeof(wire::VlanTag);
    }
    info.interface = w.tables->interface_of(info.port, vlan);
    if (info.interface == kNone<InterfaceId>) return Found::other;
    Found found = Found::other;
    if (type == wire::kEtherIpv4) found = parse_ipv4(frame, length, info);
    if (type == wire::kEtherIpv6) found = parse_ipv6(frame, length, info);
    return found == Found::udp ? parse_udp(frame, info) : found;
}

// The lane of a UDP datagram to one of our addresses.
Lane lane_of(const core::Worker& w, PacketInfo& info) {
    const tables::LocalAddress* local = w.tables->local(info.interface, info.destination.address);
    if (local == nullptr) return Lane::none;
    const std::uint16_t port = info.destination.port.host();
    if (port >= local->media_low && port <= local->media_high) {
        info.media_address = local->media;
        info.realm = w.tables->media_addresses[index(local->media)].realm;
        return Lane::media;
    }
    for (const auto& sip : local->sip) {
        if (sip.port != info.destination.port) continue;
        info.listener = sip.listener;
        info.realm = w.tables->listeners[index(sip.listener)].realm;
        return Lane::sip;
    }
    return Lane::none;
}

// Not for a lane: the kernel's, if it has a way to get it.
void leave(core::Worker& w, Packet* packet, const PacketInfo& info, Found found) {
    if (found == Found::truncated) return core::drop(w, packet, Drop::rx_truncated);
    if (found == Found::bad_header) return core::drop(w, packet, Drop::rx_ip_header);
    if (w.tx[index(info.port)].to_kernel != nullptr) return core::to_kernel(w, info.port, packet);
    core::drop(w, packet, found == Found::udp ? Drop::classify_no_listener : Drop::rx_not_ours);
}

}  // namespace

void run(core::Worker& w, core::Burst& burst) noexcept {
    for (std::uint16_t i = 0; i < burst.count; ++i) rte_prefetch0(core::frame_of(burst.packets[i]));

    for (std::uint16_t i = 0; i < burst.count; ++i) {
        Packet*& slot = burst.packets[i];
        PacketInfo& info = core::info_of(slot);  // port and received are set by rx
        Found found = parse(w, slot, info);
        if (found == Found::fragment &&
            w.tables->local(info.interface, info.destination.address) != nullptr) {
            count(w, Counter::classify_fragments);
            slot = reassemble(w, slot);
            if (slot == nullptr) continue;
            found = parse(w, slot, core::info_of(slot));
        }
        PacketInfo& whole = core::info_of(slot);
        whole.lane = found == Found::udp ? lane_of(w, whole) : Lane::none;
        switch (whole.lane) {
            case Lane::sip:
                count(w, Counter::classify_sip);
                break;
            case Lane::media: {
                count(w, Counter::classify_media);
                const WorkerId owner = w.owner(whole.destination.port.host());
                if (owner == w.id) break;
                core::hand_off(w, owner, slot);
                slot = nullptr;
                break;
            }
            default:
                leave(w, slot, whole, found);
                slot = nullptr;
        }
    }
}

}  // namespace strowger::classify
