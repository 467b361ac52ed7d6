#include "rtp/commands.hpp"

#include <algorithm>
#include <array>

#include "rtp/latch.hpp"
#include "rtp/link.hpp"
#include "rtp/statistics.hpp"

namespace strowger::rtp {
namespace {

// An address and port of the family that the leg's own address has: anything else cannot be sent to.
bool usable(const Context& context, rings::LegId leg, const wire::Endpoint& endpoint) {
    if (endpoint.port.wire() == 0 || endpoint.address.is_unspecified()) return false;
    if (context.tables == nullptr || index(leg.address) >= context.tables->media_addresses.size())
        return true;
    return context.tables->media_addresses[index(leg.address)].address.is_v4() == endpoint.address.is_v4();
}

void answer(Context& context, const rings::Command& command, LegRef leg) {
    rings::Event event;
    event.kind =
        command.kind == rings::CommandKind::remove ? rings::EventKind::removed : rings::EventKind::statistics;
    event.worker = context.legs.worker();
    event.leg = command.leg;
    event.session = command.session;
    if (leg.live()) {
        event.remote = leg.cold->remote;
        event.latch = static_cast<std::uint8_t>(leg.hot->state);
        event.statistics = statistics_of(context, leg);
    }
    push(context, event);
}

// What install and modify both set.
void take_policy(Context& context, LegRef leg, const rings::Command& command) {
    Leg& hot = *leg.hot;
    LegCold& cold = *leg.cold;
    const auto set = [&hot](std::uint8_t bit, bool on) {
        hot.flags = static_cast<std::uint8_t>(on ? hot.flags | bit : hot.flags & ~bit);
    };
    set(kMayReceive, command.may_receive);
    set(kUdptl, command.leg_kind == rings::LegKind::udptl);
    set(kMux, command.rtcp_mux);
    if (hot.clock_khz != command.clock_khz) {
        hot.clock_khz = std::max<std::uint8_t>(command.clock_khz, 1);
        set(kHasTransit, false);
    }
    hot.telephone_event = command.telephone_event;
    if (command.expect_media && !cold.expect_media) cold.expect_since_ms = milliseconds(context.now);
    cold.expect_media = command.expect_media;
    cold.inactivity_ms = command.inactivity_ms;
    cold.session = command.session;
    cold.codec = command.codec;
    cold.nat = command.nat;
    cold.dscp = command.dscp;
    cold.signalling = command.signalling;
    cold.sdp_rtcp =
        usable(context, command.leg, command.remote_rtcp) ? command.remote_rtcp : wire::Endpoint{};
}

void install(Context& context, LegRef leg, const rings::Command& command) {
    const bool listed = leg.live();
    const auto place = leg.cold->live_index;
    if (listed) {
        credit_peer(context.legs, leg);
        detach(context.legs, leg);
    }
    // What others sent through the leg so far was its predecessor's.
    each_feeder(context.legs, leg, [&](LegRef feeder) { credit_peer(context.legs, feeder); });
    const auto feeders = leg.cold->feeders;
    *leg.hot = Leg{};
    *leg.cold = LegCold{};
    leg.cold->feeders = feeders;
    leg.cold->self = command.leg;
    leg.cold->live_index = place;
    leg.cold->expect_media = false;  // so that taking the policy starts the clock
    if (!listed && !context.legs.enlist(leg)) return;
    take_policy(context, leg, command);
    if (usable(context, command.leg, command.remote_rtp)) {
        leg.cold->sdp_rtp = command.remote_rtp;
        leg.cold->sdp_adjacency = command.adjacency;
    }
    start_latching(context, leg);
    attach(context.legs, leg, command.peer);
    remote_changed(context.legs, leg);
}

// Toward SDP's address: as commanded, else as the tables say.
AdjacencyId adjacency_of(const Context& context, LegRef leg) {
    const LegCold& cold = *leg.cold;
    if (cold.sdp_adjacency != kNone<AdjacencyId>) return cold.sdp_adjacency;
    return next_hop(context, cold.self, cold.sdp_rtp.address);
}

// An unspecified remote (hold in the style of 0.0.0.0), or one that cannot be sent to, stops sending and
// keeps what was learned.
void modify_remote(Context& context, LegRef leg, const rings::Command& command) {
    LegCold& cold = *leg.cold;
    if (!usable(context, command.leg, command.remote_rtp)) {
        cold.remote.port = {};
        return;
    }
    const bool latched = leg.hot->state >= LegState::latched;
    const wire::Endpoint present{cold.remote.address, leg.hot->remote_port};
    if (latched && command.remote_rtp == present) {
        // The control plane names what we learned: this is how it gives the missing next hop.
        cold.remote = present;
        if (command.adjacency != kNone<AdjacencyId>) cold.adjacency = command.adjacency;
        return;
    }
    if (command.remote_rtp == cold.sdp_rtp) {
        cold.sdp_adjacency = command.adjacency;
        if (!latched) {
            set_remote(leg, cold.sdp_rtp, adjacency_of(context, leg));  // what was heard so far still counts
        } else {
            cold.remote = present;
            if (present.address == cold.sdp_rtp.address) cold.adjacency = adjacency_of(context, leg);
        }
        return;
    }
    cold.sdp_rtp = command.remote_rtp;
    cold.sdp_adjacency = command.adjacency;
    start_latching(context, leg);
}

void modify(Context& context, LegRef leg, const rings::Command& command) {
    const auto nat = leg.cold->nat;
    take_policy(context, leg, command);
    if (leg.hot->peer != command.peer) {
        credit_peer(context.legs, leg);
        detach(context.legs, leg);
        attach(context.legs, leg, command.peer);
    }
    modify_remote(context, leg, command);
    if (nat != command.nat && command.nat == rings::NatMode::off) start_latching(context, leg);
    remote_changed(context.legs, leg);
}

void remove(Context& context, LegRef leg) {
    credit_peer(context.legs, leg);
    detach(context.legs, leg);
    context.legs.delist(leg);
    leg.hot->state = LegState::closed;
    remote_changed(context.legs, leg);
}

}  // namespace

void apply(Context& context, const rings::Command& command) noexcept {
    const auto leg = context.legs.find(command.leg);
    count(context, Counter::worker_commands);
    switch (command.kind) {
        case rings::CommandKind::install:
            if (leg) install(context, leg, command);
            break;
        case rings::CommandKind::modify:
            if (leg.live()) modify(context, leg, command);
            break;
        case rings::CommandKind::remove:
            // A leg that is not here is answered too: the control plane waits for it.
            answer(context, command, leg);
            if (leg.live()) remove(context, leg);
            break;
        case rings::CommandKind::query:
            answer(context, command, leg);
            break;
    }
}

std::size_t apply_commands(Context& context, rings::Spsc<rings::Command>& commands,
                           std::size_t limit) noexcept {
    const std::size_t room = context.events.capacity() - context.events.size();
    std::array<rings::Command, 16> batch;
    std::size_t done = 0;
    limit = std::min(limit, room);
    while (done < limit) {
        const auto n = commands.pop({batch.data(), std::min(batch.size(), limit - done)});
        if (n == 0) break;
        for (std::size_t i = 0; i < n; ++i) apply(context, batch[i]);
        done += n;
    }
    return done;
}

}  // namespace strowger::rtp
