#include "rtp/sweep.hpp"

#include <algorithm>

#include "rtp/latch.hpp"
#include "rtp/link.hpp"
#include "rtp/statistics.hpp"

namespace strowger::rtp {
namespace {

constexpr std::size_t kMaxVisits = 1024;
constexpr std::size_t kAhead = 8;  // legs whose memory is fetched before they are visited

// RTCP is a sign of life too: a muted endpoint may send nothing else.
std::uint32_t idle_ms(LegRef leg, std::uint32_t now_ms) {
    const LegCold& cold = *leg.cold;
    std::uint32_t idle = now_ms - cold.expect_since_ms;
    if (leg.hot->packets != 0 || cold.packets_before != 0)
        idle = std::min(idle, now_ms - leg.hot->last_packet_ms);
    if (cold.rtcp_packets != 0) idle = std::min(idle, now_ms - cold.last_rtcp_ms);
    return idle;
}

void watch(Context& context, LegRef leg) {
    LegCold& cold = *leg.cold;
    if (!cold.expect_media || cold.inactivity_ms == 0) {
        cold.inactive_sent = false;
        return;
    }
    const auto now_ms = milliseconds(context.now);
    const bool idle = idle_ms(leg, now_ms) >= cold.inactivity_ms;
    if (!idle || cold.inactive_sent) {
        cold.inactive_sent = idle;
        return;
    }
    rings::Event event;
    event.kind = rings::EventKind::inactive;
    event.worker = context.legs.worker();
    event.leg = cold.self;
    event.session = cold.session;
    event.remote = cold.remote;
    event.statistics = statistics_of(context, leg);
    cold.inactive_sent = push(context, event);
}

// Resolves the way to the remote in the kernel's name; lost when the ring is full.
void ask(Context& context, const LegCold& cold) {
    rings::Event event;
    event.kind = rings::EventKind::hop_wanted;
    event.worker = context.legs.worker();
    event.interface = interface_of(context, cold.self.address);
    event.remote = cold.remote;
    push(context, event);
}

// Gives the leg the next hop that it lacks, and another one when the routes have changed under the call.
void find_next_hop(Context& context, LegRef leg) {
    LegCold& cold = *leg.cold;
    if (cold.remote.port.wire() == 0 || context.tables == nullptr) return;
    const tables::RouteTable& routes = context.tables->routes;
    const auto version = static_cast<std::uint32_t>(routes.version());
    const bool moved = cold.routes_seen != version;
    if (!moved && cold.adjacency != kNone<AdjacencyId>) return;
    cold.routes_seen = version;
    const AdjacencyId hop = next_hop(context, cold.self, cold.remote.address);
    const tables::Adjacency* found = routes.adjacency(hop);
    if (moved && (found == nullptr || !found->resolved)) ask(context, cold);
    if (hop == cold.adjacency) return;
    if (cold.remote.address == cold.sdp_rtp.address) cold.sdp_adjacency = hop;
    cold.adjacency = hop;
    remote_changed(context.legs, leg);
}

void visit(Context& context, LegRef leg) {
    settle(leg, context.now);
    find_next_hop(context, leg);
    if ((leg.cold->pending & kPendingLatched) != 0) report_latched(context, leg);
    report_ssrc(context, leg);
    watch(context, leg);
}

// The hot line and what a visit reads of the cold part: no packet has brought them into the cache.
void prefetch(LegRef leg) {
    if (leg.hot == nullptr) return;
    __builtin_prefetch(leg.hot);
    const auto* cold = reinterpret_cast<const char*>(leg.cold);
    for (std::size_t line = 0; line < sizeof(LegCold); line += 64) __builtin_prefetch(cold + line);
}

}  // namespace

void sweep(Context& context) noexcept {
    LegTable& legs = context.legs;
    const auto live = legs.live();
    const auto elapsed = std::min(context.now - legs.sweep_at, kSweepPeriod);
    const auto due = static_cast<std::size_t>(static_cast<Nanoseconds>(live.size()) * elapsed / kSweepPeriod);
    if (due == 0 && elapsed < kSweepPeriod) return;  // not yet a whole leg: let the time add up
    legs.sweep_at = context.now;
    const std::size_t visits = std::min({std::max<std::size_t>(due, 1), live.size(), kMaxVisits});
    for (std::size_t i = 0; i < visits; ++i) {
        if (legs.sweep_cursor >= live.size()) legs.sweep_cursor = 0;
        if (const std::size_t next = legs.sweep_cursor + kAhead; i + kAhead < visits && next < live.size())
            prefetch(legs.find(live[next]));
        if (const auto leg = legs.find(live[legs.sweep_cursor++]); leg.live()) visit(context, leg);
    }
}

}  // namespace strowger::rtp
