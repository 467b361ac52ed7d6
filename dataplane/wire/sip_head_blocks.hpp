// The walk of the AVX2 and AVX-512 twins: 64 bytes become three bit masks, and the bits lead from line to
// line. Included by exactly those two files; everything here has internal linkage.
#pragma once

#include "wire/sip_head.hpp"

namespace strowger::wire {
namespace {

// Bit i stands for byte i of a block.
struct BlockMasks {
    std::uint64_t line_feeds;
    std::uint64_t colons;
    std::uint64_t controls;  // CTL but HT and LF: CR is in it
};

// `scan(p)` gives the masks of the 64 bytes at p. Reads at most 64 bytes past the end.
template <typename Scan>
[[gnu::always_inline]] inline HeadResult walk_blocks(const char* data, std::uint32_t length, std::uint32_t at,
                                                     SipView& out, Scan scan) {
    HeadResult result;
    const auto fail = [&](TokeniseStatus status) {
        if (result.status == TokeniseStatus::ok) result.status = status;
        return result;
    };
    const auto slow = [] {
        return HeadResult{.status = TokeniseStatus::ok, .slow = true, .repeated = false};
    };
    bool first_line = true;
    std::uint32_t start = at;  // of the current line
    std::uint32_t colon = 0;   // the first of the current line; 0: none so far
    for (std::uint32_t base = at; base < length; base += 64) {
        BlockMasks block = scan(data + base);
        std::uint64_t next_is_line_feed = 0;
        if (length - base > 64) [[likely]] {
            next_is_line_feed = data[base + 64] == '\n';
        } else if (length - base < 64) {
            const std::uint64_t valid = (std::uint64_t{1} << (length - base)) - 1;
            block.line_feeds &= valid;
            block.colons &= valid;
            block.controls &= valid;
        }
        const std::uint64_t illegal = block.controls & ~((block.line_feeds >> 1) | (next_is_line_feed << 63));
        while (block.line_feeds != 0) {
            const std::uint64_t up_to = block.line_feeds ^ (block.line_feeds - 1);
            const auto line_feed = base + static_cast<std::uint32_t>(__builtin_ctzll(block.line_feeds));
            block.line_feeds &= block.line_feeds - 1;
            const std::uint64_t colons = block.colons & up_to;
            if (colon == 0 && colons != 0) colon = base + static_cast<std::uint32_t>(__builtin_ctzll(colons));
            block.colons &= ~up_to;

            // A control character in the line, or a line that goes on in the next one.
            const char next = data[line_feed + 1];
            if ((illegal & up_to) != 0 || next == ' ' || next == '\t') [[unlikely]]
                return slow();
            std::uint32_t end = line_feed;
            if (line_feed > start) {
                const char last = data[line_feed - 1];
                if (last == '\r')
                    --end;
                else if (is_char(last, kControl))
                    return slow();
            }
            if (end == start && !first_line) {
                out.head_length = static_cast<std::uint16_t>(line_feed + 1);
                return result;
            }
            if (first_line) {
                first_line = false;
                result.status = read_start_line(data, start, end, out);
                if (!may_read_on(result.status, out)) return result;
            } else {
                if (colon == 0) return fail(TokeniseStatus::header_syntax);
                if (!add_field(data, start, colon, end, out, result.repeated))
                    return fail(out.header_count == kMaxHeaders ? TokeniseStatus::too_many_headers
                                                                : TokeniseStatus::header_syntax);
            }
            start = line_feed + 1;
            colon = 0;
        }
        if (illegal != 0 && base + 64 > start && (illegal >> (start > base ? start - base : 0)) != 0)
            return slow();
        if (colon == 0 && block.colons != 0)
            colon = base + static_cast<std::uint32_t>(__builtin_ctzll(block.colons));
    }
    return fail(first_line ? TokeniseStatus::start_line : TokeniseStatus::no_end_of_head);
}

}  // namespace
}  // namespace strowger::wire
