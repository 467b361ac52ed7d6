// The reference twin, and the slow path of the others.
#include <cstring>

#include "wire/sip_head.hpp"

namespace strowger::wire {
namespace {

// RFC 3261 25.1: a control character is legal only as a quoted-pair inside a quoted string; CR only before
// LF.
bool has_illegal_control(const char* text, std::uint32_t length) {
    std::uint8_t classes = 0;
    for (std::uint32_t i = 0; i < length; ++i) classes |= kCharClasses[static_cast<std::uint8_t>(text[i])];
    if ((classes & kControl) == 0) return false;
    bool quoted = false;
    for (std::uint32_t i = 0; i < length; ++i) {
        const char c = text[i];
        if (quoted && c == '\\' && i + 1 < length && text[i + 1] != '\r' && text[i + 1] != '\n') {
            ++i;
            continue;
        }
        if (c == '"') quoted = !quoted;
        if (!is_char(c, kControl) || c == '\n') continue;
        if (c == '\r' && i + 1 < length && text[i + 1] == '\n') continue;
        return true;
    }
    return false;
}

constexpr std::uint32_t kNone = ~std::uint32_t{0};

std::uint32_t find(const char* data, std::uint32_t from, std::uint32_t to, char what) {
    const void* found = from < to ? std::memchr(data + from, what, to - from) : nullptr;
    return found == nullptr ? kNone : static_cast<std::uint32_t>(static_cast<const char*>(found) - data);
}

}  // namespace

HeadResult walk_head_scalar(const char* data, std::uint32_t length, std::uint32_t at, SipView& out) noexcept {
    HeadResult result;
    const auto fail = [&](TokeniseStatus status) {
        if (result.status == TokeniseStatus::ok) result.status = status;
        return result;
    };
    bool first_line = true;
    for (std::uint32_t start = at;;) {
        std::uint32_t line_feed = find(data, start, length, '\n');
        if (line_feed == kNone)
            return fail(first_line ? TokeniseStatus::start_line : TokeniseStatus::no_end_of_head);
        const auto text_end = [&] {
            return line_feed > start && data[line_feed - 1] == '\r' ? line_feed - 1 : line_feed;
        };
        if (first_line) {
            first_line = false;
            result.status = read_start_line(data, start, text_end(), out);
            if (!may_read_on(result.status, out)) return result;
            start = line_feed + 1;
            continue;
        }
        if (text_end() == start) {
            out.head_length = static_cast<std::uint16_t>(line_feed + 1);
            return result;
        }
        // A line that continues nothing.
        if (data[start] == ' ' || data[start] == '\t') return fail(TokeniseStatus::header_syntax);
        const std::uint32_t colon = find(data, start, text_end(), ':');
        if (colon == kNone) return fail(TokeniseStatus::header_syntax);
        // RFC 3261 7.3.1: a line that begins with white space belongs to the one before.
        while (line_feed + 1 < length && (data[line_feed + 1] == ' ' || data[line_feed + 1] == '\t')) {
            line_feed = find(data, line_feed + 1, length, '\n');
            if (line_feed == kNone) return fail(TokeniseStatus::no_end_of_head);
        }
        const std::uint32_t end = text_end();
        if (has_illegal_control(data + start, end - start)) return fail(TokeniseStatus::header_syntax);
        std::uint32_t count = out.header_count;
        if (count == kMaxHeaders) return fail(TokeniseStatus::too_many_headers);
        if (!add_field(data, start, trim_field(data, start, colon, end), out, count, result.repeated,
                       _mm_set1_epi8(0x20)))
            return fail(TokeniseStatus::header_syntax);
        out.header_count = static_cast<std::uint16_t>(count);
        start = line_feed + 1;
    }
}

}  // namespace strowger::wire
