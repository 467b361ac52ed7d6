#include "rtp/statistics.hpp"

#include <algorithm>

#include "rtp/emodel.hpp"
#include "rtp/link.hpp"

namespace strowger::rtp {
namespace {

// Jitter is meaningless past this step of transit time: the sender restarted its clock (ms).
constexpr std::uint32_t kTransitJumpMs = 5'000;

std::uint64_t packets(LegRef leg) {
    return leg.cold->packets_before + leg.hot->packets;
}

std::uint32_t to_us(std::uint64_t units, std::uint8_t clock_khz) {
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(units * 1000 / std::max<std::uint8_t>(clock_khz, 1), 0xffffffff));
}

void forget_probe(LegCold& cold) {
    cold.probe_sequence = 0x10000;
}

void restart(LegRef leg, std::uint32_t ssrc, std::uint16_t sequence) {
    leg.hot->ssrc = ssrc;
    leg.hot->sequence = sequence;
    leg.hot->window = 1;
    leg.hot->flags &= static_cast<std::uint8_t>(~kHasTransit);
    forget_probe(*leg.cold);
}

// RFC 3550 A.1: a jump counts as a restart when the next packet follows it.
bool probe(LegCold& cold, std::uint32_t ssrc, std::uint16_t sequence) {
    if (cold.probe_ssrc == ssrc && cold.probe_sequence == sequence) return true;
    cold.probe_ssrc = ssrc;
    cold.probe_sequence = static_cast<std::uint16_t>(sequence + 1);
    return false;
}

void ahead(LegRef leg, std::uint16_t sequence, int step) {
    LegCold& cold = *leg.cold;
    if (step > 1) {
        cold.lost += static_cast<std::uint64_t>(step - 1);
        ++cold.loss_bursts;
    }
    leg.hot->window = step < 64 ? leg.hot->window << step | 1 : 1;
    leg.hot->sequence = sequence;
}

void behind(LegRef leg, int age) {
    LegCold& cold = *leg.cold;
    const std::uint64_t bit = age < 64 ? std::uint64_t{1} << age : 0;
    if ((leg.hot->window & bit) != 0) {
        ++cold.duplicates;
        return;
    }
    leg.hot->window |= bit;
    ++cold.reordered;
    if (cold.lost > 0) --cold.lost;
    cold.loss_bursts = std::min(cold.loss_bursts, cold.lost);
}

}  // namespace

bool count_out_of_order(Context& context, LegRef leg, std::uint32_t ssrc, std::uint16_t sequence) noexcept {
    Leg& hot = *leg.hot;
    LegCold& cold = *leg.cold;
    if (hot.window == 0) {
        restart(leg, ssrc, sequence);
        if (cold.first_packet == 0) cold.first_packet = context.now;
        return true;
    }
    if (ssrc != hot.ssrc) {
        if (!probe(cold, ssrc, sequence)) return false;
        restart(leg, ssrc, sequence);
        cold.pending |= kPendingSsrc;
        report_ssrc(context, leg);
        return true;
    }
    const int step = static_cast<std::int16_t>(sequence - hot.sequence);
    if (step > 0 && step < kMaxDropout) {
        ahead(leg, sequence, step);
    } else if (step <= 0 && step > -kMaxMisorder) {
        behind(leg, -step);
    } else {
        if (!probe(cold, ssrc, sequence)) return false;
        restart(leg, ssrc, sequence);
        return true;
    }
    forget_probe(cold);
    return true;
}

void count_jitter(Leg& leg, std::uint32_t timestamp, Nanoseconds now) noexcept {
    const auto arrival =
        static_cast<std::uint32_t>(static_cast<std::uint64_t>(now) * leg.clock_khz / 1'000'000u);
    const std::uint32_t transit = arrival - timestamp;
    if ((leg.flags & kHasTransit) == 0) {
        leg.flags |= kHasTransit;
        leg.transit = transit;
        return;
    }
    const auto difference = static_cast<std::int32_t>(transit - leg.transit);
    const std::uint32_t d =
        difference < 0 ? 0u - static_cast<std::uint32_t>(difference) : static_cast<std::uint32_t>(difference);
    leg.transit = transit;
    if (d > kTransitJumpMs * leg.clock_khz) return;
    leg.jitter += d - ((leg.jitter + 8) >> 4);
}

