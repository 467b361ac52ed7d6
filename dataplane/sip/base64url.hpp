// RFC 4648 5 without padding.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace strowger::sip {

inline constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

[[nodiscard]] constexpr std::size_t base64url_size(std::size_t bytes) noexcept {
    return (bytes * 4 + 2) / 3;
}

// Writes base64url_size(size) characters.
inline void write_base64url(const char* bytes, std::size_t size, char* out) noexcept {
    const auto at = [&](std::size_t i) -> std::uint32_t { return static_cast<std::uint8_t>(bytes[i]); };
    std::size_t i = 0;
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
