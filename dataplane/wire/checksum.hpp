// Internet checksum (RFC 1071), recomputed in full: what arrives on virtual ports holds only a partial sum.
#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "strowger/wire/endian.hpp"

namespace strowger::wire {

// Adds `length` bytes (64 KB at most) to a running sum of 16- and 32-bit words in memory order.
[[nodiscard]] inline std::uint64_t add_bytes(std::uint64_t sum, const void* data,
                                             std::size_t length) noexcept {
    const auto* at = static_cast<const unsigned char*>(data);
    // 16-bit words in pairs. The instruction takes them as signed: each is made smaller by 0x8000 first.
    const __m128i flip = _mm_set1_epi16(-0x8000);
    const __m128i ones = _mm_set1_epi16(1);
    const auto pairs = [&](std::size_t offset) {
        const __m128i words = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + offset));
        return _mm_madd_epi16(_mm_xor_si128(words, flip), ones);
    };
    sum += length / 16 * 8 * 0x8000;
    __m128i first = _mm_setzero_si128();
    __m128i second = first;
    for (; length >= 64; length -= 64, at += 64) {
        first = _mm_add_epi32(first, _mm_add_epi32(pairs(0), pairs(16)));
        second = _mm_add_epi32(second, _mm_add_epi32(pairs(32), pairs(48)));
    }
    for (; length >= 16; length -= 16, at += 16) first = _mm_add_epi32(first, pairs(0));
    first = _mm_add_epi32(first, second);
    first = _mm_add_epi32(first, _mm_shuffle_epi32(first, 0x4e));
    first = _mm_add_epi32(first, _mm_shuffle_epi32(first, 0xb1));
    sum += static_cast<std::uint64_t>(std::int64_t{_mm_cvtsi128_si32(first)});
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
[[nodiscard]] constexpr be16 fold(std::uint64_t sum) noexcept {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return be16::from_wire(static_cast<std::uint16_t>(~sum));
}

}  // namespace strowger::wire
