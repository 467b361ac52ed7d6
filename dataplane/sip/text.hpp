// Short texts made for one message, in a fixed room. What does not fit is remembered, not written.
#pragma once

#include <smmintrin.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "strowger/wire/ip.hpp"

namespace strowger::sip {

// The last `digits` (1 to 16) hexadecimal digits.
[[gnu::always_inline]] inline void write_hex(char* out, std::uint64_t value, std::size_t digits) noexcept {
    const auto first = static_cast<std::int64_t>(__builtin_bswap64(value << 4 * (16 - digits)));
    const __m128i bytes = _mm_cvtsi64_si128(first);
    const __m128i low = _mm_set1_epi8(15);
    const __m128i halves =
        _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi16(bytes, 4), low), _mm_and_si128(bytes, low));
    const __m128i names = _mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd',
                                        'e', 'f');
    const __m128i text = _mm_shuffle_epi8(names, halves);
    std::memcpy(out, &text, digits);
}

// Lower case only: what we wrote ourselves. False: not `digits` (at most 8, or 16) hexadecimal digits.
[[nodiscard, gnu::always_inline]] inline bool read_hex(std::string_view text, std::size_t digits, std::uint64_t& out) noexcept {
    if (text.size() < digits) return false;
    __m128i chars;
    if (digits == 16) {
        std::memcpy(&chars, text.data(), 16);
    } else {
        std::uint64_t last = 0x3030303030303030;  // zeros stand before fewer than 8
        std::memcpy(reinterpret_cast<char*>(&last) + (8 - digits), text.data(), digits);
        chars = _mm_set_epi64x(static_cast<std::int64_t>(last), 0x3030303030303030);
    }
    const __m128i number = _mm_sub_epi8(chars, _mm_set1_epi8('0'));
    const __m128i letter = _mm_sub_epi8(chars, _mm_set1_epi8('a'));
    const __m128i is_number = _mm_cmpeq_epi8(_mm_min_epu8(number, _mm_set1_epi8(9)), number);
    const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
    if (_mm_movemask_epi8(_mm_or_si128(is_number, is_letter)) != 0xffff) return false;
    const __m128i halves = _mm_blendv_epi8(_mm_add_epi8(letter, _mm_set1_epi8(10)), number, is_number);
    const __m128i bytes = _mm_maddubs_epi16(halves, _mm_set1_epi16(0x0110));
    out = __builtin_bswap64(static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_packus_epi16(bytes, bytes))));
    return true;
}

template <std::size_t Room>
class Text {
  public:
    Text() noexcept {}  // the room is written before it is read
    [[gnu::always_inline]] Text& operator<<(std::string_view part) noexcept {
        if (part.size() > room_.size() - length_) {
            ok_ = false;
            return *this;
        }
        if (!part.empty()) std::memcpy(room_.data() + length_, part.data(), part.size());
        length_ += part.size();
        return *this;
    }
    Text& operator<<(std::uint32_t number) noexcept {
        char digits[10];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        return *this << std::string_view(digits, static_cast<std::size_t>(end - digits));
    }
    // Room for `size` characters, which the caller writes; nullptr: it does not fit.
    [[nodiscard]] char* room_for(std::size_t size) noexcept {
        if (size > room_.size() - length_) {
            ok_ = false;
            return nullptr;
        }
        length_ += size;
        return room_.data() + length_ - size;
    }
    // As a URI's host.
    Text& operator<<(const wire::IpAddress& address) noexcept {
        char text[48];
        const std::string_view plain(text, wire::format_address(address, text));
        if (address.is_v4()) return *this << plain;
        return *this << "[" << plain << "]";
    }
    // What was written since `from`, a former size().
    [[nodiscard]] std::string_view since(std::size_t from) const {
        return {room_.data() + from, length_ - from};
    }
    [[nodiscard]] std::size_t size() const { return length_; }
    [[nodiscard]] bool ok() const { return ok_; }

  private:
    std::array<char, Room> room_;
    std::size_t length_ = 0;
    bool ok_ = true;
};

// What is written for one message.
using MessageText = Text<6144>;

}  // namespace strowger::sip
