// RTCP (RFC 3550 6) and its extended reports (RFC 3611): headers as they lie on the wire and a walk over
// compound packets. Reduced-size RTCP (RFC 5506) is accepted: a compound need not begin with SR or RR.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "strowger/wire/endian.hpp"
#include "strowger/wire/rtp.hpp"

namespace strowger::wire {

enum class RtcpType : std::uint8_t {
    sender_report = 200,
    receiver_report,
    sdes,
    bye,
    app,
    transport_feedback,
    payload_feedback,
    extended_report,
};

struct RtcpHeader {
    std::uint8_t version_padding_count;  // 2, 1, 5 bits
    std::uint8_t type;
    be16 length;  // of the packet in 32-bit words, minus one
};
static_assert(sizeof(RtcpHeader) == 4);

struct RtcpSenderInfo {
    be32 ntp_seconds;
    be32 ntp_fraction;
    be32 rtp_timestamp;
    be32 packets;
    be32 octets;
    // Middle 32 bits of the NTP time: what comes back as `last_sr`.
    [[nodiscard]] constexpr std::uint32_t ntp_middle() const {
        return ntp_seconds.host() << 16 | ntp_fraction.host() >> 16;
    }
};
static_assert(sizeof(RtcpSenderInfo) == 20);

struct RtcpReportBlock {
    be32 ssrc;            // of the stream reported on
    be32 lost;            // 8 bits fraction since the last report, 24 bits signed total
    be32 highest;         // extended sequence number
    be32 jitter;          // in timestamp units
    be32 last_sr;         // 0: no SR seen yet
    be32 delay_since_sr;  // in 1/65536 s
    [[nodiscard]] constexpr std::uint8_t fraction_lost() const {
        return static_cast<std::uint8_t>(lost.host() >> 24);
    }
    // Negative when duplicates outnumber losses.
    [[nodiscard]] constexpr std::int32_t total_lost() const {
        return static_cast<std::int32_t>(lost.host() << 8) >> 8;
    }
};
static_assert(sizeof(RtcpReportBlock) == 24);

enum class XrType : std::uint8_t {
    receiver_time = 4,  // RFC 3611 4.4: 8 bytes of NTP time
    dlrr = 5,           // 4.5
    voip = 7,           // 4.7
};

struct XrHeader {
    std::uint8_t type;
    std::uint8_t specific;
    be16 length;  // of what follows, in 32-bit words
};
static_assert(sizeof(XrHeader) == 4);

// One entry of a DLRR block.
struct XrDelay {
    be32 ssrc;
    be32 last_rr;         // NTP middle of the receiver time block answered; 0: none
    be32 delay_since_rr;  // in 1/65536 s
};
static_assert(sizeof(XrDelay) == 12);

// Body of a VoIP metrics block (RFC 3611 4.7).
struct XrVoip {
    be32 ssrc;
    std::uint8_t loss_rate;     // of 256
    std::uint8_t discard_rate;  // of 256
    std::uint8_t burst_density;
    std::uint8_t gap_density;
    be16 burst_duration;    // ms
    be16 gap_duration;      // ms
    be16 round_trip_delay;  // ms
    be16 end_system_delay;  // ms
    std::uint8_t signal_level;
    std::uint8_t noise_level;
    std::uint8_t echo_return_loss;
    std::uint8_t gap_threshold;
    std::uint8_t r_factor;            // 127: not available
    std::uint8_t external_r;          // 127: not available
    std::uint8_t mos_listening;       // times 10; 127: not available
    std::uint8_t mos_conversational;  // times 10; 127: not available
    std::uint8_t receiver_config;
    std::uint8_t reserved;
    be16 jitter_buffer_nominal;   // ms
    be16 jitter_buffer_maximum;   // ms
    be16 jitter_buffer_absolute;  // ms
};
static_assert(sizeof(XrVoip) == 32);

// One packet of a compound.
struct RtcpPacket {
    RtcpType type{};
    std::uint8_t count = 0;  // the 5 bits after the version: reports, sources, or subtype
    std::uint32_t ssrc = 0;  // of the sender; 0 when the packet has none
    Octets body;             // after header and sender SSRC, without padding
};

// Reads the packet at the front of `rest` and removes it. False: malformed, or nothing left; `rest` stays.
[[nodiscard]] bool next_rtcp(Octets& rest, RtcpPacket& out) noexcept;

// True when the whole datagram is a chain of well-formed RTCP packets.
[[nodiscard]] bool is_rtcp(Octets datagram) noexcept;

// A T at `at` of a body, copied so that alignment does not matter; false: it does not fit.
template <typename T>
[[nodiscard]] bool read_at(Octets body, std::size_t at, T& out) noexcept {
    if (body.size() < sizeof(T) || at > body.size() - sizeof(T)) return false;
    std::memcpy(&out, body.data() + at, sizeof(T));
    return true;
}

// Calls visit(RtcpReportBlock) for the report blocks of an SR or RR.
template <typename Visit>
void each_report(const RtcpPacket& packet, Visit&& visit) {
    std::size_t at = 0;
    if (packet.type == RtcpType::sender_report)
        at = sizeof(RtcpSenderInfo);
    else if (packet.type != RtcpType::receiver_report)
        return;
    RtcpReportBlock block;
    for (unsigned i = 0; i < packet.count && read_at(packet.body, at, block); ++i, at += sizeof block)
        visit(block);
}

// Calls visit(XrHeader, Octets body) for the blocks of an extended report, as far as they are whole.
template <typename Visit>
void each_xr(const RtcpPacket& packet, Visit&& visit) {
    if (packet.type != RtcpType::extended_report) return;
    std::size_t at = 0;
    XrHeader header;
    while (read_at(packet.body, at, header)) {
        const std::size_t length = header.length.host() * 4u;
        at += sizeof header;
        if (length > packet.body.size() - at) return;
        visit(header, packet.body.subspan(at, length));
        at += length;
    }
}

}  // namespace strowger::wire
