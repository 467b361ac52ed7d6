// One netlink message applied to the state. Private to net/.
#pragma once

#include <netlink/msg.h>

#include "net/kernel_state.hpp"

namespace strowger::net {

// Applies RTM_{NEW,DEL}{LINK,ADDR,ROUTE,NEIGH}; others are ignored. `generation` marks what it confirms.
void apply(nl_msg* message, KernelState& state, std::uint64_t generation);

// Removes what `generation` did not confirm.
void sweep(KernelState& state, std::uint64_t generation);

}  // namespace strowger::net
