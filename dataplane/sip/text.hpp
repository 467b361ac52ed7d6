// Short texts made for one message, in a fixed room. What does not fit is remembered, not written.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "strowger/wire/ip.hpp"

namespace strowger::sip {

inline void write_hex(char* out, std::uint64_t value, std::size_t digits) noexcept {
    for (std::size_t i = digits; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
}

// Lower case only: what we wrote ourselves. False: not `digits` (at most 16) hexadecimal digits.
[[nodiscard]] inline bool read_hex(std::string_view text, std::size_t digits, std::uint64_t& out) noexcept {
    if (text.size() < digits) return false;
    out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const char c = text[i];
        const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (value < 0) return false;
        out = out << 4 | static_cast<std::uint64_t>(value);
    }
    return true;
}

template <std::size_t Room>
class Text {
  public:
    Text() noexcept {}  // the room is written before it is read
    Text& operator<<(std::string_view part) noexcept {
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
