// The walk of the AVX2 and AVX-512 twins. A line is loaded 64 bytes at once; the first byte that no text has
// is its CR, and then there is no control character before it either. Whatever is unusual (folds, bare line
// feeds, tabs, control characters, faults) is left to the scalar twin. Included by exactly those two files;
// everything here has internal linkage.
#pragma once

#include <immintrin.h>

#include <cstring>

#include "wire/sip_head.hpp"

namespace strowger::wire {
namespace {

// Bit i stands for byte i of a line's first 32.
struct NameMasks {
    std::uint32_t colons;
    std::uint32_t spaces;
};

// Offset of the first colon of a line whose name is long; `end` if there is none.
[[gnu::noinline]] std::uint32_t find_colon(const char* data, std::uint32_t start, std::uint32_t end) {
    while (start < end && data[start] != ':') ++start;
    return start;
}

// `scan.ends(p)`: bit i is set when byte i of the 64 at p is a control character, HT included.
// `scan.name(p)`: the masks of the 32 bytes at p. `scan.fold()`: as lookup() has it. Reads at most 64 bytes past the end.
template <typename Scan>
[[gnu::always_inline]] inline HeadResult walk_lines(const char* data, std::uint32_t length, std::uint32_t at,
                                                    SipView& out, Scan scan) {
    constexpr HeadResult kSlow{.status = TokeniseStatus::ok, .slow = true, .repeated = false};
    // Offset of the byte that ends the text at `start`; at most 64 above `length` if there is none.
    const auto end_of_text = [&](std::uint32_t start) __attribute__((always_inline)) {
        std::uint64_t ends = scan.ends(data + start);
        while (ends == 0) {
            start += 64;
            if (start >= length) return start;
            ends = scan.ends(data + start);
        }
        return start + static_cast<std::uint32_t>(_tzcnt_u64(ends));
    };
    const auto is_line_end = [&](std::uint32_t end) {
        std::uint16_t two;
        std::memcpy(&two, data + end, 2);
        return two == ('\r' | '\n' << 8) && end + 2 <= length;
    };
    HeadResult result;
    std::uint32_t end = end_of_text(at);
    if (end >= length || !is_line_end(end)) return kSlow;
    result.status = read_start_line(data, at, end, out);
    if (!may_read_on(result.status, out)) return result;

    std::uint32_t fields = 0;
    std::uint32_t start = end + 2;
    for (; static_cast<std::uint8_t>(data[start]) > ' '; start = end + 2) {
        const NameMasks name = scan.name(data + start);
        end = end_of_text(start);
        if (end >= length || !is_line_end(end) || fields == kMaxHeaders) [[unlikely]]
            return kSlow;
        const auto name_length = static_cast<std::uint32_t>(_tzcnt_u32(name.colons));
        std::uint32_t colon = start + name_length;
        // "Name: value" as nearly everybody writes it has one space about its colon, the one behind it.
        // An empty name shifts by 31, a long one by as much: neither finds that.
        FieldBounds bounds{colon, colon + 2, end};
        if ((name.spaces >> ((name_length - 1) & 31) & 0b1101) != 0b0100 || data[end - 1] == ' ' ||
            colon >= end) [[unlikely]] {
            colon = find_colon(data, start, end);
            if (colon == end) return kSlow;
            bounds = trim_field(data, start, colon, end);
        }
        if (!add_field(data, start, bounds, out, fields, result.repeated, scan.fold()))
            [[unlikely]]
            return kSlow;
    }
    if (!is_line_end(start)) return kSlow;
    out.header_count = static_cast<std::uint16_t>(fields);
    out.head_length = static_cast<std::uint16_t>(start + 2);
    return result;
}

}  // namespace
}  // namespace strowger::wire
