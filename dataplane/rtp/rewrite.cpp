#include "rtp/rewrite.hpp"

#include <bit>
#include <cstring>

#include "wire/checksum.hpp"

namespace strowger::rtp {
namespace {

using wire::add_bytes;
using wire::be16;
using wire::be32;
using wire::fold;

// Headers are put together in registers, as 64-bit words in memory order: a header built field by field in
// memory and then copied costs more than its checksum, since the copy waits for the small stores.
static_assert(std::endian::native == std::endian::little);

constexpr std::uint64_t word(be16 v, int byte) {
    return static_cast<std::uint64_t>(v.wire()) << 8 * byte;
}
constexpr std::uint64_t word(be32 v, int byte) {
    return static_cast<std::uint64_t>(v.wire()) << 8 * byte;
}
constexpr std::uint64_t word(std::uint8_t v, int byte) {
    return static_cast<std::uint64_t>(v) << 8 * byte;
}

void store(std::uint8_t* at, std::uint64_t v) {
    std::memcpy(at, &v, sizeof v);
}

void write_ethernet(std::uint8_t* at, const Path& path, be16 type) {
    std::memcpy(at, path.destination_mac.data(), 6);
    std::memcpy(at + 6, path.source_mac.data(), 6);
    if (path.vlan == 0) {
        std::memcpy(at + 12, &type, sizeof type);
        return;
    }
    const auto tag =
        static_cast<std::uint32_t>(word(wire::kEtherVlan, 0) | word(be16::from_host(path.vlan), 2));
    std::memcpy(at + 12, &tag, sizeof tag);
    std::memcpy(at + 16, &type, sizeof type);
}

// Writes a wire::Ipv4Header; returns the pseudo-header's sum of addresses.
std::uint64_t write_ipv4(std::uint8_t* at, std::uint16_t udp_length, const Path& path, bool checksum) {
    const auto total = be16::from_host(static_cast<std::uint16_t>(sizeof(wire::Ipv4Header) + udp_length));
    const std::uint64_t addresses = std::uint64_t{path.source_v4.wire()} + path.destination_v4.wire();
    // DF: an atomic datagram needs no identification (RFC 6864).
    const std::uint64_t first = word(std::uint8_t{0x45}, 0) |
                                word(static_cast<std::uint8_t>(path.dscp << 2), 1) | word(total, 2) |
                                word(be16::from_host(0x4000), 6);
    const std::uint64_t life = word(path.ttl, 0) | word(wire::kProtocolUdp, 1);
    be16 sum;
    if (checksum) sum = fold((first & 0xffffffff) + (first >> 32) + life + addresses);
    store(at, first);
    store(at + 8, life | word(sum, 2) | word(path.source_v4, 4));
    std::memcpy(at + 16, &path.destination_v4, 4);
    return addresses;
}

// Writes a wire::Ipv6Header; returns the pseudo-header's sum of addresses.
std::uint64_t write_ipv6(std::uint8_t* at, std::uint16_t udp_length, const Path& path) {
    const auto class_flow = be32::from_host(0x60000000u | static_cast<std::uint32_t>(path.dscp) << 22);
    store(at, word(class_flow, 0) | word(be16::from_host(udp_length), 4) | word(wire::kProtocolUdp, 6) |
                  word(path.ttl, 7));
    std::memcpy(at + 8, path.source_v6.bytes.data(), 16);
    std::memcpy(at + 24, path.destination_v6.bytes.data(), 16);
    return add_bytes(add_bytes(0, path.source_v6.bytes.data(), 16), path.destination_v6.bytes.data(), 16);
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
    const auto wire_length = be16::from_host(udp_length);
    sum += word(be16::from_host(wire::kProtocolUdp), 0) + word(wire_length, 0);
    be16 checksum;
    if (checksums.udp_by_device) {
        checksum = be16::from_wire(static_cast<std::uint16_t>(~fold(sum).wire()));
    } else {
        sum += word(path.source_port, 0) + word(path.destination_port, 0) + word(wire_length, 0);
        checksum = fold(add_bytes(sum, payload, length));
        // Zero says "no checksum", which IPv6 does not allow (RFC 8200 8.1).
        if (checksum.wire() == 0) checksum = be16::from_wire(0xffff);
    }
    store(udp_at, word(path.source_port, 0) | word(path.destination_port, 2) | word(wire_length, 4) |
                      word(checksum, 6));
}

}  // namespace strowger::rtp
