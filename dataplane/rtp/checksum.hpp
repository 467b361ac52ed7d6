// Internet checksum (RFC 1071), recomputed in full: what arrives on virtual ports holds only a partial sum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "strowger/wire/endian.hpp"

namespace strowger::rtp {

// Adds `length` bytes to a running sum of 32-bit words in memory order. Two accumulators: ~8 ns over 180
// bytes.
[[nodiscard]] inline std::uint64_t add_bytes(std::uint64_t sum, const void* data,
                                             std::size_t length) noexcept {
    const auto* at = static_cast<const unsigned char*>(data);
    std::uint64_t other = 0;
    const auto word = [](const unsigned char* p) {
        std::uint32_t w;
        std::memcpy(&w, p, 4);
        return static_cast<std::uint64_t>(w);
    };
    for (; length >= 16; length -= 16, at += 16) {
        sum += word(at) + word(at + 4);
        other += word(at + 8) + word(at + 12);
    }
    for (; length >= 4; length -= 4, at += 4) sum += word(at);
    if (length != 0) {
        std::uint32_t last = 0;
        std::memcpy(&last, at, length);
        other += last;
    }
    return sum + other;
}

// Folds a sum of 16- or 32-bit words in memory order to the checksum field's value.
[[nodiscard]] constexpr wire::be16 fold(std::uint64_t sum) noexcept {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return wire::be16::from_wire(static_cast<std::uint16_t>(~sum));
}

}  // namespace strowger::rtp
