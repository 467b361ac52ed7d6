// What a leg received, by the sequence numbers and timestamps of its RTP (RFC 3550 A.1, A.3, A.8).
#pragma once

#include "rtp/context.hpp"
#include "strowger/wire/rtp.hpp"

namespace strowger::rtp {

// RFC 3550 A.1.
inline constexpr int kMaxDropout = 3000;
inline constexpr int kMaxMisorder = 100;

// A packet whose number does not simply follow. False: it belongs to another stream than the present one (a
// second SSRC, or a jump not yet confirmed by a second packet): its timestamp says nothing here.
bool count_out_of_order(Context& context, LegRef leg, std::uint32_t ssrc, std::uint16_t sequence) noexcept;

void count_jitter(Leg& leg, std::uint32_t timestamp, Nanoseconds now) noexcept;

// Every 64 packets: the mean and the highest jitter, and the 32-bit packet count folded away.
void sample(LegRef leg) noexcept;

// Counts one RTP packet that was accepted. `octets`: UDP payload.
inline void count_rtp(Context& context, LegRef leg, const wire::RtpHeader& header,
                      std::uint32_t octets) noexcept {
    Leg& hot = *leg.hot;
    const std::uint32_t ssrc = header.ssrc.host();
    const std::uint16_t sequence = header.sequence.host();
    ++hot.packets;
    hot.octets += octets;
    hot.last_packet_ms = milliseconds(context.now);
    bool of_stream = true;
    if (ssrc == hot.ssrc && sequence == static_cast<std::uint16_t>(hot.sequence + 1) &&
        (hot.window & 1) != 0) {
        hot.sequence = sequence;
        hot.window = hot.window << 1 | 1;
    } else {
        of_stream = count_out_of_order(context, leg, ssrc, sequence);
    }
    // All packets of one telephone event carry its start as timestamp (RFC 4733 2.2.2): no jitter to see
    // there.
    if (of_stream && header.payload_type() != hot.telephone_event) {
        hot.payload_type = header.payload_type();
        count_jitter(hot, header.timestamp.host(), context.now);
    }
    if ((hot.packets & 63u) == 0) sample(leg);
}

// Counts one UDPTL packet that was accepted.
void count_udptl(Context& context, LegRef leg, std::uint32_t octets) noexcept;

// Packets that the leg received and its peer sent on.
[[nodiscard]] std::uint64_t relayed_packets(LegRef leg) noexcept;
[[nodiscard]] std::uint64_t relayed_octets(LegRef leg) noexcept;
// Enters what `from` relayed since the last time into the books of its peer. Call before it gets another one.
void credit_peer(const LegTable& legs, LegRef from) noexcept;

// The contract's record, with MOS.
[[nodiscard]] rings::LegStatistics statistics_of(const Context& context, LegRef leg) noexcept;

// Sends the `ssrc_changed` event that is owed, at most one a second and leg.
void report_ssrc(Context& context, LegRef leg) noexcept;

}  // namespace strowger::rtp
