// Request-Line and Status-Line (RFC 3261 7.1, 7.2, 25.1).
#include "wire/sip_head.hpp"

#include "strowger/wire/sip_values.hpp"

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

// scheme ":" and no byte that no URI has. The rest is parse_uri()'s work.
bool looks_like_uri(std::string_view text) {
    if (text.empty() || !is_alpha(text.front())) return false;
    std::size_t i = 1;
    while (i < text.size() &&
           (is_alpha(text[i]) || is_digit(text[i]) || text[i] == '+' || text[i] == '-' || text[i] == '.'))
        ++i;
    return i + 1 < text.size() && text[i] == ':' && all_chars(text.substr(i + 1), kUriChar);
}

}  // namespace

TokeniseStatus read_start_line(const char* data, std::uint32_t start, std::uint32_t end,
                               SipView& out) noexcept {
    const std::string_view line(data + start, end - start);
    if (line.size() >= 4 && same_token(line.substr(0, 4), "SIP/")) return read_status_line(line, start, out);
    const auto first = line.find(' ');
    const auto method = line.substr(0, first);
    if (first == std::string_view::npos || !is_token(method)) return TokeniseStatus::start_line;
    out.method = method_of(method);
    out.method_text = slice(start, start + static_cast<std::uint32_t>(first));
    const auto second = line.find(' ', first + 1);
    if (second == std::string_view::npos) return TokeniseStatus::start_line;
    const auto uri = line.substr(first + 1, second - first - 1);
    const Version version = version_of(line.substr(second + 1));
    if (version == Version::none || !looks_like_uri(uri)) return TokeniseStatus::start_line;
    out.uri =
        slice(start + static_cast<std::uint32_t>(first) + 1, start + static_cast<std::uint32_t>(second));
    return version == Version::two ? TokeniseStatus::ok : TokeniseStatus::version;
}

}  // namespace strowger::wire
