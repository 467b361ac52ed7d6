#include "rtp/rewrite.hpp"

#include <cstring>

#include "rtp/checksum.hpp"

namespace strowger::rtp {
namespace {

using wire::be16;
using wire::be32;

// A byte pair as it lies in memory, for sums of 16-bit words.
std::uint64_t as_word(be16 v) {
    return v.wire();
}

std::uint8_t* write_ethernet(std::uint8_t* at, const Path& path, be16 type) {
    wire::EthernetHeader ethernet{path.destination_mac, path.source_mac, type};
    if (path.vlan != 0) ethernet.type = wire::kEtherVlan;
    std::memcpy(at, &ethernet, sizeof ethernet);
    at += sizeof ethernet;
    if (path.vlan == 0) return at;
    const wire::VlanTag tag{be16::from_host(path.vlan), type};
    std::memcpy(at, &tag, sizeof tag);
    return at + sizeof tag;
}

// Returns the pseudo-header's sum of addresses.
std::uint64_t write_ipv4(std::uint8_t* at, std::uint16_t udp_length, const Path& path, bool checksum) {
    wire::Ipv4Header ip;
    ip.version_ihl = 0x45;
    ip.tos = static_cast<std::uint8_t>(path.dscp << 2);
    ip.total_length = be16::from_host(static_cast<std::uint16_t>(sizeof ip + udp_length));
    ip.identification = {};
    ip.fragment = be16::from_host(0x4000);  // DF: an atomic datagram needs no identification (RFC 6864)
    ip.ttl = path.ttl;
    ip.protocol = wire::kProtocolUdp;
    ip.checksum = {};
    ip.source = path.source.v4();
    ip.destination = path.destination.v4();
    const std::uint64_t addresses = std::uint64_t{ip.source.wire()} + ip.destination.wire();
    if (checksum) {
        const auto first = be16::from_host(static_cast<std::uint16_t>(0x4500 | ip.tos));
        const auto fifth = be16::from_host(static_cast<std::uint16_t>(ip.ttl << 8 | ip.protocol));
        ip.checksum = fold(as_word(first) + as_word(ip.total_length) + as_word(ip.fragment) + as_word(fifth) +
                           addresses);
    }
    std::memcpy(at, &ip, sizeof ip);
    return addresses;
}

std::uint64_t write_ipv6(std::uint8_t* at, std::uint16_t udp_length, const Path& path) {
    wire::Ipv6Header ip;
    ip.version_class_flow = be32::from_host(0x60000000u | static_cast<std::uint32_t>(path.dscp) << 22);
    ip.payload_length = be16::from_host(udp_length);
    ip.next_header = wire::kProtocolUdp;
    ip.hop_limit = path.ttl;
    ip.source = path.source.bytes;
    ip.destination = path.destination.bytes;
    std::memcpy(at, &ip, sizeof ip);
    return add_bytes(add_bytes(0, ip.source.data(), 16), ip.destination.data(), 16);
}

}  // namespace

void write_headers(std::uint8_t* payload, std::uint16_t length, const Path& path,
                   Checksums checksums) noexcept {
    const bool v4 = path.is_v4;
    const auto udp_length = static_cast<std::uint16_t>(length + sizeof(wire::UdpHeader));
    std::uint8_t* udp_at = payload - sizeof(wire::UdpHeader);
    std::uint8_t* ip_at = udp_at - (v4 ? sizeof(wire::Ipv4Header) : sizeof(wire::Ipv6Header));
    std::uint8_t* frame = ip_at - sizeof(wire::EthernetHeader) - (path.vlan != 0 ? sizeof(wire::VlanTag) : 0);
    write_ethernet(frame, path, v4 ? wire::kEtherIpv4 : wire::kEtherIpv6);
    std::uint64_t sum = v4 ? write_ipv4(ip_at, udp_length, path, !checksums.ip_by_device)
                           : write_ipv6(ip_at, udp_length, path);
    wire::UdpHeader udp{path.source_port, path.destination_port, be16::from_host(udp_length), {}};
    sum += as_word(be16::from_host(wire::kProtocolUdp)) + as_word(udp.length);
    if (checksums.udp_by_device) {
        udp.checksum = be16::from_wire(static_cast<std::uint16_t>(~fold(sum).wire()));
    } else {
        sum += as_word(udp.source) + as_word(udp.destination) + as_word(udp.length);
        udp.checksum = fold(add_bytes(sum, payload, length));
        // Zero says "no checksum", which IPv6 does not allow (RFC 8200 8.1).
        if (udp.checksum.wire() == 0) udp.checksum = be16::from_wire(0xffff);
    }
    std::memcpy(udp_at, &udp, sizeof udp);
}

}  // namespace strowger::rtp
