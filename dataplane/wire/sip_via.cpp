// Via (RFC 3261 20.42, 25.1): white space may surround the slashes and the colon.
#include "strowger/wire/sip_values.hpp"
#include "wire/sip_chars.hpp"
#include "wire/sip_host.hpp"

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

}  // namespace

std::optional<Via> parse_via(std::string_view element) noexcept {
    auto rest = element;
    skip_space(rest);
    // Protocol and version are any token: a request in another version is answered along its Via (505).
    if (take_chars(rest, kTokenChar).empty() || !skip_separator(rest, '/')) return std::nullopt;
    if (take_chars(rest, kTokenChar).empty() || !skip_separator(rest, '/')) return std::nullopt;
    Via via;
    via.transport = take_chars(rest, kTokenChar);
    if (via.transport.empty() || rest.empty() || !is_char(rest.front(), kSpace)) return std::nullopt;
    skip_space(rest);
    if (!take_host(rest, via.host)) return std::nullopt;
    if (skip_separator(rest, ':') && !take_port(rest, via.port)) return std::nullopt;
    via.parameters = Parameters(trim(rest));
    if (!via.parameters.valid()) return std::nullopt;
    return via;
}

}  // namespace strowger::wire
