#include "rtp/rtcp.hpp"

#include <algorithm>

namespace strowger::rtp {
namespace {

void remember(LegRef peer, std::uint32_t ntp_middle, Nanoseconds now) {
    if (!peer.live() || ntp_middle == 0) return;
    LegCold& cold = *peer.cold;
    cold.reports[cold.next_report] = {ntp_middle, now};
    cold.next_report = static_cast<std::uint8_t>((cold.next_report + 1) % cold.reports.size());
}

// RFC 3550 6.4.1, with our relaying of the report in the place of its sending: the path between us and the
// remote.
void round_trip(LegCold& cold, std::uint32_t last, std::uint32_t delay, Nanoseconds now) {
    if (last == 0) return;
    for (const auto& report : cold.reports) {
        if (report.ntp_middle != last) continue;
        const auto held = static_cast<Nanoseconds>(delay) * kSecond / 65536;
        const auto trip = now - report.sent - held;
        // Negative, or longer than a report lives: a wrong or forged delay.
        if (trip < 0 || trip > 10 * kSecond) return;
        cold.round_trip_us = static_cast<std::uint32_t>(std::max<Nanoseconds>(trip / kMicrosecond, 1));
        return;
    }
}

void read_reports(const wire::RtcpPacket& packet, LegRef leg, LegRef peer, Nanoseconds now) {
    LegCold& cold = *leg.cold;
    wire::each_report(packet, [&](const wire::RtcpReportBlock& block) {
        // Of several streams, the one that the peer's statistics describe.
        if (packet.count > 1 && peer.live() && block.ssrc.host() != peer.hot->ssrc) return;
        cold.remote_lost = static_cast<std::uint32_t>(std::max(block.total_lost(), 0));
        cold.remote_jitter = block.jitter.host();
        round_trip(cold, block.last_sr.host(), block.delay_since_sr.host(), now);
    });
}

void read_extended(const wire::RtcpPacket& packet, LegRef leg, LegRef peer, Nanoseconds now) {
    wire::each_xr(packet, [&](const wire::XrHeader& header, wire::Octets body) {
        switch (static_cast<wire::XrType>(header.type)) {
            case wire::XrType::receiver_time: {
                wire::be32 ntp[2];
                if (wire::read_at(body, 0, ntp))
                    remember(peer, ntp[0].host() << 16 | ntp[1].host() >> 16, now);
                break;
            }
            case wire::XrType::dlrr: {
                wire::XrDelay delay;
                for (std::size_t at = 0; wire::read_at(body, at, delay); at += sizeof delay)
                    round_trip(*leg.cold, delay.last_rr.host(), delay.delay_since_rr.host(), now);
                break;
            }
            case wire::XrType::voip: {
                wire::XrVoip voip;
                // The remote's own end-to-end figure, for want of one between us and it.
                if (wire::read_at(body, 0, voip) && leg.cold->round_trip_us == 0)
                    leg.cold->round_trip_us = voip.round_trip_delay.host() * 1000u;
                break;
            }
            default:
                break;
        }
    });
}

}  // namespace

bool read_rtcp(Context& context, LegRef leg, LegRef peer, wire::Octets datagram) noexcept {
    ++leg.cold->rtcp_packets;
    leg.cold->last_rtcp_ms = milliseconds(context.now);
    if (!wire::is_rtcp(datagram)) return false;
    wire::RtcpPacket packet;
    while (wire::next_rtcp(datagram, packet)) {
        wire::RtcpSenderInfo info;
        if (packet.type == wire::RtcpType::sender_report && wire::read_at(packet.body, 0, info))
            remember(peer, info.ntp_middle(), context.now);
        read_reports(packet, leg, peer, context.now);
        read_extended(packet, leg, peer, context.now);
    }
    return true;
}

}  // namespace strowger::rtp
