#include "rtp/link.hpp"

namespace strowger::rtp {

namespace {

// Copies where the peer's remote is; nowhere when the peer is gone or does not know.
void refresh_out(const LegTable& legs, LegRef leg) {
    const auto peer = legs.find(leg.hot->peer);
    Leg& hot = *leg.hot;
    hot.flags &= static_cast<std::uint8_t>(~kOutV6);
    if (!peer.live() || peer.cold->remote.port.wire() == 0 || peer.cold->remote.address.is_unspecified()) {
        hot.out_port = {};
        hot.out_v4 = {};
        leg.cold->out = {};
        return;
    }
    leg.cold->out = peer.cold->remote;
    hot.out_port = peer.cold->remote.port;
    if (peer.cold->remote.address.is_v4())
        hot.out_v4 = peer.cold->remote.address.v4();
    else
        hot.flags |= kOutV6;
    hot.adjacency = peer.cold->adjacency;
    hot.dscp = peer.cold->dscp;
}

}  // namespace

void attach(const LegTable& legs, LegRef leg, rings::LegId peer) noexcept {
    leg.hot->peer = peer;
    leg.cold->next_feeder = {};
    if (const auto fed = legs.find(peer)) {
        leg.cold->next_feeder = fed.cold->feeders;
        fed.cold->feeders = leg.cold->self;
    }
    refresh_out(legs, leg);
}

void detach(const LegTable& legs, LegRef leg) noexcept {
    const auto fed = legs.find(leg.hot->peer);
    if (!fed) return;
    for (auto* id = &fed.cold->feeders; id->port != 0; id = &legs.find(*id).cold->next_feeder) {
        if (*id != leg.cold->self) continue;
        *id = leg.cold->next_feeder;
        break;
    }
    leg.cold->next_feeder = {};
}

void remote_changed(const LegTable& legs, LegRef leg) noexcept {
    each_feeder(legs, leg, [&](LegRef feeder) { refresh_out(legs, feeder); });
}

void set_remote(LegRef leg, const wire::Endpoint& remote, AdjacencyId adjacency) noexcept {
    leg.cold->remote = remote;
    leg.cold->adjacency = adjacency;
    leg.hot->remote_port = remote.port;
    if (remote.address.is_v4()) {
        leg.hot->flags &= static_cast<std::uint8_t>(~kRemoteV6);
        leg.hot->remote_v4 = remote.address.v4();
    } else {
        leg.hot->flags |= kRemoteV6;
    }
}

wire::Endpoint rtcp_target(LegRef leg) noexcept {
    const LegCold& cold = *leg.cold;
    if ((leg.hot->flags & kMux) != 0) return cold.remote;
    if (cold.rtcp_learned) return cold.remote_rtcp;
    // A source learned elsewhere than SDP said makes the RTCP address of the SDP as wrong as the RTP one.
    if (cold.remote == cold.sdp_rtp && cold.sdp_rtcp.port.wire() != 0) return cold.sdp_rtcp;
    auto beside = cold.remote;
    if (beside.port.wire() != 0)
        beside.port = wire::be16::from_host(static_cast<std::uint16_t>(beside.port.host() + 1));
    return beside;
}

}  // namespace strowger::rtp
