// Internet checksum (RFC 1071), recomputed in full: what arrives on virtual ports holds only a partial sum.
#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "strowger/wire/endian.hpp"

namespace strowger::wire {

// Adds `length` bytes to a running sum of 32-bit words in memory order.
[[nodiscard]] inline std::uint64_t add_bytes(std::uint64_t sum, const void* data,
                                             std::size_t length) noexcept {
    const auto* at = static_cast<const unsigned char*>(data);
    // 32-bit words, widened to 64 bits so that no carry is lost; four sums that do not wait for each other.
    const __m128i zero = _mm_setzero_si128();
    __m128i sums[4] = {zero, zero, zero, zero};
    const auto load = [&](std::size_t offset) {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + offset));
    };
    for (; length >= 32; length -= 32, at += 32) {
        const __m128i first = load(0);
        const __m128i second = load(16);
        sums[0] = _mm_add_epi64(sums[0], _mm_unpacklo_epi32(first, zero));
        sums[1] = _mm_add_epi64(sums[1], _mm_unpackhi_epi32(first, zero));
        sums[2] = _mm_add_epi64(sums[2], _mm_unpacklo_epi32(second, zero));
        sums[3] = _mm_add_epi64(sums[3], _mm_unpackhi_epi32(second, zero));
    }
    if (length >= 16) {
        const __m128i last = load(0);
        sums[0] = _mm_add_epi64(sums[0], _mm_unpacklo_epi32(last, zero));
        sums[1] = _mm_add_epi64(sums[1], _mm_unpackhi_epi32(last, zero));
        length -= 16;
        at += 16;
    }
    const __m128i all = _mm_add_epi64(_mm_add_epi64(sums[0], sums[1]), _mm_add_epi64(sums[2], sums[3]));
    sum += static_cast<std::uint64_t>(_mm_cvtsi128_si64(all)) +
           static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(all, all)));
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
