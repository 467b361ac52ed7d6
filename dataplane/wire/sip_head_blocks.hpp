// The walk of the AVX2 and AVX-512 twins. First pass: 64 bytes become bit masks, and these the positions of
// line feeds and of each line's first colon, up to the empty line; no branch depends on where lines end.
// Second pass: one header field a turn. Whatever is unusual is left to the scalar twin. Included by exactly
// those two files; everything here has internal linkage.
#pragma once

#include <immintrin.h>

#include "wire/sip_head.hpp"

namespace strowger::wire {
namespace {

// Bit i stands for byte i of a block.
struct BlockMasks {
    std::uint64_t line_feeds;
    std::uint64_t colons;
    std::uint64_t controls;  // CTL but HT and LF: CR is in it
};

// Offsets in the order of the message: line feed of the start line, then colon and line feed of each field,
// then the line feed of the empty line.
struct Positions {
    static constexpr std::uint32_t kMost = 2 * kMaxHeaders + 2;
    std::uint32_t count = 0;
    std::uint16_t at[kMost + 2 * 64];  // room for what append() writes too much
};

// False: not an ordinary head.
template <typename Scan>
[[gnu::always_inline]] inline bool find_positions(const char* data, std::uint32_t length, std::uint32_t at,
                                                  Positions& out, Scan scan) {
    std::uint64_t feeds_before = 0;  // of the block before
    std::uint64_t controls_before = 0;
    std::uint64_t searching = 0;  // 1: the line that goes on from the block before has no colon yet
    std::uint64_t illegal = 0;
    std::uint32_t lines = 0;
    std::uint16_t* to = out.at;
    for (std::uint32_t base = at; base < length; base += 64) {
        const BlockMasks block = scan(data + base);
        std::uint64_t feeds = block.line_feeds;
        if (length - base < 64) feeds &= (std::uint64_t{1} << (length - base)) - 1;
        const std::uint64_t starts = feeds << 1 | feeds_before >> 63;
        // An empty line, or one of a single byte, which no head has either.
        const std::uint64_t ends = feeds & (starts | feeds << 2 | feeds_before >> 62);
        const std::uint64_t head = ends ^ (ends - 1);  // all bits when there is none
        // What comes after a control character must be a line feed.
        illegal |= (block.controls << 1 | controls_before >> 63) & ~feeds & head;
        // The sum carries a one from each line's start through everything that is no colon into its first
        // colon.
        unsigned long long sum = 0;
        searching = __builtin_add_overflow(~block.colons, starts | searching, &sum);
        lines += static_cast<std::uint32_t>(__builtin_popcountll(feeds & head));
        to = scan.append(to, base, (feeds | (sum & block.colons)) & head);
        // Each line but the first and the last has one colon, or two lines met in one: a line without.
        if (ends != 0) {
            out.count = static_cast<std::uint32_t>(to - out.at);
            return illegal == 0 && out.count == 2 * lines - 2;
        }
        if (to - out.at > static_cast<std::ptrdiff_t>(Positions::kMost)) return false;
        feeds_before = feeds;
        controls_before = block.controls;
    }
    return false;
}

// `scan(p)` gives the masks of the 64 bytes at p; `scan.append(to, base, bits)` writes base + the number of
// each bit to `to`, perhaps up to 64 values too many, and returns the end of the right ones.
template <typename Scan>
[[gnu::always_inline]] inline HeadResult walk_blocks(const char* data, std::uint32_t length, std::uint32_t at,
                                                     SipView& out, Scan scan) {
    constexpr HeadResult kSlow{.status = TokeniseStatus::ok, .slow = true, .repeated = false};
    Positions positions;
    if (!find_positions(data, length, at, positions, scan)) return kSlow;
    if (positions.count > Positions::kMost || positions.count < 2) return kSlow;
    const std::uint16_t* const last = positions.at + positions.count - 1;
    const std::uint32_t empty_line = last[-1] + 1u;
    if (*last != empty_line && data[empty_line] != '\r') return kSlow;

    HeadResult result;
    std::uint32_t line_feed = positions.at[0];
    result.status = read_start_line(data, at, line_feed - (data[line_feed - 1] == '\r'), out);
    if (!may_read_on(result.status, out)) return result;

    std::uint32_t fields = 0;
    const std::uint16_t* next = positions.at + 1;
    while (true) {
        const std::uint32_t start = line_feed + 1;
        // The empty line, or a line that continues the one before.
        if (static_cast<std::uint8_t>(data[start]) <= ' ') break;
        const std::uint32_t colon = next[0];
        line_feed = next[1];
        next += 2;
        const char before = data[line_feed - 1];
        // A control character may stand before a line feed, as find_positions() saw it, but only if it is CR.
        if (before != '\r' && is_char(before, kControl)) [[unlikely]]
            return kSlow;
        if (!add_field(data, start, colon, line_feed - (before == '\r'), out, fields, result.repeated)) {
            out.header_count = static_cast<std::uint16_t>(fields);
            if (result.status == TokeniseStatus::ok) result.status = TokeniseStatus::header_syntax;
            return result;
        }
    }
    if (next != last) return kSlow;
    out.header_count = static_cast<std::uint16_t>(fields);
    out.head_length = static_cast<std::uint16_t>(*last + 1);
    return result;
}

}  // namespace
}  // namespace strowger::wire
