// What goes to the workers and what comes back: commands, next hops, events.
#include <algorithm>

#include "media/sessions.hpp"

namespace strowger::media {
namespace {

constexpr std::size_t kMostPerRetry = 256;

std::uint32_t key_of(rings::LegId leg) {
    return static_cast<std::uint32_t>(index(leg.address)) << 16 | leg.port;
}

void mix(std::uint64_t& hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
}

void mix(std::uint64_t& hash, const wire::Endpoint& endpoint) {
    mix(hash, std::hash<wire::Endpoint>{}(endpoint));
}

// Of all that a worker would do differently. Never 0.
std::uint64_t fingerprint(const rings::Command& c) {
    std::uint64_t hash = 1;
    mix(hash, static_cast<std::uint64_t>(c.nat) << 8 | static_cast<std::uint64_t>(c.leg_kind));
    mix(hash, static_cast<std::uint64_t>(c.rtcp_mux) << 2 | static_cast<std::uint64_t>(c.may_receive) << 1 |
                  static_cast<std::uint64_t>(c.expect_media));
    mix(hash, static_cast<std::uint64_t>(c.clock_khz) << 24 |
                  static_cast<std::uint64_t>(c.telephone_event) << 16 |
                  static_cast<std::uint64_t>(c.codec) << 8 | c.dscp);
    mix(hash, static_cast<std::uint64_t>(key_of(c.peer)) << 32 | c.inactivity_ms);
    mix(hash, c.remote_rtp);
    mix(hash, c.remote_rtcp);
    mix(hash, std::hash<wire::IpAddress>{}(c.signalling));
    return hash | 1;
}

}  // namespace

void Sessions::fill(const Session& session, const Side& side, const Side& peer, std::size_t i,
                    rings::Command& c) const {
    const auto& mine = side.streams[i];
    const auto& other = peer.streams[i];
    const bool agreed = mine.agreed && other.agreed;
    c.leg_kind = mine.now.kind;
    c.nat = side.nat;
    // Both answers are the same answer, passed on: multiplexing holds on both sides or on none.
    c.rtcp_mux = agreed && mine.now.rtcp_mux && other.now.rtcp_mux;
    c.may_receive = !agreed || (mine.now.sends && other.now.receives);
    const bool held = agreed && (mine.now.held() || other.now.held());
    c.inactivity_ms = held ? session.hold_ms : session.inactivity_ms;
    c.expect_media = session.answered && agreed && c.inactivity_ms != 0;
    c.dscp = side.dscp;
    c.clock_khz = mine.now.clock_khz;
    c.telephone_event = mine.now.telephone_event;
    c.codec = mine.now.codec;
    c.leg = {side.address, mine.port};
    c.peer = {peer.address, other.port};
    c.remote_rtp = mine.now.rtp;
    c.remote_rtcp = mine.now.rtcp;
    c.signalling = side.signalling;
    c.session = session.handle;
}

void Sessions::sync(Session& session, Side& a, Side& b) {
    const auto n = std::min(a.streams.size(), b.streams.size());
    for (std::size_t i = 0; i < n; ++i) {
        if (a.streams[i].port == 0 || b.streams[i].port == 0) continue;
        sync_leg(session, a, b, i);
        sync_leg(session, b, a, i);
    }
}

void Sessions::sync_leg(Session& session, Side& side, const Side& peer, std::size_t i) {
    auto& stream = side.streams[i];
    rings::Command command;
    fill(session, side, peer, i, command);
    const auto print = fingerprint(command);
    if (stream.installed && stream.applied == print) return;
    command.kind = stream.installed ? rings::CommandKind::modify : rings::CommandKind::install;
    if (!stream.installed) ++counts_.legs;
    stream.installed = true;
    stream.applied = print;
    give_hop(command);
    send(command);
}

// Fills the next hop in, or remembers the command until it is known.
void Sessions::give_hop(rings::Command& command) {
    without_hop_.erase(key_of(command.leg));
    if (command.remote_rtp.port.wire() == 0 || command.remote_rtp.address.is_unspecified()) return;
    command.adjacency = hops_.next_hop(command.leg.address, command.remote_rtp.address);
    if (command.adjacency != kNone<AdjacencyId>) return;
    auto later = command;
    later.kind = rings::CommandKind::modify;
    without_hop_.insert_or_assign(key_of(command.leg), later);
}

// Commands of one leg stay in order: as soon as one waits, all later ones do.
void Sessions::send(const rings::Command& command) {
    if (!waiting_.empty() || !dataplane_.command(command)) waiting_.push_back(command);
}

void Sessions::retry() {
    while (!waiting_.empty() && dataplane_.command(waiting_.front())) waiting_.pop_front();
    std::size_t budget = kMostPerRetry;
    for (auto at = without_hop_.begin(); at != without_hop_.end() && budget != 0; --budget) {
        auto& command = at->second;
        command.adjacency = hops_.next_hop(command.leg.address, command.remote_rtp.address);
        if (command.adjacency == kNone<AdjacencyId>) {
            ++at;
            continue;
        }
        send(command);
        at = without_hop_.erase(at);
    }
}

std::size_t Sessions::query(const Session& session, const Side& side) {
    std::size_t n = 0;
    for (const auto& stream : side.streams) {
        if (!stream.installed) continue;
        rings::Command command;
        command.kind = rings::CommandKind::query;
        command.leg = {side.address, stream.port};
        command.session = session.handle;
        send(command);
        ++n;
    }
    return n;
}

void Sessions::on_event(Session& session, Side& a, Side& b, const rings::Event& event) {
    if (event.kind == rings::EventKind::removed) {
        on_orphan(event);
        for (auto& report : session.reports) {
            if (report.complete || report.leg != event.leg) continue;
            report.complete = true;
            report.statistics = event.statistics;
            if (session.closing != 0) --session.closing;
            return;
        }
        return;
    }
    if (event.kind != rings::EventKind::latched || !event.needs_adjacency) return;
    for (auto* side : {&a, &b}) {
        const auto& peer = side == &a ? b : a;
        for (std::size_t i = 0; i < std::min(side->streams.size(), peer.streams.size()); ++i) {
            if (side->address != event.leg.address || side->streams[i].port != event.leg.port) continue;
            if (peer.streams[i].port == 0) return;
            rings::Command command;
            fill(session, *side, peer, i, command);
            command.kind = rings::CommandKind::modify;
            command.remote_rtp = event.remote;
            give_hop(command);
            if (command.adjacency != kNone<AdjacencyId>) send(command);
            return;
        }
    }
}

void Sessions::on_orphan(const rings::Event& event) {
    if (event.kind != rings::EventKind::removed) return;
    ports_.give_back(event.leg.address, event.leg.port, now_);
    if (counts_.legs != 0) --counts_.legs;
}

const SessionCounts& Sessions::counts() {
    counts_.waiting_commands = waiting_.size();
    counts_.waiting_hops = without_hop_.size();
    return counts_;
}

}  // namespace strowger::media
