// Internet checksum (RFC 1071), recomputed in full: what arrives on virtual ports holds only a partial sum.
#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "strowger/wire/endian.hpp"

namespace strowger::rtp {

// Adds `length` bytes to a running sum of 32-bit words in memory order.
[[nodiscard]] inline std::uint64_t add_bytes(std::uint64_t sum, const void* data,
                                             std::size_t length) noexcept {
    const auto* at = static_cast<const unsigned char*>(data);
    // Four 32-bit words at a time, widened to 64 bits so that no carry is lost.
    __m128i low = _mm_setzero_si128();
    __m128i high = _mm_setzero_si128();
    const __m128i zero = _mm_setzero_si128();
    for (; length >= 16; length -= 16, at += 16) {
        const __m128i words = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        low = _mm_add_epi64(low, _mm_unpacklo_epi32(words, zero));
        high = _mm_add_epi64(high, _mm_unpackhi_epi32(words, zero));
    }
    low = _mm_add_epi64(low, high);
    sum += static_cast<std::uint64_t>(_mm_cvtsi128_si64(low)) +
           static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(low, low)));
    std::uint32_t word = 0;
    for (; length >= 4; length -= 4, at += 4) {
        std::memcpy(&word, at, 4);
        sum += word;
    }
    if (length != 0) {
        word = 0;
        std::memcpy(&word, at, length);
        sum += word;
    }
    return sum;
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
