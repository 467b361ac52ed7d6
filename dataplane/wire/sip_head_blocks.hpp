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
    std::uint16_t at[kMost + 64 + 8];
};

[[gnu::always_inline]] inline void append(Positions& out, std::uint32_t base, std::uint64_t bits) {
    std::uint16_t* to = out.at + out.count;
    out.count += static_cast<std::uint32_t>(__builtin_popcountll(bits));
    const std::uint16_t* const end = out.at + out.count;
    // Most blocks have up to four; what is written past `end` is overwritten by the next block.
    do {
        for (int i = 0; i < 4; ++i, bits &= bits - 1)
            to[i] = static_cast<std::uint16_t>(base + _tzcnt_u64(bits));
        to += 4;
    } while (to < end);
}

// False: not an ordinary head.
template <typename Scan>
[[gnu::always_inline]] inline bool find_positions(const char* data, std::uint32_t length, std::uint32_t at,
                                                  Positions& out, Scan scan) {
    std::uint64_t feeds_before = 0;  // of the block before
    std::uint64_t searching = 0;     // 1: the line that goes on from the block before has no colon yet
    std::uint64_t illegal = 0;
    for (std::uint32_t base = at; base < length; base += 64) {
        BlockMasks block = scan(data + base);
        const std::uint32_t left = length - base;
        if (left < 64) block.line_feeds &= (std::uint64_t{1} << left) - 1;
        const std::uint64_t feeds = block.line_feeds;
        const std::uint64_t next_is_feed = data[base + 64] == '\n' && left > 64;
        // An empty line, or one of a single byte, which no head has either.
        const std::uint64_t ends =
            feeds & (feeds << 1 | feeds_before >> 63 | feeds << 2 | feeds_before >> 62);
        const std::uint64_t head = ends ^ (ends - 1);  // all bits when there is none
        illegal |= block.controls & ~(feeds >> 1 | next_is_feed << 63) & head;
        // The sum carries a one from each line's start through everything that is no colon into its first
        // colon.
        const std::uint64_t starts = feeds << 1 | feeds_before >> 63 | searching;
        unsigned long long sum = 0;
        searching = __builtin_add_overflow(~block.colons, starts, &sum);
        append(out, base, (feeds | (sum & block.colons)) & head);
        if (ends != 0) return illegal == 0;
        if (out.count > Positions::kMost) return false;
        feeds_before = feeds;
    }
    return false;
}

// `scan(p)` gives the masks of the 64 bytes at p.
template <typename Scan>
[[gnu::always_inline]] inline HeadResult walk_blocks(const char* data, std::uint32_t length, std::uint32_t at,
                                                     SipView& out, Scan scan) {
    constexpr HeadResult kSlow{.status = TokeniseStatus::ok, .slow = true, .repeated = false};
    Positions positions;
    if (!find_positions(data, length, at, positions, scan)) return kSlow;
    if (positions.count % 2 != 0 || positions.count > Positions::kMost) return kSlow;

    HeadResult result;
    std::uint32_t line_feed = positions.at[0];
    const std::uint32_t start_line_end = line_feed - (line_feed > at && data[line_feed - 1] == '\r');
    result.status = read_start_line(data, at, start_line_end, out);
    if (!may_read_on(result.status, out)) return result;

    bool slow = data[line_feed + 1] == ' ' || data[line_feed + 1] == '\t';
    std::uint32_t fields = 0;
    for (std::uint32_t i = 1; i + 1 < positions.count; i += 2) {
        const std::uint32_t start = line_feed + 1;
        const std::uint32_t colon = positions.at[i];
        line_feed = positions.at[i + 1];
        const char last = data[line_feed - 1];
        const std::uint32_t end = line_feed - (last == '\r');
        const char next = data[line_feed + 1];
        // A line without colon; a line that goes on in the next; a control character where a CR may stand.
        slow |= data[colon] != ':' || data[line_feed] != '\n' || next == ' ' || next == '\t';
        if (last != '\r') slow |= is_char(last, kControl) && last != '\n';
        if (slow) [[unlikely]]
            return kSlow;
        if (!add_field(data, start, colon, end, out, fields, result.repeated)) {
            out.header_count = static_cast<std::uint16_t>(fields);
            if (result.status == TokeniseStatus::ok) result.status = TokeniseStatus::header_syntax;
            return result;
        }
    }
    const std::uint32_t start = line_feed + 1;
    line_feed = positions.at[positions.count - 1];
    if (line_feed != start && (line_feed != start + 1 || data[start] != '\r')) slow = true;
    if (slow) return kSlow;
    out.header_count = static_cast<std::uint16_t>(fields);
    out.head_length = static_cast<std::uint16_t>(line_feed + 1);
    return result;
}

}  // namespace
}  // namespace strowger::wire
