// RFC 4648 5 without padding.
#pragma once

#include <smmintrin.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace strowger::sip {

inline constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

[[nodiscard]] constexpr std::size_t base64url_size(std::size_t bytes) noexcept {
    return (bytes * 4 + 2) / 3;
}

namespace detail {

// Four groups of three bytes, from the first 12, to 16 characters.
inline __m128i base64url_of(__m128i bytes) noexcept {
    // Each group as two 16-bit numbers: its middle byte below the first, and its last below the middle one.
    const __m128i groups =
        _mm_shuffle_epi8(bytes, _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
    const __m128i down =
        _mm_mulhi_epu16(_mm_and_si128(groups, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
    const __m128i up =
        _mm_mullo_epi16(_mm_and_si128(groups, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
    const __m128i sixes = _mm_or_si128(down, up);
    // What to add by kind: 0 lower case, 1 to 10 digits, 11 '-', 12 '_', 13 upper case.
    const __m128i add =
        _mm_setr_epi8(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, '-' - 62, '_' - 63, 'A', 0, 0);
    const __m128i is_upper = _mm_cmpgt_epi8(_mm_set1_epi8(26), sixes);
    const __m128i kind = _mm_or_si128(_mm_subs_epu8(sixes, _mm_set1_epi8(51)),
                                      _mm_and_si128(is_upper, _mm_set1_epi8(13)));
    return _mm_add_epi8(sixes, _mm_shuffle_epi8(add, kind));
}

// 16 characters to the first 12 bytes. False: there is another one among them.
inline bool from_base64url(__m128i chars, __m128i& bytes) noexcept {
    __m128i sixes = _mm_setzero_si128();
    __m128i known = sixes;
    const auto range = [&](char first, int count, int value) {
        const __m128i at = _mm_sub_epi8(chars, _mm_set1_epi8(first));
        const __m128i in = _mm_cmpeq_epi8(_mm_min_epu8(at, _mm_set1_epi8(static_cast<char>(count - 1))), at);
        known = _mm_or_si128(known, in);
        sixes = _mm_or_si128(
            sixes, _mm_and_si128(in, _mm_add_epi8(at, _mm_set1_epi8(static_cast<char>(value)))));
    };
    range('A', 26, 0);
    range('a', 26, 26);
    range('0', 10, 52);
    range('-', 1, 62);
    range('_', 1, 63);
    const __m128i twelves = _mm_maddubs_epi16(sixes, _mm_set1_epi32(0x01400140));
    const __m128i groups = _mm_madd_epi16(twelves, _mm_set1_epi32(0x00011000));
    bytes = _mm_shuffle_epi8(groups, _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
    return _mm_movemask_epi8(known) == 0xffff;
}

}  // namespace detail

// Writes base64url_size(size) characters.
inline void write_base64url(const char* bytes, std::size_t size, char* out) noexcept {
    const auto at = [&](std::size_t i) -> std::uint32_t { return static_cast<std::uint8_t>(bytes[i]); };
    std::size_t i = 0;
    for (; i + 16 <= size; i += 12, out += 16) {
        const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), detail::base64url_of(next));
    }
    for (; i + 3 <= size; i += 3, out += 4) {
        const std::uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        out[0] = kBase64Url[group >> 18];
        out[1] = kBase64Url[group >> 12 & 63];
        out[2] = kBase64Url[group >> 6 & 63];
        out[3] = kBase64Url[group & 63];
    }
    if (i == size) return;
    const std::uint32_t group = at(i) << 16 | (i + 1 < size ? at(i + 1) << 8 : 0);
    out[0] = kBase64Url[group >> 18];
    out[1] = kBase64Url[group >> 12 & 63];
    if (i + 1 < size) out[2] = kBase64Url[group >> 6 & 63];
}

namespace detail {
inline constexpr auto kBase64UrlValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(0xff);
    for (std::size_t i = 0; i < kBase64Url.size(); ++i)
        values[static_cast<std::uint8_t>(kBase64Url[i])] = static_cast<std::uint8_t>(i);
    return values;
}();
}  // namespace detail

// Writes text.size() * 3 / 4 bytes. False: another character, or bits at the end that no byte needs (there is
// one way to write some bytes, so that a changed character is always seen).
[[nodiscard]] inline bool read_base64url(std::string_view text, char* out) noexcept {
    std::uint8_t bad = 0;
    const auto at = [&](std::size_t i) -> std::uint32_t {
        const std::uint8_t value = detail::kBase64UrlValues[static_cast<std::uint8_t>(text[i])];
        bad |= value;
        return value;
    };
    std::size_t i = 0;
    for (; i + 16 <= text.size(); i += 16, out += 12) {
        __m128i next;
        std::memcpy(&next, text.data() + i, 16);
        if (!detail::from_base64url(next, next)) return false;
        std::memcpy(out, &next, 12);
    }
    for (; i + 4 <= text.size(); i += 4) {
        const std::uint32_t group = at(i) << 18 | at(i + 1) << 12 | at(i + 2) << 6 | at(i + 3);
        *out++ = static_cast<char>(group >> 16);
        *out++ = static_cast<char>(group >> 8);
        *out++ = static_cast<char>(group);
    }
    const std::size_t left = text.size() - i;
    if (left == 1) return false;
    if (left >= 2) {
        const std::uint32_t group = at(i) << 18 | at(i + 1) << 12 | (left == 3 ? at(i + 2) << 6 : 0);
        *out++ = static_cast<char>(group >> 16);
        if (left == 3) *out = static_cast<char>(group >> 8);
        if ((group & (left == 3 ? 0xffu : 0xffffu)) != 0) return false;
    }
    return (bad & 0xc0) == 0;
}

}  // namespace strowger::sip
