#include "model/text_forms.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strowger/wire/ip.hpp"

namespace strowger::model {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_one_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

template <typename Allowed>
bool all(std::string_view text, Allowed allowed) {
    return std::ranges::all_of(text, allowed);
}

bool is_domain(std::string_view text) {
    if (wire::parse_address(text)) return true;
    while (true) {
        const std::size_t dot = text.find('.');
        const std::string_view label = text.substr(0, dot);
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        if (!all(label, [](char c) { return is_alnum(c) || c == '-'; })) return false;
        if (dot == std::string_view::npos) return true;
        text = text.substr(dot + 1);
    }
}

bool is_interface_name(std::string_view text) {
    return text != "." && text != ".." &&
           all(text, [](char c) { return c > ' ' && c != 0x7f && c != '/' && c != ':'; });
}

bool has_form(std::string_view text, TextForm form) {
    switch (form) {
        case TextForm::line:
            return all(text, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; });
        case TextForm::path:
            return text.front() == '/' && all(text, [](char c) { return c > ' ' || c < 0; });
        case TextForm::interface_name:
            return is_interface_name(text);
        case TextForm::domain:
            return is_domain(text);
        // RFC 3261 25.1 token
        case TextForm::token:
            return all(text, [](char c) { return is_alnum(c) || is_one_of(c, "-.!%*_+`'~"); });
        // RFC 3261 25.1 user, without escapes
        case TextForm::user:
            return all(text, [](char c) { return is_alnum(c) || is_one_of(c, "-_.!~*'()&=+$,?/#"); });
        case TextForm::digits: {
            const std::string_view rest = text.starts_with('+') ? text.substr(1) : text;
            return all(rest, [](char c) { return is_digit(c) || c == '*' || c == '#'; });
        }
        case TextForm::hex:
            return all(
                text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
    }
    return false;
}

std::string_view describe(TextForm form) {
    switch (form) {
        case TextForm::line:
            return "text of one line";
        case TextForm::path:
            return "an absolute file name";
        case TextForm::interface_name:
            return "the name of a network interface";
        case TextForm::domain:
            return "a domain name or an address";
        case TextForm::token:
            return "a name of letters, digits and -.!%*_+`'~";
        case TextForm::user:
            return "the user part of a SIP address";
        case TextForm::digits:
            return "digits, * and #, with or without a leading +";
        case TextForm::hex:
            return "hexadecimal digits";
    }
    return "text";
}

}  // namespace

Complaint check_text(std::string_view text, const Bounds& bounds) {
    if (text.empty() && bounds.min_length == 0) return {};
    const bool fits = text.size() >= bounds.min_length && text.size() <= bounds.max_length;
    if (fits && has_form(text, bounds.form)) return {};
    if (bounds.min_length == bounds.max_length)
        return fmt::format("must be {}, exactly {} characters", describe(bounds.form), bounds.max_length);
    if (bounds.min_length > 1)
        return fmt::format("must be {}, {} to {} characters", describe(bounds.form), bounds.min_length,
                           bounds.max_length);
    return fmt::format("must be {}, at most {} characters", describe(bounds.form), bounds.max_length);
}

Complaint check_name(std::string_view text) {
    const bool fine = !text.empty() && text.size() <= 63 && is_alnum(text.front()) &&
                      all(text, [](char c) { return is_alnum(c) || is_one_of(c, "-_."); });
    if (fine) return {};
    return "must be a name of letters, digits and -_. that starts with a letter or digit, at most 63 "
           "characters";
}

}  // namespace strowger::model
