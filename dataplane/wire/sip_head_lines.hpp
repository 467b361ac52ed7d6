// The walk of the AVX2 and AVX-512 twins. A line is loaded 64 bytes at once; the first byte that no text has
// is its CR, and then there is no control character before it either. Whatever is unusual (folds, bare line
// feeds, tabs, control characters, faults) is left to the scalar twin. Included by exactly those two files;
// everything here has internal linkage.
#pragma once

#include <immintrin.h>

#include "wire/sip_head.hpp"

namespace strowger::wire {
namespace {

// Bit i stands for byte i of the 64 bytes that begin at a line's first.
struct LineMasks {
    std::uint64_t ends;  // CTL, HT included: CR is in it
    std::uint64_t colons;
    std::uint64_t spaces;
};

// Offset of the first byte from `from` on that ends a text; at most 64 above `length` if there is none.
template <typename Scan>
[[gnu::always_inline]] inline std::uint32_t find_end(const char* data, std::uint32_t from,
                                                     std::uint32_t length, Scan scan) {
    for (; from < length; from += 64)
        if (const std::uint64_t ends = scan(data + from).ends; ends != 0)
            return from + static_cast<std::uint32_t>(_tzcnt_u64(ends));
    return from;
}

// `scan(p)` gives the masks of the 64 bytes at p. Reads at most 64 bytes past the end.
template <typename Scan>
[[gnu::always_inline]] inline HeadResult walk_lines(const char* data, std::uint32_t length, std::uint32_t at,
                                                    SipView& out, Scan scan) {
    constexpr HeadResult kSlow{.status = TokeniseStatus::ok, .slow = true, .repeated = false};
    const auto is_line_end = [&](std::uint32_t end) {
        return end + 2 <= length && data[end] == '\r' && data[end + 1] == '\n';
    };
    HeadResult result;
    std::uint32_t end = find_end(data, at, length, scan);
    if (!is_line_end(end)) return kSlow;
    result.status = read_start_line(data, at, end, out);
    if (!may_read_on(result.status, out)) return result;

    std::uint32_t fields = 0;
    std::uint32_t start = end + 2;
    for (; static_cast<std::uint8_t>(data[start]) > ' '; start = end + 2) {
        const LineMasks line = scan(data + start);
        end = start + static_cast<std::uint32_t>(_tzcnt_u64(line.ends));
        if (line.ends == 0) end = find_end(data, start + 64, length, scan);
        const auto name_length = static_cast<std::uint32_t>(_tzcnt_u64(line.colons));
        // No colon, or none in a reasonable place; an empty name.
        if (!is_line_end(end) || name_length - 1 >= 63 || start + name_length > end || fields == kMaxHeaders)
            [[unlikely]]
            return kSlow;
        const std::uint32_t colon = start + name_length;
        // "Name: value" as nearly everybody writes it has one space about its colon, the one behind it.
        const bool usual = (line.spaces >> (name_length - 1) & 0b1101) == 0b0100 && data[end - 1] != ' ';
        const FieldBounds bounds =
            usual ? FieldBounds{colon, colon + 2, end} : trim_field(data, start, colon, end);
        if (!add_field(data, start, bounds, out, fields, result.repeated)) [[unlikely]]
            return kSlow;
    }
    if (!is_line_end(start)) return kSlow;
    out.header_count = static_cast<std::uint16_t>(fields);
    out.head_length = static_cast<std::uint16_t>(start + 2);
    return result;
}

}  // namespace
}  // namespace strowger::wire
