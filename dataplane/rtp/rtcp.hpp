// What a leg's RTCP tells: the remote's view of what we sent it, and the round trip. RTCP itself passes
// unchanged.
#pragma once

#include "rtp/context.hpp"
#include "strowger/wire/rtcp.hpp"

namespace strowger::rtp {

// Reads a compound that `leg` received. `peer` (may be null) is where it is relayed: its reports' times are
// kept there to know the round trip when they are answered. False: not well-formed RTCP; nothing was read.
bool read_rtcp(Context& context, LegRef leg, LegRef peer, wire::Octets datagram) noexcept;

}  // namespace strowger::rtp
