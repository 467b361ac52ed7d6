// What the tokeniser's twins share. They differ in how they find line ends and colons, and in nothing else.
#pragma once

#include <cstdint>

#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_tokenise.hpp"
#include "wire/sip_chars.hpp"
#include "wire/sip_header_id.hpp"

namespace strowger::wire {

// Result of walking the head. `slow`: the message has something that only the scalar twin understands; it
// must walk the head again from the start.
struct HeadResult {
    TokeniseStatus status = TokeniseStatus::ok;
    bool slow = false;
    bool repeated = false;  // a header that must stand alone stands twice
};

// `at` is the offset of the start line. Each fills `out` from there; out.first is zero, out.header_count 0.
[[nodiscard]] HeadResult walk_head_scalar(const char* data, std::uint32_t length, std::uint32_t at,
                                          SipView& out) noexcept;
[[nodiscard]] HeadResult walk_head_avx2(const char* data, std::uint32_t length, std::uint32_t at,
                                        SipView& out) noexcept;
[[nodiscard]] HeadResult walk_head_avx512(const char* data, std::uint32_t length, std::uint32_t at,
                                          SipView& out) noexcept;

// The start line lies in [start, end) without its line end.
[[nodiscard]] TokeniseStatus read_start_line(const char* data, std::uint32_t start, std::uint32_t end,
                                             SipView& out) noexcept;

// After a faulty request line the fields are still wanted, for the 400 or 505.
[[nodiscard]] inline bool may_read_on(TokeniseStatus start_line, const SipView& out) {
    return start_line == TokeniseStatus::ok || out.method_text.length != 0;
}

// RFC 3261 20: headers that a message has at most once, as a mask over HeaderId.
static_assert(kHeaderIds <= 64);
constexpr std::uint64_t header_bit(HeaderId id) {
    return std::uint64_t{1} << static_cast<unsigned>(id);
}
inline constexpr std::uint64_t kSingleHeaders = header_bit(HeaderId::from) | header_bit(HeaderId::to) |
                                                header_bit(HeaderId::call_id) | header_bit(HeaderId::cseq) |
                                                header_bit(HeaderId::max_forwards);

[[nodiscard, gnu::always_inline]] inline Slice slice(std::uint32_t from, std::uint32_t to) {
    return {static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to - from)};
}

// Offsets of a field's parts without the white space around them; the name begins at the line's start.
struct FieldBounds {
    std::uint32_t name_end;
    std::uint32_t from;  // of the value
    std::uint32_t to;
};

// What follows has internal linkage: the twins compile it for different CPUs.

// Takes white space off a name's end and off both ends of a value.
[[maybe_unused, gnu::noinline]] static FieldBounds trim_field(const char* data, std::uint32_t start,
                                                              std::uint32_t colon, std::uint32_t end) {
    std::uint32_t name_end = colon;
    while (name_end > start && (data[name_end - 1] == ' ' || data[name_end - 1] == '\t')) --name_end;
    std::uint32_t from = colon + 1;
    while (from < end && is_char(data[from], kSpace)) ++from;
    std::uint32_t to = end;
    while (to > from && is_char(data[to - 1], kSpace)) --to;
    return {name_end, from, to};
}

// A header field becomes row `count` (below kMaxHeaders). `fold`: as lookup()
// has it. False: the name is not a token.
[[maybe_unused, gnu::always_inline]] static inline bool add_field(const char* data, std::uint32_t start,
                                                                  FieldBounds bounds, SipView& out,
                                                                  std::uint32_t& count, bool& repeated,
                                                                  const __m128i& fold) {
    const HeaderId id = header_hash::lookup(data + start, bounds.name_end - start, fold);
    if (id == HeaderId::other) {
        if (bounds.name_end == start) return false;
        for (std::uint32_t i = start; i < bounds.name_end; ++i)
            if (!is_char(data[i], kTokenChar)) return false;
    }
    HeaderField& field = out.headers[count];
    field.name = slice(start, bounds.name_end);
    field.value = slice(bounds.from, bounds.to);
    field.id = id;
    ++count;
    auto& first = out.first[static_cast<std::size_t>(id)];
    if (first == 0)
        first = static_cast<std::uint8_t>(count);
    else if ((kSingleHeaders >> static_cast<unsigned>(id) & 1) != 0)
        repeated = true;
    return true;
}

}  // namespace strowger::wire
