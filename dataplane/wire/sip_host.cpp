#include "wire/sip_host.hpp"

#include "strowger/wire/ip.hpp"
#include "strowger/wire/sip_values.hpp"
#include "wire/sip_scan.hpp"

namespace strowger::wire {
namespace {

// Labels of letters, digits, '-' and '_' (which no host name has, but private DNS zones do); one trailing
// dot. All characters are of kHostSet.
bool is_host_name(std::string_view text) {
    auto labels = text;
    if (!labels.empty() && labels.back() == '.') labels.remove_suffix(1);
    bool numeric = true;
    char before = '.';
    for (const char c : labels) {
        if (c == '.' ? before == '.' || before == '-' : c == '-' && before == '.') return false;
        numeric = numeric && (is_digit(c) || c == '.');
        before = c;
    }
    return before != '.' && before != '-' && !numeric;
}

// What begins with a digit is an address nearly always.
bool is_host(std::string_view text) {
    if (!text.empty() && is_digit(text.front()) && parse_address(text)) return true;
    return is_host_name(text);
}

}  // namespace

bool take_host(std::string_view& rest, std::string_view& host) noexcept {
    if (!rest.empty() && rest.front() == '[') {
        const auto close = rest.find(']');
        if (close == std::string_view::npos) return false;
        host = rest.substr(0, close + 1);
        if (!parse_address(host)) return false;
    } else {
        host = {rest.data(), find_not_in(rest, kHostSet)};
        if (!is_host(host)) return false;
    }
    rest.remove_prefix(host.size());
    return true;
}

bool take_port(std::string_view& rest, std::uint16_t& port) noexcept {
    std::size_t n = 0;
    while (n < rest.size() && is_digit(rest[n])) ++n;
    const auto number = parse_number(rest.substr(0, n));
    if (!number || *number == 0 || *number > 65535) return false;
    port = static_cast<std::uint16_t>(*number);
    rest.remove_prefix(n);
    return true;
}

}  // namespace strowger::wire
