#include "rtp/relay.hpp"

#include <rte_prefetch.h>

#include "rtp/commands.hpp"
#include "rtp/depart.hpp"
#include "rtp/latch.hpp"
#include "rtp/link.hpp"
#include "rtp/rtcp.hpp"
#include "rtp/statistics.hpp"
#include "rtp/sweep.hpp"

namespace strowger::rtp {
namespace {

using core::Packet;
using core::PacketInfo;

Context context_of(core::Worker& w, Nanoseconds now) {
    return {*w.legs, w.tables, w.events, w.books, now};
}

// One packet on its way through the stage.
struct Job {
    core::Worker& w;
    Context& context;
    Packet* packet;
    const PacketInfo& info;
    LegRef leg;
    wire::Octets payload;
};

Arrival arrival_of(const Job& job, std::uint32_t ssrc, std::uint16_t sequence) {
    Arrival arrival{job.info.source, ssrc, sequence, {}, job.info.interface};
    std::memcpy(arrival.source_mac.data(), core::frame_of(job.packet) + 6, arrival.source_mac.size());
    return arrival;
}

// The packet was counted as received, and did not leave.
void not_sent(const Job& job) {
    ++job.leg.cold->unsent;
    job.leg.cold->unsent_octets += job.payload.size();
}

// RTP, UDPTL and what passes like it: the leg's own copy of the peer's remote is the way out.
void send_media(const Job& job) {
    const Leg& hot = *job.leg.hot;
    if (hot.out_port.wire() == 0) [[unlikely]] {
        const bool peer = job.context.legs.find(hot.peer).live();
        core::drop(job.w, job.packet, peer ? Drop::rtp_peer_remote_unknown : Drop::rtp_no_peer);
        return not_sent(job);
    }
    Exit exit;
    exit.is_v4 = (hot.flags & kOutV6) == 0;
    exit.v4 = hot.out_v4;
    if (!exit.is_v4) exit.destination.address = job.leg.cold->out.address;
    exit.destination.port = hot.out_port;
    exit.source_port = wire::be16::from_host(hot.peer.port);
    exit.dscp = hot.dscp;
    exit.adjacency = hot.adjacency;
    if (!depart(job.w, job.packet, hot.peer, exit)) return not_sent(job);
    core::count(job.w, Counter::rtp_relayed);
}

void hold(const Job& job) {
    ++job.leg.cold->held;
    job.leg.cold->held_octets += job.payload.size();
    core::drop(job.w, job.packet, Drop::rtp_held);
}

void refuse_source(const Job& job) {
    ++job.leg.cold->bleed;
    core::drop(job.w, job.packet, Drop::rtp_bleed);
}

void relay_rtp(const Job& job) {
    wire::RtpHeader header;
    if (!wire::is_rtp(job.payload)) return core::drop(job.w, job.packet, Drop::rtp_not_rtp);
    std::memcpy(&header, job.payload.data(), sizeof header);
    if (!from_remote(job.leg, job.info.source, job.info.is_v4) &&
        !admit(job.context, job.leg, arrival_of(job, header.ssrc.host(), header.sequence.host())))
        return refuse_source(job);
    count_rtp(job.context, job.leg, header, static_cast<std::uint32_t>(job.payload.size()));
    if ((job.leg.hot->flags & kMayReceive) == 0) return hold(job);
    send_media(job);
}

// ITU-T T.38: two bytes of sequence number, then whatever; nothing is checked but the source.
void relay_udptl(const Job& job) {
    if (job.payload.size() < 2) return core::drop(job.w, job.packet, Drop::rtp_not_rtp);
    const auto sequence = static_cast<std::uint16_t>(job.payload[0] << 8 | job.payload[1]);
    if (!from_remote(job.leg, job.info.source, job.info.is_v4) &&
        !admit(job.context, job.leg, arrival_of(job, 0, sequence)))
        return refuse_source(job);
    count_udptl(job.context, job.leg, static_cast<std::uint32_t>(job.payload.size()));
    if ((job.leg.hot->flags & kMayReceive) == 0) return hold(job);
    send_media(job);
}

// ZRTP runs between the endpoints: it passes once the leg knows its remote, and counts for nothing.
void relay_opaque(const Job& job) {
    if (!from_remote(job.leg, job.info.source, job.info.is_v4)) return refuse_source(job);
    ++job.leg.hot->packets;
    job.leg.hot->octets += job.payload.size();
    send_media(job);
}

void relay_rtcp(const Job& job, bool own_port) {
    const bool right = own_port ? admit_rtcp(job.leg, job.info.source)
                                : from_remote(job.leg, job.info.source, job.info.is_v4) ||
                                      (job.leg.hot->state == LegState::learn &&
                                       rank_of(*job.leg.cold, job.info.source) != Rank::refused);
    if (!right) return refuse_source(job);
    const auto peer = job.context.legs.find(job.leg.hot->peer);
    read_rtcp(job.context, job.leg, peer, job.payload);  // SRTCP cannot be read, and passes all the same
    if (!peer.live()) return core::drop(job.w, job.packet, Drop::rtp_no_peer);
    Exit exit;
    exit.destination = rtcp_target(peer);
    if (exit.destination.port.wire() == 0)
        return core::drop(job.w, job.packet, Drop::rtp_peer_remote_unknown);
    exit.is_v4 = exit.destination.address.is_v4();
    if (exit.is_v4) exit.v4 = exit.destination.address.v4();
    const bool mux = (peer.hot->flags & kMux) != 0;
    exit.source_port =
        wire::be16::from_host(static_cast<std::uint16_t>(job.leg.hot->peer.port + (mux ? 0 : 1)));
    exit.dscp = peer.cold->dscp;
    exit.adjacency = exit.destination.address == peer.cold->remote.address
                         ? peer.cold->adjacency
                         : next_hop(job.context, peer.cold->self, exit.destination.address);
    if (depart(job.w, job.packet, job.leg.hot->peer, exit)) core::count(job.w, Counter::rtp_rtcp_relayed);
}

void punt(const Job& job, rings::PuntKind kind) {
    LegCold& cold = *job.leg.cold;
    const auto second = static_cast<std::uint32_t>(job.context.now / kSecond);
    if (cold.punt_second != second) {
        cold.punt_second = second;
        cold.punts = 0;
    }
    if (cold.punts >= kPuntsASecond) return core::drop(job.w, job.packet, Drop::rtp_punt_rate);
    ++cold.punts;
    core::count(job.w, Counter::rtp_punted);
    rings::Punt record;
    record.kind = kind;
    core::punt(job.w, job.packet, record, Drop::rtp_punt_full);
}

// The leg is not here: perhaps it is another worker's.
void no_leg(core::Worker& w, Packet* packet, std::uint16_t port) {
    const auto owner = w.owner(port);
    if (owner != w.id && index(owner) < w.handoff_out.size()) return core::hand_off(w, owner, packet);
    core::drop(w, packet, Drop::rtp_no_leg);
}

void relay(const Job& job) {
    const bool rtcp_port = (job.info.destination.port.host() & 1) != 0;
    if ((job.leg.hot->flags & kUdptl) != 0) {
        if (rtcp_port) return core::drop(job.w, job.packet, Drop::rtp_not_rtp);
        return relay_udptl(job);
    }
    switch (wire::media_kind(job.payload)) {
        case wire::MediaKind::rtp:
            if (rtcp_port) break;
            return relay_rtp(job);
        case wire::MediaKind::rtcp:
            return relay_rtcp(job, rtcp_port);
        case wire::MediaKind::stun:
            return punt(job, rings::PuntKind::stun);
        case wire::MediaKind::dtls:
            return punt(job, rings::PuntKind::dtls);
        case wire::MediaKind::zrtp:
            if (rtcp_port) break;
            return relay_opaque(job);
        case wire::MediaKind::turn_channel:
        case wire::MediaKind::unknown:
            break;
    }
    core::drop(job.w, job.packet, Drop::rtp_not_rtp);
}

}  // namespace

void run(core::Worker& w, core::Burst& burst) noexcept {
    // Not LegRef: its initialisers would clear a kilobyte a burst.
    std::array<Leg*, core::kBurst> hot;
    std::array<LegCold*, core::kBurst> cold;
    std::array<std::uint8_t, core::kBurst> media;
    std::size_t found = 0;
    for (std::uint16_t i = 0; i < burst.count; ++i) {
        if (burst.packets[i] == nullptr) continue;
        const PacketInfo& info = core::info_of(burst.packets[i]);
        if (info.lane != core::Lane::media) continue;
        const auto leg = w.legs->find(info.media_address, info.destination.port.host());
        rte_prefetch0(leg.hot);
        if (!info.is_v4) rte_prefetch0(leg.cold);
        media[found] = static_cast<std::uint8_t>(i);
        hot[found] = leg.hot;
        cold[found++] = leg.cold;
    }
    if (found == 0) return;
    Context context = context_of(w, burst.now);
    for (std::size_t i = 0; i < found; ++i) {
        Packet* packet = burst.packets[media[i]];
        burst.packets[media[i]] = nullptr;
        const PacketInfo& info = core::info_of(packet);
        const LegRef leg{hot[i], cold[i]};
        if (!leg.live()) {
            no_leg(w, packet, info.destination.port.host());
            continue;
        }
        relay({w,
               context,
               packet,
               info,
               leg,
               {reinterpret_cast<const std::uint8_t*>(core::payload_of(packet)), info.payload_length}});
    }
    w.signal |= context.signal;
}

std::size_t run_commands(core::Worker& w) noexcept {
    if (w.commands.empty()) return 0;
    Context context = context_of(w, w.now);
    const auto done = apply_commands(context, w.commands, 64);
    w.signal |= context.signal;
    return done;
}

void run_sweep(core::Worker& w) noexcept {
    Context context = context_of(w, w.now);
    sweep(context);
    w.signal |= context.signal;
}

}  // namespace strowger::rtp
