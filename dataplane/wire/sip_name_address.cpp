// name-addr / addr-spec with header parameters (RFC 3261 20.10, 25.1).
#include "strowger/wire/sip_values.hpp"
#include "wire/sip_scan.hpp"

namespace strowger::wire {
namespace {

// Peers put nearly anything before '<'; what would make the field mean something else is refused.
bool is_bare_display(std::string_view text) {
    for (const char c : text)
        if (c == '"' || c == ',' || c == ';' || c == '>' || c == '\\' ||
            (is_char(c, kControl) && !is_char(c, kSpace)))
            return false;
    return true;
}

bool is_uri_text(std::string_view text) {
    const auto colon = text.find(':');
    return colon != 0 && colon != std::string_view::npos && is_alpha(text.front()) &&
           find_not_in(text, kUriSet) == text.size();
}

// False: the text is not all parameters. The first tag counts.
bool read_parameters(std::string_view text, NameAddress& out) {
    out.parameters = Parameters(text);
    bool tagged = false;
    Parameter parameter;
    while (Parameters::next(text, parameter)) {
        if (tagged || !same_token(parameter.name, "tag")) continue;
        tagged = true;
        out.tag_value = parameter.value;
    }
    return trim(text).empty();
}

}  // namespace

std::optional<NameAddress> parse_name_address(std::string_view text) noexcept {
    text = trim(text);
    NameAddress out;
    if (text == "*") {
        out.star = true;
        return out;
    }
    auto rest = text;
    if (!rest.empty() && rest.front() == '"') {
        const auto length = quoted_length(rest);
        if (length == 0) return std::nullopt;
        out.display = rest.substr(0, length);
        rest.remove_prefix(length);
        skip_space(rest);
        if (rest.empty() || rest.front() != '<') return std::nullopt;
    }
    // A quoted parameter value may hold '<', so the bracket must come before any parameter.
    const auto open = find_in(rest, kNameAddressMarks);
    if (open != rest.size() && rest[open] == '<') {
        if (out.display.empty()) {
            out.display = trim(rest.substr(0, open));
            if (!is_bare_display(out.display)) return std::nullopt;
        }
        const auto close = rest.find('>', open);
        if (close == std::string_view::npos) return std::nullopt;
        out.uri = rest.substr(open + 1, close - open - 1);
        rest.remove_prefix(close + 1);
    } else {
        // RFC 3261 20: without brackets every parameter is the header's, and a URI may hold neither '?' nor
        // ','.
        out.uri = trim(rest.substr(0, open));
        rest.remove_prefix(open);
        if (out.uri.find_first_of("?,") != std::string_view::npos) return std::nullopt;
        // "sip:user;x@host" without brackets: cutting at the ';' would make another address of it.
        if (rest.substr(0, rest.find('"')).find('@') != std::string_view::npos) return std::nullopt;
    }
    if (!is_uri_text(out.uri) || !read_parameters(trim(rest), out)) return std::nullopt;
    return out;
}

}  // namespace strowger::wire
