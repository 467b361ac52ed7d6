// The AF_XDP sockets of this process. The driver keeps them to itself, but what the kernel says of them is
// the only sign that it throws packets of ours away.
#pragma once

#include <cstdint>
#include <vector>

namespace strowger::io {

// Their descriptors, which stay the driver's.
[[nodiscard]] std::vector<int> xdp_sockets();

// Packets that the kernel refused to send from the socket because their place in memory was wrong.
[[nodiscard]] std::uint64_t invalid_descriptors(int socket);

}  // namespace strowger::io
