// Telephone numbers as rules compare them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace strowger::sip {

// Of a tel URI's text or a user part: without parameters and visual separators (RFC 3966 5.1.1), which mean
// nothing. What `room` does not hold is cut off.
inline std::string_view number_of(std::string_view text, std::span<char> room) noexcept {
    std::size_t length = 0;
    for (const char c : text.substr(0, text.find(';')))
        if (c != '-' && c != '.' && c != '(' && c != ')' && length < room.size()) room[length++] = c;
    return {room.data(), length};
}

}  // namespace strowger::sip
