// The L2-L4 headers of a leaving packet, written whole in front of its payload: any family and VLAN can
// become any other.
#pragma once

#include <cstdint>

#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::rtp {

inline constexpr std::size_t kMaxHeaders = 14 + 4 + 40 + 8;

// Whom a packet leaves from and to.
struct Path {
    wire::Mac destination_mac{};
    wire::Mac source_mac{};
    std::uint16_t vlan = 0;  // 0: untagged
    std::uint8_t dscp = 0;
    std::uint8_t ttl = 64;
    bool is_v4 = true;  // which of the address pairs holds
    wire::be32 source_v4;
    wire::be32 destination_v4;
    wire::IpAddress source_v6;
    wire::IpAddress destination_v6;
    wire::be16 source_port;
    wire::be16 destination_port;
};

// Who fills in the checksums: we, or the device.
struct Checksums {
    bool ip_by_device = false;
    bool udp_by_device = false;  // then the field holds the pseudo-header's sum
};

// Bytes that the headers for `path` take.
[[nodiscard]] inline std::size_t headers_length(const Path& path) noexcept {
    return 14u + (path.vlan != 0 ? 4u : 0u) + (path.is_v4 ? 20u : 40u) + 8u;
}

// Writes the headers right before `payload`; there must be headers_length() bytes. `length`: of the payload,
// at most 65,507.
void write_headers(std::uint8_t* payload, std::uint16_t length, const Path& path,
                   Checksums checksums) noexcept;

}  // namespace strowger::rtp
