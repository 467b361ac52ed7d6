// How the two legs of a pair know each other: each carries a copy of where the other's remote is.
#pragma once

#include "rtp/context.hpp"

namespace strowger::rtp {

// Refreshes `leg`'s copy of its peer's remote. Call when the leg got its peer.
void refresh_out(const LegTable& legs, LegRef leg) noexcept;

// Tells the peer, if it is one that points back, that `leg`'s remote, adjacency or DSCP changed or vanished.
void remote_changed(const LegTable& legs, LegRef leg) noexcept;

// Sets where `leg`'s remote is, for sending and, in states latched and locked, as the expected source.
void set_remote(LegRef leg, const wire::Endpoint& remote, AdjacencyId adjacency) noexcept;

// Where RTCP toward `leg`'s remote goes; port 0: unknown. Never learned and not muxed: beside the RTP.
[[nodiscard]] wire::Endpoint rtcp_target(LegRef leg) noexcept;

}  // namespace strowger::rtp
