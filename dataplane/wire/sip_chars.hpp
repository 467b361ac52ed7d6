// Character classes of RFC 3261 25.1, one table lookup each.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace strowger::wire {

enum CharClass : std::uint8_t {
    kTokenChar = 1,       // token
    kUnreserved = 2,      // alphanum / mark
    kUserChar = 4,        // user, without escapes
    kPasswordChar = 8,    // password, without escapes
    kParamNameChar = 16,  // token and paramchar together
    kUriChar = 32,        // may stand somewhere in a URI
    kSpace = 64,          // SP HT CR LF
    kControl = 128,       // CTL but HT
};

namespace detail {

consteval std::array<std::uint8_t, 256> char_classes() {
    std::array<std::uint8_t, 256> table{};
    const auto add = [&](std::string_view chars, int bits) {
        for (const char c : chars) table[static_cast<std::uint8_t>(c)] |= static_cast<std::uint8_t>(bits);
    };
    constexpr std::string_view alphanum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    add(alphanum, kTokenChar | kUnreserved | kUserChar | kPasswordChar | kParamNameChar);
    add("-.!%*_+`'~", kTokenChar | kParamNameChar);
    add("-_.!~*'()", kUnreserved | kUserChar | kPasswordChar | kParamNameChar);
    add("&=+$,", kPasswordChar);
    // '#' is not in the grammar, but telephones send it bare in feature codes.
    add("&=+$,;?/#", kUserChar);
    add("[]/:&+$", kParamNameChar);
    for (int c = 0x21; c < 0x7f; ++c) table[static_cast<std::size_t>(c)] |= kUriChar;
    for (const char c : {'<', '>', '"', '\\', '^', '`', '{', '|', '}'})
        table[static_cast<std::uint8_t>(c)] &= static_cast<std::uint8_t>(~kUriChar);
    add(" \t\r\n", kSpace);
    for (std::size_t c = 0; c < 0x20; ++c)
        if (c != '\t') table[c] |= kControl;
    table[0x7f] |= kControl;
    return table;
}

}  // namespace detail

inline constexpr std::array<std::uint8_t, 256> kCharClasses = detail::char_classes();

[[nodiscard]] constexpr bool is_char(char c, int classes) {
    return (kCharClasses[static_cast<std::uint8_t>(c)] & classes) != 0;
}
[[nodiscard]] constexpr bool all_chars(std::string_view text, int classes) {
    for (const char c : text)
        if (!is_char(c, classes)) return false;
    return true;
}
[[nodiscard]] constexpr bool is_token(std::string_view text) {
    return !text.empty() && all_chars(text, kTokenChar);
}
[[nodiscard]] constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}
// Characters of `classes` or %HH.
[[nodiscard]] constexpr bool all_escaped(std::string_view text, int classes) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (text.size() - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return false;
            i += 2;
        } else if (!is_char(text[i], classes)) {
            return false;
        }
    }
    return true;
}

// LWS (a folded line's break is white space in a value).
constexpr void skip_space(std::string_view& text) {
    while (!text.empty() && is_char(text.front(), kSpace)) text.remove_prefix(1);
}
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
    skip_space(text);
    while (!text.empty() && is_char(text.back(), kSpace)) text.remove_suffix(1);
    return text;
}
// The bytes up to the first that is not of `classes`, taken off `text`.
constexpr std::string_view take_chars(std::string_view& text, int classes) {
    std::size_t n = 0;
    while (n < text.size() && is_char(text[n], classes)) ++n;
    const auto taken = text.substr(0, n);
    text.remove_prefix(n);
    return taken;
}
// Length of the quoted string at the front of `text`, quotes included; 0: it does not end.
[[nodiscard]] constexpr std::size_t quoted_length(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

}  // namespace strowger::wire
