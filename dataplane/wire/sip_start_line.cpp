// Request-Line and Status-Line (RFC 3261 7.1, 7.2, 25.1).
#include <tmmintrin.h>

#include "strowger/wire/sip_values.hpp"
#include "wire/sip_head.hpp"

namespace strowger::wire {
namespace {

// "SIP/" 1*DIGIT "." 1*DIGIT, in any case.
enum class Version { none, two, another };

Version version_of(std::string_view text) {
    if (text.size() < 7 || !same_token(text.substr(0, 4), "SIP/")) return Version::none;
    text.remove_prefix(4);
    if (text == "2.0") return Version::two;
    std::size_t i = 0;
    while (i < text.size() && is_digit(text[i])) ++i;
    if (i == 0 || i + 1 >= text.size() || text[i] != '.') return Version::none;
    for (++i; i < text.size(); ++i)
        if (!is_digit(text[i])) return Version::none;
    return Version::another;
}

TokeniseStatus read_status_line(std::string_view line, std::uint32_t start, SipView& out) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return TokeniseStatus::start_line;
    const Version version = version_of(line.substr(0, space));
    if (version == Version::none) return TokeniseStatus::start_line;
    const auto rest = line.substr(space + 1);
    if (rest.size() < 3 || rest[0] < '1' || rest[0] > '6' || !is_digit(rest[1]) || !is_digit(rest[2]))
        return TokeniseStatus::start_line;
    // The space before an empty phrase is often forgotten.
    if (rest.size() > 3 && rest[3] != ' ') return TokeniseStatus::start_line;
    const auto phrase = rest.substr(rest.size() > 3 ? 4 : 3);
    for (const char c : phrase)
        if (is_char(c, kControl)) return TokeniseStatus::start_line;
    out.status = static_cast<std::uint16_t>((rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0'));
    const auto at = start + static_cast<std::uint32_t>(phrase.data() - line.data());
    out.reason = slice(at, at + static_cast<std::uint32_t>(phrase.size()));
    return version == Version::two ? TokeniseStatus::ok : TokeniseStatus::version;
}

// Bit h of row l: the byte 0xhl is a kUriChar. High halves from 8 on are none.
consteval std::array<std::uint8_t, 16> uri_rows() {
    std::array<std::uint8_t, 16> rows{};
    for (std::size_t c = 0; c < 128; ++c)
        if (is_char(static_cast<char>(c), kUriChar))
            rows[c & 15] |= static_cast<std::uint8_t>(1u << (c >> 4));
    return rows;
}
alignas(16) constexpr auto kUriRows = uri_rows();
alignas(16) constexpr std::uint8_t kHighBits[16] = {1, 2, 4, 8, 16, 32, 64, 128};

// 16 bytes a turn; reads up to 15 bytes past the end.
bool all_uri_chars(std::string_view text) {
    const __m128i rows = _mm_load_si128(reinterpret_cast<const __m128i*>(kUriRows.data()));
    const __m128i bits = _mm_load_si128(reinterpret_cast<const __m128i*>(kHighBits));
    const __m128i half = _mm_set1_epi8(15);
    for (std::size_t at = 0; at < text.size(); at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        const __m128i row = _mm_shuffle_epi8(rows, _mm_and_si128(bytes, half));
        const __m128i bit = _mm_shuffle_epi8(bits, _mm_and_si128(_mm_srli_epi16(bytes, 4), half));
        const __m128i wrong = _mm_cmpeq_epi8(_mm_and_si128(row, bit), _mm_setzero_si128());
        auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(wrong));
        if (text.size() - at < 16) mask &= (1u << (text.size() - at)) - 1;
        if (mask != 0) return false;
    }
    return true;
}

// scheme ":" and no byte that no URI has. The rest is parse_uri()'s work.
bool looks_like_uri(std::string_view text) {
    if (text.empty() || !is_alpha(text.front())) return false;
    std::size_t i = 1;
    while (i < text.size() &&
           (is_alpha(text[i]) || is_digit(text[i]) || text[i] == '+' || text[i] == '-' || text[i] == '.'))
        ++i;
    return i + 1 < text.size() && text[i] == ':' && all_uri_chars(text.substr(i + 1));
}

}  // namespace

TokeniseStatus read_start_line(const char* data, std::uint32_t start, std::uint32_t end,
                               SipView& out) noexcept {
    const std::string_view line(data + start, end - start);
    // "A b:c SIP/2.0" is the shortest.
    if (line.size() < 8) return TokeniseStatus::start_line;
    if ((line[0] | 0x20) == 's' && same_token(line.substr(0, 4), "SIP/"))
        return read_status_line(line, start, out);
    std::size_t first = 0;
    while (first < line.size() && is_char(line[first], kTokenChar)) ++first;
    if (first == 0 || first == line.size() || line[first] != ' ') return TokeniseStatus::start_line;
    out.method = method_of(line.substr(0, first));
    out.method_text = slice(start, start + static_cast<std::uint32_t>(first));

    constexpr std::string_view kUsual = " SIP/2.0";
    std::size_t second = line.size() - kUsual.size();
    Version version = Version::two;
    if (!line.ends_with(kUsual)) {
        second = line.find(' ', first + 1);
        if (second == std::string_view::npos) return TokeniseStatus::start_line;
        version = version_of(line.substr(second + 1));
    }
    if (version == Version::none || second <= first) return TokeniseStatus::start_line;
    // Set in any case: this is a request, and it gets its 400.
    out.uri =
        slice(start + static_cast<std::uint32_t>(first) + 1, start + static_cast<std::uint32_t>(second));
    if (!looks_like_uri(line.substr(first + 1, second - first - 1))) return TokeniseStatus::start_line;
    return version == Version::two ? TokeniseStatus::ok : TokeniseStatus::version;
}

}  // namespace strowger::wire
