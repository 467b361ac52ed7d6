// How the two legs of a pair know each other: each carries a copy of where the other's remote is.
#pragma once

#include "rtp/context.hpp"

namespace strowger::rtp {

// Makes `peer` the leg's peer: the leg feeds it, and copies where its remote is. The peer may not be live
// yet.
void attach(const LegTable& legs, LegRef leg, rings::LegId peer) noexcept;
// The leg feeds nobody any more. Call before it gets another peer or is closed.
void detach(const LegTable& legs, LegRef leg) noexcept;

// Tells all that feed `leg` that its remote, adjacency or DSCP changed, or that it came or went.
void remote_changed(const LegTable& legs, LegRef leg) noexcept;

// Calls visit(LegRef) for the legs that feed `leg`.
template <typename Visit>
void each_feeder(const LegTable& legs, LegRef leg, Visit&& visit) {
    for (auto id = leg.cold->feeders; id.port != 0;) {
        const auto feeder = legs.find(id);
        id = feeder.cold->next_feeder;
        visit(feeder);
    }
}

// Sets where `leg`'s remote is, for sending and, in states latched and locked, as the expected source.
void set_remote(LegRef leg, const wire::Endpoint& remote, AdjacencyId adjacency) noexcept;

// Where RTCP toward `leg`'s remote goes; port 0: unknown. Never learned and not muxed: beside the RTP.
[[nodiscard]] wire::Endpoint rtcp_target(LegRef leg) noexcept;

}  // namespace strowger::rtp
