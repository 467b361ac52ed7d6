// host [ ":" port ] of URIs and of Via's sent-by (RFC 3261 25.1).
#pragma once

#include <cstdint>
#include <string_view>

namespace strowger::wire {

// Takes a host name, an IPv4 address or an IPv6 reference off the front of `rest`. False: there is none.
[[nodiscard]] bool take_host(std::string_view& rest, std::string_view& host) noexcept;
// Takes 1*DIGIT, 1 to 65535.
[[nodiscard]] bool take_port(std::string_view& rest, std::uint16_t& port) noexcept;

}  // namespace strowger::wire
