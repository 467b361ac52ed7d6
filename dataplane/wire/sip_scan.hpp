// Finds the first character of a class, or the first of another one, 16 characters at once. Nothing outside of
// the text is read.
#pragma once

#include <tmmintrin.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "wire/sip_chars.hpp"

namespace strowger::wire {

// Bit h of row l: the character 0xhl belongs. Bytes from 0x80 on never do.
struct CharSet {
    alignas(16) std::array<std::uint8_t, 16> rows{};
};
[[nodiscard]] consteval CharSet set_of(int classes) {
    CharSet set;
    for (std::size_t c = 0; c < 128; ++c)
        if (is_char(static_cast<char>(c), classes)) set.rows[c & 15] |= static_cast<std::uint8_t>(1u << (c >> 4));
    return set;
}
[[nodiscard]] consteval CharSet with(CharSet set, std::string_view chars) {
    for (const char c : chars) set.rows[c & 15] |= static_cast<std::uint8_t>(1u << (c >> 4));
    return set;
}

// The bytes of a text that is not longer, and zeros behind them.
[[nodiscard]] inline __m128i load_short(const char* text, std::size_t length) {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    if (length > 8) {
        std::memcpy(&low, text, 8);
        std::memcpy(&high, text + length - 8, 8);
        high >>= 8 * (16 - length);
    } else if (length >= 4) {
        std::uint32_t first;
        std::uint32_t last;
        std::memcpy(&first, text, 4);
        std::memcpy(&last, text + length - 4, 4);
        low = first | std::uint64_t{last} << 8 * (length - 4);
    } else if (length != 0) {
        const auto at = [&](std::size_t i) {
            return std::uint64_t{static_cast<std::uint8_t>(text[i])} << 8 * i;
        };
        low = at(0) | at(length / 2) | at(length - 1);
    }
    return _mm_set_epi64x(static_cast<std::int64_t>(high), static_cast<std::int64_t>(low));
}

// Bit i: byte i belongs to the set.
[[nodiscard]] inline std::uint32_t members(__m128i bytes, const CharSet& set) {
    const __m128i bits = _mm_set_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -128, 64, 32, 16, 8, 4, 2, 1);
    const __m128i rows = _mm_load_si128(reinterpret_cast<const __m128i*>(set.rows.data()));
    const __m128i bit =
        _mm_shuffle_epi8(bits, _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15)));
    const __m128i found = _mm_and_si128(_mm_shuffle_epi8(rows, bytes), bit);
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(found, bit)));
}

// Calls block(members, valid, offset) for every 16 characters until it says true: bit masks, of which those
// of `valid` lie in the text.
template <typename Block>
inline bool each_block(std::string_view text, const CharSet& set, Block&& block) {
    std::size_t at = 0;
    for (; at + 16 <= text.size(); at += 16) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        if (block(members(bytes, set), 0xffffu, at)) return true;
    }
    const std::size_t left = text.size() - at;
    return left != 0 && block(members(load_short(text.data() + at, left), set), (1u << left) - 1, at);
}

// Offset of the first character of the set; the text's size: there is none.
[[nodiscard]] inline std::size_t find_in(std::string_view text, const CharSet& set) {
    std::size_t found = text.size();
    each_block(text, set, [&](std::uint32_t in, std::uint32_t valid, std::size_t at) {
        if ((in & valid) == 0) return false;
        found = at + static_cast<std::size_t>(std::countr_zero(in & valid));
        return true;
    });
    return found;
}
// The same for the first that is not of the set.
[[nodiscard]] inline std::size_t find_not_in(std::string_view text, const CharSet& set) {
    std::size_t found = text.size();
    each_block(text, set, [&](std::uint32_t in, std::uint32_t valid, std::size_t at) {
        if ((~in & valid) == 0) return false;
        found = at + static_cast<std::size_t>(std::countr_zero(~in & valid));
        return true;
    });
    return found;
}

inline constexpr CharSet kTokenSet = set_of(kTokenChar);
inline constexpr CharSet kUriSet = set_of(kUriChar);
inline constexpr CharSet kParamNameSet = set_of(kParamNameChar);
// What ends the unquoted forms of gen-value and pvalue, and what peers add to them: separators of a level above.
inline constexpr CharSet kValueEnds = with(set_of(kSpace | kControl), ";,\"<>");
inline constexpr CharSet kListMarks = with({}, "\"<>,");
inline constexpr CharSet kNameAddressMarks = with({}, "<;");
inline constexpr CharSet kHostSet =
    with({}, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
inline constexpr CharSet kUserSet = set_of(kUserChar);
inline constexpr CharSet kPasswordSet = set_of(kPasswordChar);

}  // namespace strowger::wire
