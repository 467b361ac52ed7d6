#include "registrar/uri_equality.hpp"

#include <optional>

#include "strowger/wire/sip_values.hpp"

namespace strowger::registrar {

namespace {

constexpr char folded(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// RFC 2396 2.2: an escaped one of these differs from the character itself.
constexpr bool is_reserved(int c) {
    return std::string_view(";/?:@&=+$,").find(static_cast<char>(c)) != std::string_view::npos;
}

// Takes one character off `text`; an escape of an unreserved one counts as the character.
int take(std::string_view& text, bool fold) {
    const char c = text.front();
    if (c == '%' && text.size() >= 3 && hex(text[1]) >= 0 && hex(text[2]) >= 0) {
        const int value = hex(text[1]) << 4 | hex(text[2]);
        text.remove_prefix(3);
        if (is_reserved(value)) return 256 + value;
        return fold && value < 128 ? folded(static_cast<char>(value)) : value;
    }
    text.remove_prefix(1);
    return static_cast<unsigned char>(fold ? folded(c) : c);
}

bool same_text(std::string_view a, std::string_view b, bool fold) {
    while (!a.empty() && !b.empty())
        if (take(a, fold) != take(b, fold)) return false;
    return a.empty() && b.empty();
}

// Names that must be in both or in none.
bool decides_alone(std::string_view name) {
    for (const std::string_view listed : {"user", "ttl", "method", "maddr", "transport"})
        if (same_text(name, listed, true)) return true;
    return false;
}

std::optional<std::string_view> find_parameter(std::string_view text, std::string_view name) {
    wire::Parameter parameter;
    while (wire::Parameters::next(text, parameter))
        if (same_text(parameter.name, name, true)) return parameter.value;
    return std::nullopt;
}

// Every parameter of `a` that matters is in `b` with the same value.
bool parameters_agree(std::string_view a, std::string_view b) {
    wire::Parameter parameter;
    while (wire::Parameters::next(a, parameter)) {
        const auto other = find_parameter(b, parameter.name);
        if (other ? !same_text(parameter.value, *other, true) : decides_alone(parameter.name)) return false;
    }
    return true;
}

// Takes "name=value" off "a=1&b=2".
bool next_header(std::string_view& rest, std::string_view& header) {
    if (rest.empty()) return false;
    const std::size_t end = rest.find('&');
    header = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return true;
}

bool same_header(std::string_view a, std::string_view b) {
    const std::size_t i = a.find('=');
    const std::size_t k = b.find('=');
    if (i == std::string_view::npos || k == std::string_view::npos) return same_text(a, b, false);
    return same_text(a.substr(0, i), b.substr(0, k), true) &&
           same_text(a.substr(i + 1), b.substr(k + 1), false);
}

bool headers_in(std::string_view a, std::string_view b) {
    std::string_view header;
    while (next_header(a, header)) {
        std::string_view rest = b;
        std::string_view other;
        bool found = false;
        while (!found && next_header(rest, other)) found = same_header(header, other);
        if (!found) return false;
    }
    return true;
}

}  // namespace

bool same_uri(std::string_view a_text, std::string_view b_text) noexcept {
    const auto a = wire::parse_uri(a_text);
    const auto b = wire::parse_uri(b_text);
    if (!a || !b || !wire::same_token(a->scheme, b->scheme)) return false;
    if (a_text == b_text) return true;  // also when a parameter is there twice, which 19.1.1 forbids
    if (!a->is_sip()) return a->opaque == b->opaque;
    if (!same_text(a->user, b->user, false) || !same_text(a->password, b->password, false)) return false;
    if (!wire::same_token(a->host, b->host) || a->port != b->port) return false;
    const std::string_view a_parameters = a->parameters.text();
    const std::string_view b_parameters = b->parameters.text();
    return parameters_agree(a_parameters, b_parameters) && parameters_agree(b_parameters, a_parameters) &&
           headers_in(a->headers, b->headers) && headers_in(b->headers, a->headers);
}

}  // namespace strowger::registrar
