// Stage 1: which lane a packet goes to, by (realm, local address, UDP port). Fills PacketInfo.
#pragma once

#include "core/worker.hpp"

namespace strowger::classify {

// Settles what is not ours (to the kernel, or dropped by name); leaves lane sip or media on the rest. Media
// packets of another worker's ports are handed to it. Packets that come from reassembly or injection enter
// here too.
void run(core::Worker& w, core::Burst& burst) noexcept;

}  // namespace strowger::classify
