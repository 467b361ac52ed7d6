// The packets that one poll brought, on their way through the stages.
#pragma once

#include <array>
#include <cstdint>

#include "core/packet.hpp"

namespace strowger::core {

inline constexpr std::size_t kBurst = 64;

// A fixed array of packets. A stage takes the packets of its lane and settles each by one verdict
// (worker.hpp: transmit, consume, punt, to_kernel, drop); a settled slot is null.
struct Burst {
    std::uint16_t count = 0;
    std::array<Packet*, kBurst> packets;
    Nanoseconds now = 0;  // read once a burst
};

}  // namespace strowger::core
