// IP addresses, endpoints and the L2-L4 headers, as they lie on the wire.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "strowger/wire/endian.hpp"

namespace strowger::wire {

// An IPv4 or IPv6 address in 16 bytes; IPv4 is held as ::ffff:a.b.c.d, so that one key serves both families.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    static constexpr IpAddress from_v4(be32 v4) {
        IpAddress a;
        a.bytes[10] = a.bytes[11] = 0xff;
        const std::uint32_t h = v4.host();
        a.bytes[12] = static_cast<std::uint8_t>(h >> 24);
        a.bytes[13] = static_cast<std::uint8_t>(h >> 16);
        a.bytes[14] = static_cast<std::uint8_t>(h >> 8);
        a.bytes[15] = static_cast<std::uint8_t>(h);
        return a;
    }
    static IpAddress from_v6(const void* sixteen_bytes) {
        IpAddress a;
        std::memcpy(a.bytes.data(), sixteen_bytes, 16);
        return a;
    }
    [[nodiscard]] constexpr bool is_v4() const {
        const auto words = std::bit_cast<std::array<std::uint32_t, 4>>(bytes);
        return (words[0] | words[1] | (words[2] ^ be32::from_host(0xffff).wire())) == 0;
    }
    // Only meaningful when is_v4().
    [[nodiscard]] be32 v4() const {
        std::uint32_t raw;
        std::memcpy(&raw, &bytes[12], 4);
        return be32::from_wire(raw);
    }
    // All zero, in either family.
    [[nodiscard]] bool is_unspecified() const;
    friend constexpr bool operator==(const IpAddress&, const IpAddress&) = default;
    friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

// Text forms: "192.0.2.1", "2001:db8::1" and, as SIP writes it, "[2001:db8::1]" (accepted, brackets optional).
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view text) noexcept;
// Writes the text form without brackets into `out` (at least 46 bytes); returns the length.
std::size_t format_address(const IpAddress& address, char* out) noexcept;
[[nodiscard]] std::string to_string(const IpAddress& address);

// An address and a UDP or TCP port.
struct Endpoint {
    IpAddress address;
    be16 port;
    friend constexpr bool operator==(const Endpoint&, const Endpoint&) = default;
    friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// "192.0.2.1:5060" or "[2001:db8::1]:5060".
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text) noexcept;
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

// A prefix such as 10.0.0.0/8 or 2001:db8::/32. `length` counts bits of the 16-byte form (IPv4: 96 + n).
struct Prefix {
    IpAddress address;
    std::uint8_t length = 128;
    [[nodiscard]] bool contains(const IpAddress& a) const noexcept;
    friend constexpr auto operator<=>(const Prefix&, const Prefix&) = default;
};
[[nodiscard]] std::optional<Prefix> parse_prefix(std::string_view text) noexcept;
[[nodiscard]] std::string to_string(const Prefix& prefix);

using Mac = std::array<std::uint8_t, 6>;

inline constexpr be16 kEtherIpv4 = be16::from_host(0x0800);
inline constexpr be16 kEtherIpv6 = be16::from_host(0x86DD);
inline constexpr be16 kEtherVlan = be16::from_host(0x8100);
inline constexpr be16 kEtherQinq = be16::from_host(0x88A8);
inline constexpr std::uint8_t kProtocolUdp = 17;
inline constexpr std::uint8_t kIpv6Fragment = 44;

struct EthernetHeader {
    Mac destination;
    Mac source;
    be16 type;
};
static_assert(sizeof(EthernetHeader) == 14);

struct VlanTag {
    be16 tci;  // low 12 bits: VLAN id
    be16 type;
};
static_assert(sizeof(VlanTag) == 4);

struct Ipv4Header {
    std::uint8_t version_ihl;
    std::uint8_t tos;
    be16 total_length;
    be16 identification;
    be16 fragment;  // 3 flag bits, 13 bits of offset in 8-byte units
    std::uint8_t ttl;
    std::uint8_t protocol;
    be16 checksum;
    be32 source;
    be32 destination;
};
static_assert(sizeof(Ipv4Header) == 20);

struct Ipv6Header {
    be32 version_class_flow;
    be16 payload_length;
    std::uint8_t next_header;
    std::uint8_t hop_limit;
    std::array<std::uint8_t, 16> source;
    std::array<std::uint8_t, 16> destination;
};
static_assert(sizeof(Ipv6Header) == 40);

struct UdpHeader {
    be16 source;
    be16 destination;
    be16 length;
    be16 checksum;
};
static_assert(sizeof(UdpHeader) == 8);

}  // namespace strowger::wire

template <>
struct std::hash<strowger::wire::IpAddress> {
    std::size_t operator()(const strowger::wire::IpAddress& a) const noexcept {
        std::uint64_t hi;
        std::uint64_t lo;
        std::memcpy(&hi, a.bytes.data(), 8);
        std::memcpy(&lo, a.bytes.data() + 8, 8);
        lo ^= hi * 0x9E3779B97F4A7C15ULL;
        lo ^= lo >> 32;
        return lo * 0xD6E8FEB86659FD93ULL;
    }
};
template <>
struct std::hash<strowger::wire::Endpoint> {
    std::size_t operator()(const strowger::wire::Endpoint& e) const noexcept {
        return std::hash<strowger::wire::IpAddress>{}(e.address) ^ (e.port.wire() * 0x9E3779B97F4A7C15ULL);
    }
};