void sample(LegRef leg) noexcept {
    LegCold& cold = *leg.cold;
    cold.jitter_sum += leg.hot->jitter;
    ++cold.jitter_samples;
    cold.jitter_max = std::max(cold.jitter_max, leg.hot->jitter);
    if (leg.hot->packets >> 31 != 0) {
        cold.packets_before += leg.hot->packets;
        leg.hot->packets = 0;
    }
}

void count_udptl(Context& context, LegRef leg, std::uint32_t octets) noexcept {
    if (leg.cold->first_packet == 0) leg.cold->first_packet = context.now;
    ++leg.hot->packets;
    leg.hot->octets += octets;
    leg.hot->last_packet_ms = milliseconds(context.now);
    if ((leg.hot->packets & 63u) == 0) sample(leg);
}

std::uint64_t relayed_packets(LegRef leg) noexcept {
    return packets(leg) - leg.cold->held - leg.cold->unsent;
}
std::uint64_t relayed_octets(LegRef leg) noexcept {
    return leg.hot->octets - leg.cold->held_octets - leg.cold->unsent_octets;
}

void credit_peer(const LegTable& legs, LegRef from) noexcept {
    const auto relayed = relayed_packets(from);
    const auto octets = relayed_octets(from);
    if (const auto to = legs.find(from.hot->peer); to.live()) {
        to.cold->sent_before += relayed - from.cold->relayed_mark;
        to.cold->sent_octets_before += octets - from.cold->relayed_octets_mark;
    }
    from.cold->relayed_mark = relayed;
    from.cold->relayed_octets_mark = octets;
}

rings::LegStatistics statistics_of(const Context& context, LegRef leg) noexcept {
    const Leg& hot = *leg.hot;
    const LegCold& cold = *leg.cold;
    rings::LegStatistics s;
    s.packets_received = packets(leg);
    s.octets_received = hot.octets;
    s.packets_sent = cold.sent_before;
    s.octets_sent = cold.sent_octets_before;
    each_feeder(context.legs, leg, [&s](LegRef feeder) {
        s.packets_sent += relayed_packets(feeder) - feeder.cold->relayed_mark;
        s.octets_sent += relayed_octets(feeder) - feeder.cold->relayed_octets_mark;
    });
    const auto peer = context.legs.find(hot.peer);
    s.bleed_packets = cold.bleed;
    s.held_packets = cold.held;
    s.rtcp_packets = cold.rtcp_packets;
    s.lost_packets = cold.lost;
    s.duplicate_packets = cold.duplicates;
    s.reordered_packets = cold.reordered;
    const std::uint64_t samples = cold.jitter_samples;
    const std::uint64_t mean = samples == 0 ? hot.jitter : cold.jitter_sum / samples;
    s.jitter_us = to_us(mean, hot.clock_khz) / 16;
    s.jitter_max_us = to_us(std::max(cold.jitter_max, hot.jitter), hot.clock_khz) / 16;
    s.remote_lost = cold.remote_lost;
    s.remote_jitter_us = to_us(cold.remote_jitter, peer.live() ? peer.hot->clock_khz : hot.clock_khz);
    s.round_trip_us = cold.round_trip_us;
    s.payload_type = hot.payload_type;
    s.ssrc = hot.ssrc;
    if (s.packets_received != 0) {
        s.first_packet = cold.first_packet;
        s.last_packet = context.now - (milliseconds(context.now) - hot.last_packet_ms) * kMillisecond;
        s.last_packet = std::max(s.last_packet, s.first_packet);
    }
    if ((hot.flags & kUdptl) == 0) s.mos_100 = mos_of(cold.codec, s, cold.loss_bursts);
    return s;
}

void report_ssrc(Context& context, LegRef leg) noexcept {
    LegCold& cold = *leg.cold;
    if ((cold.pending & kPendingSsrc) == 0) return;
    if (cold.ssrc_event != 0 && context.now - cold.ssrc_event < kSecond) return;
    rings::Event event;
    event.kind = rings::EventKind::ssrc_changed;
    event.worker = context.legs.worker();
    event.leg = cold.self;
    event.session = cold.session;
    event.remote = cold.remote;
    event.statistics.ssrc = leg.hot->ssrc;
    event.statistics.payload_type = leg.hot->payload_type;
    if (!push(context, event)) return;
    cold.ssrc_event = context.now;
    cold.pending &= static_cast<std::uint8_t>(~kPendingSsrc);
}

}  // namespace strowger::rtp
