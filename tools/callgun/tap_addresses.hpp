// Addresses on a tap that we have made ourselves: the kernel answers for them.
#pragma once

#include <span>
#include <string>

#include "strowger/wire/ip.hpp"

namespace strowger::callgun {

// `prefix`: length of the network, in bits of the address's own family. False and `error`.
bool give_addresses(int ifindex, std::span<const wire::IpAddress> addresses, std::uint8_t prefix,
                    std::string& error);

}  // namespace strowger::callgun
