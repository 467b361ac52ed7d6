// Values shared by many headers: parameters, comma lists, CSeq, numbers.
#include "strowger/wire/sip_values.hpp"

#include "wire/sip_scan.hpp"

namespace strowger::wire {
std::optional<std::uint32_t> parse_number(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    while (text.size() > 10) {  // more digits than any number needs
        if (text.front() != '0') return std::nullopt;
        text.remove_prefix(1);
    }
    std::uint64_t value = 0;
    for (const char c : text) {
        const unsigned digit = static_cast<unsigned>(c) - '0';
        if (digit > 9) return std::nullopt;
        value = value * 10 + digit;
    }
    if (value > 0xffffffffULL) return std::nullopt;
    return static_cast<std::uint32_t>(value);
}

std::optional<CSeq> parse_cseq(std::string_view text) noexcept {
    text = trim(text);
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    const auto number = parse_number(text.substr(0, digits));
    // RFC 3261 8.1.1.5
    if (!number || *number >= 0x80000000u) return std::nullopt;
    text.remove_prefix(digits);
    if (text.empty() || !is_char(text.front(), kSpace)) return std::nullopt;
    skip_space(text);
    if (text.empty() || find_not_in(text, kTokenSet) != text.size()) return std::nullopt;
    return CSeq{*number, text};
}

bool Parameters::next(std::string_view& rest, Parameter& out) noexcept {
    auto at = rest;
    skip_space(at);
    if (at.empty() || at.front() != ';') return false;
    at.remove_prefix(1);
    skip_space(at);
    // Percent signs are token characters; in a URI they begin an escape, which parse_uri() has checked.
    out.name = {at.data(), find_not_in(at, kParamNameSet)};
    if (out.name.empty()) return false;
    at.remove_prefix(out.name.size());
    out.value = {};
    out.has_value = false;
    auto after = at;
    skip_space(after);
    if (!after.empty() && after.front() == '=') {
        after.remove_prefix(1);
        skip_space(after);
        const bool quoted = !after.empty() && after.front() == '"';
        const std::size_t length = quoted ? quoted_length(after) : find_in(after, kValueEnds);
        if (length == 0) return false;
        out.value = after.substr(0, length);
        out.has_value = true;
        after.remove_prefix(length);
        skip_space(after);
    }
    if (!after.empty() && after.front() != ';') return false;
    rest = after;
    return true;
}

std::optional<std::string_view> Parameters::find(std::string_view name) const noexcept {
    auto rest = text_;
    Parameter parameter;
    while (next(rest, parameter))
        if (same_token(parameter.name, name)) return parameter.value;
    return std::nullopt;
}

bool Parameters::valid() const noexcept {
    auto rest = text_;
    Parameter parameter;
    while (next(rest, parameter)) {
    }
    return trim(rest).empty();
}

bool next_in_list(std::string_view& rest, std::string_view& element) noexcept {
    if (trim(rest).empty()) return false;
    bool angle = false;
    std::size_t i = find_in(rest, kListMarks);
    for (; i < rest.size(); i += 1 + find_in(rest.substr(i + 1), kListMarks)) {
        const char c = rest[i];
        if (c == '"' && !angle) {
            const auto length = quoted_length(rest.substr(i));
            // An open quote swallows what follows; the element will not parse.
            if (length == 0) i = rest.size();
            if (length == 0) break;
            i += length - 1;
        } else if (c == '<') {
            angle = true;
        } else if (c == '>') {
            angle = false;
        } else if (c == ',' && !angle) {
            break;
        }
    }
    element = trim(rest.substr(0, i));
    rest.remove_prefix(i < rest.size() ? i + 1 : rest.size());
    return true;
}

}  // namespace strowger::wire
