// The way back from unescape(): a user part as RFC 3261 25.1 lets it stand in a URI.
#pragma once

#include <string>
#include <string_view>

namespace strowger::wire {

// Whether a character may stand in a user part as it is: unreserved or user-unreserved.
[[nodiscard]] constexpr bool is_user_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.!~*'()&=+$,;?/").find(c) != std::string_view::npos;
}

// Calls append(text) for the parts of the escaped user, in order.
template <typename Append>
void escape_user(std::string_view user, Append&& append) {
    while (!user.empty()) {
        std::size_t plain = 0;
        while (plain < user.size() && is_user_character(user[plain])) ++plain;
        if (plain != 0) append(user.substr(0, plain));
        user.remove_prefix(plain);
        if (user.empty()) return;
        const auto byte = static_cast<unsigned char>(user.front());
        constexpr char kDigits[] = "0123456789ABCDEF";
        const char escaped[3] = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        append(std::string_view(escaped, 3));
        user.remove_prefix(1);
    }
}

[[nodiscard]] inline std::string escaped_user(std::string_view user) {
    std::string out;
    escape_user(user, [&](std::string_view part) { out += part; });
    return out;
}

}  // namespace strowger::wire
