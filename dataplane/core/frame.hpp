// Ethernet, IP and UDP headers around a payload.
#pragma once

#include <cstdint>

#include "strowger/tables/realms.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::core {

struct FrameAddresses {
    wire::Mac source_mac{};
    wire::Mac destination_mac{};
    std::uint16_t vlan = 0;  // 0: untagged
    wire::Endpoint source;
    wire::Endpoint destination;  // of the source's family
    std::uint8_t dscp = 0;
};

inline constexpr std::size_t kMaxUdpHeaders = 14 + 4 + 40 + 8;

// Bytes that the headers take before the payload.
[[nodiscard]] constexpr std::size_t udp_headers_size(bool is_v4, bool tagged) {
    return 14u + (tagged ? 4u : 0u) + (is_v4 ? 20u : 40u) + 8u;
}

// Writes the headers at `frame`; the payload of `payload_length` bytes already stands behind them. Checksums
// are computed in full (a virtual peer's are only partial, so nothing can be updated incrementally).
void write_udp_headers(char* frame, const FrameAddresses& addresses, std::uint16_t payload_length) noexcept;

// Writes Ethernet and, for a VLAN, its tag; returns their size.
std::size_t write_ethernet(char* frame, const FrameAddresses& addresses) noexcept;

}  // namespace strowger::core
