#include "core/frame.hpp"

#include <cstring>

#include "wire/checksum.hpp"

namespace strowger::core {

std::size_t write_ethernet(char* frame, const FrameAddresses& a) noexcept {
    const bool v4 = a.source.address.is_v4();
    const wire::be16 type = v4 ? wire::kEtherIpv4 : wire::kEtherIpv6;
    wire::EthernetHeader ethernet{a.destination_mac, a.source_mac, a.vlan != 0 ? wire::kEtherVlan : type};
    std::memcpy(frame, &ethernet, sizeof ethernet);
    if (a.vlan == 0) return sizeof ethernet;
    const wire::VlanTag tag{wire::be16::from_host(a.vlan), type};
    std::memcpy(frame + sizeof ethernet, &tag, sizeof tag);
    return sizeof ethernet + sizeof tag;
}

void write_udp_headers(char* frame, const FrameAddresses& a, std::uint16_t payload_length) noexcept {
    char* l3 = frame + write_ethernet(frame, a);
    const bool v4 = a.source.address.is_v4();
    const auto udp_length = static_cast<std::uint16_t>(payload_length + sizeof(wire::UdpHeader));
    char* l4 = l3 + (v4 ? sizeof(wire::Ipv4Header) : sizeof(wire::Ipv6Header));
    wire::UdpHeader udp{a.source.port, a.destination.port, wire::be16::from_host(udp_length), {}};
    // The pseudo-header: addresses, length and protocol.
    std::uint64_t sum = std::uint64_t{udp.length.wire()} + wire::be16::from_host(wire::kProtocolUdp).wire();
    if (v4) {
        wire::Ipv4Header ip{.version_ihl = 0x45,
                                  .tos = static_cast<std::uint8_t>(a.dscp << 2),
                                  .total_length = wire::be16::from_host(
                                      static_cast<std::uint16_t>(udp_length + sizeof(wire::Ipv4Header))),
                                  .identification = {},
                                  .fragment = wire::be16::from_host(0x4000),  // DF
                                  .ttl = 64,
                                  .protocol = wire::kProtocolUdp,
                                  .checksum = {},
                                  .source = a.source.address.v4(),
                                  .destination = a.destination.address.v4()};
        ip.checksum = wire::fold(wire::add_bytes(0, &ip, sizeof ip));
        std::memcpy(l3, &ip, sizeof ip);
        sum += std::uint64_t{ip.source.wire()} + ip.destination.wire();
    } else {
        const wire::Ipv6Header ip{.version_class_flow = wire::be32::from_host(
                                      0x60000000u | static_cast<std::uint32_t>(a.dscp) << 22),
                                  .payload_length = wire::be16::from_host(udp_length),
                                  .next_header = wire::kProtocolUdp,
                                  .hop_limit = 64,
                                  .source = a.source.address.bytes,
                                  .destination = a.destination.address.bytes};
        std::memcpy(l3, &ip, sizeof ip);
        sum = wire::add_bytes(wire::add_bytes(sum, ip.source.data(), 16), ip.destination.data(), 16);
    }
    sum += std::uint64_t{udp.source.wire()} + udp.destination.wire() + udp.length.wire();
    udp.checksum = wire::fold(wire::add_bytes(sum, l4 + sizeof udp, payload_length));
    // Zero says "no checksum", which IPv6 does not allow (RFC 8200 8.1).
    if (udp.checksum.wire() == 0) udp.checksum = wire::be16::from_wire(0xffff);
    std::memcpy(l4, &udp, sizeof udp);
}

}  // namespace strowger::core
