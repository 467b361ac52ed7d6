// Datagrams that the control plane wrote: into packets, and onto the wire.
#pragma once

#include "core/worker.hpp"

namespace strowger::core {

// Builds and transmits one datagram, as fragments when it exceeds the interface's MTU, and gives its token
// back.
void send_datagram(Worker& w, const rings::Send& datagram) noexcept;

// The same for a stage's own datagram: `data` is copied before this returns, there is no token. False: it was
// dropped, by name.
bool send_copy(Worker& w, const rings::Send& datagram) noexcept;

}  // namespace strowger::core
