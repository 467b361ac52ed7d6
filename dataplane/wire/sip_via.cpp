// Via (RFC 3261 20.42, 25.1): white space may surround the slashes and the colon.
#include "strowger/wire/sip_values.hpp"
#include "wire/sip_host.hpp"
#include "wire/sip_scan.hpp"

namespace strowger::wire {
namespace {

// SWS what SWS
bool skip_separator(std::string_view& rest, char what) {
    skip_space(rest);
    if (rest.empty() || rest.front() != what) return false;
    rest.remove_prefix(1);
    skip_space(rest);
    return true;
}

// Protocol and version are any token: a request in another version is answered along its Via (505).
bool skip_protocol(std::string_view& rest) {
    constexpr std::string_view kUsual = "SIP/2.0/";
    if (rest.starts_with(kUsual) && rest.size() > kUsual.size() && !is_char(rest[kUsual.size()], kSpace)) {
        rest.remove_prefix(kUsual.size());
        return true;
    }
    skip_space(rest);
    for (int i = 0; i < 2; ++i)
        if (take_chars(rest, kTokenChar).empty() || !skip_separator(rest, '/')) return false;
    return true;
}

}  // namespace

bool parse_via_start(std::string_view element, Via& out) noexcept {
    auto rest = element;
    if (!skip_protocol(rest)) return false;
    out.transport = take_chars(rest, kTokenChar);
    if (out.transport.empty() || rest.empty() || !is_char(rest.front(), kSpace)) return false;
    skip_space(rest);
    if (!take_host(rest, out.host)) return false;
    out.port = 0;
    if (skip_separator(rest, ':') && !take_port(rest, out.port)) return false;
    out.parameters = Parameters(trim(rest));
    return true;
}

std::optional<Via> parse_via(std::string_view element) noexcept {
    Via via;
    if (!parse_via_start(element, via) || !via.parameters.valid()) return std::nullopt;
    return via;
}

}  // namespace strowger::wire
