// Control plane -> worker: a UDP datagram that the control plane wrote. The bytes stay the control plane's: the
// worker copies them into a packet (making fragments when they exceed the MTU) and hands `token` back.
#pragma once

#include <cstdint>

#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::rings {

struct Send {
    wire::Endpoint source;       // ours
    wire::Endpoint destination;
    InterfaceId interface{};
    AdjacencyId adjacency{};     // resolved by the control plane's kernel mirror
    std::uint8_t dscp = 0;
    const char* data = nullptr;
    std::uint32_t length = 0;
    void* token = nullptr;       // comes back through Dataplane::sent(), whether it left or was dropped
};

}  // namespace strowger::rings
