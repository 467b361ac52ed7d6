// Where an address on an interface lies in an open-addressing table of the snapshot.
#pragma once

#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::tables {

// Tables mask it: the low bits must tell addresses of one network apart, which those of the multiplication
// alone do not (they hold the first octets).
[[nodiscard]] inline std::size_t address_hash(InterfaceId interface, const wire::IpAddress& address) noexcept {
    const std::size_t mixed = std::hash<wire::IpAddress>{}(address) + index(interface) * 0x9E3779B97F4A7C15ULL;
    return mixed ^ mixed >> 32;
}

}  // namespace strowger::tables
