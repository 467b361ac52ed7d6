// A worker's own answer to a datagram, sent back the way it came (same MACs, addresses and ports, swapped).
#pragma once

#include <span>

#include "core/worker.hpp"

namespace strowger::core {

// Room for an answer's payload, in bytes: one packet, whatever the MTU.
inline constexpr std::size_t kMaxReply = 1400;

// Sends `payload` to the sender of `request`. The request itself is not settled. False: no buffer.
bool reply(Worker& w, Packet* request, std::span<const char> payload) noexcept;

}  // namespace strowger::core
