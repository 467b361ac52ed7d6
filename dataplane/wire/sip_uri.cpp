// SIP and SIPS URIs (RFC 3261 19.1, 25.1); of other schemes only the scheme is read.
#include <algorithm>

#include "strowger/wire/ip.hpp"
#include "strowger/wire/sip_values.hpp"
#include "wire/sip_host.hpp"
#include "wire/sip_scan.hpp"

namespace strowger::wire {
namespace {

// all_escaped() of a text that seldom holds escapes. `set` is that of `classes`.
bool all_of(std::string_view text, const CharSet& set, int classes) {
    const std::size_t n = find_not_in(text, set);
    return n == text.size() || (text[n] == '%' && all_escaped(text.substr(n), classes));
}

// user [ ":" password ], all before '@'.
bool read_user(std::string_view text, SipUri& out) {
    const auto colon = text.find(':');
    out.user = text.substr(0, colon);
    if (colon != std::string_view::npos) {
        out.password = text.substr(colon + 1);
        if (!all_of(out.password, kPasswordSet, kPasswordChar)) return false;
    }
    return !out.user.empty() && all_of(out.user, kUserSet, kUserChar);
}

// headers = header *( "&" header ); header = hname "=" hvalue
bool headers_valid(std::string_view text) {
    while (true) {
        const auto field = text.substr(0, text.find('&'));
        const auto equal = field.find('=');
        if (equal == 0 || equal == std::string_view::npos) return false;
        constexpr int allowed = kUnreserved | kParamNameChar;
        const auto valid = [](std::string_view part) {
            for (const char c : part)
                if (c != '?' && c != '%' && !is_char(c, allowed)) return false;
            return true;
        };
        if (!valid(field.substr(0, equal)) || !valid(field.substr(equal + 1)) ||
            !all_escaped(field, kUriChar))
            return false;
        if (field.size() == text.size()) return true;
        text.remove_prefix(field.size() + 1);
    }
}

}  // namespace

std::optional<SipUri> parse_uri(std::string_view text) noexcept {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || !is_alpha(text.front())) return std::nullopt;
    SipUri uri;
    uri.scheme = text.substr(0, colon);
    for (const char c : uri.scheme)
        if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return std::nullopt;
    auto rest = text.substr(colon + 1);
    if (!uri.is_sip()) {
        if (rest.empty() || !all_escaped(rest, kUriChar)) return std::nullopt;
        uri.opaque = rest;
        return uri;
    }
    // Only a user part may hold ';', '?' and '/', and only an escape may hold another '@'.
    if (const auto at = rest.find('@'); at != std::string_view::npos) {
        if (!read_user(rest.substr(0, at), uri)) return std::nullopt;
        rest.remove_prefix(at + 1);
    }
    if (!take_host(rest, uri.host)) return std::nullopt;
    if (!rest.empty() && rest.front() == ':') {
        rest.remove_prefix(1);
        if (!take_port(rest, uri.port)) return std::nullopt;
    }
    if (!rest.empty() && rest.front() == ';') {
        const auto parameters = rest.substr(0, rest.find('?'));
        uri.parameters = Parameters(parameters);
        if (!all_escaped(parameters, kUriChar) || parameters.find('@') != std::string_view::npos ||
            !uri.parameters.valid())
            return std::nullopt;
        rest.remove_prefix(parameters.size());
    }
    if (!rest.empty()) {
        if (rest.front() != '?' || !headers_valid(rest.substr(1))) return std::nullopt;
        uri.headers = rest.substr(1);
    }
    return uri;
}

std::optional<std::size_t> unescape(std::string_view text, char* out) noexcept {
    const std::string_view plain = text.substr(0, text.find('%'));
    std::copy(plain.begin(), plain.end(), out);
    std::size_t n = plain.size();
    for (std::size_t i = n; i < text.size(); ++i) {
        if (text[i] != '%') {
            out[n++] = text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
        out[n++] = static_cast<char>(high * 16 + low);
        i += 2;
    }
    return n;
}

}  // namespace strowger::wire
