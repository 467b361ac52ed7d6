// RTP (RFC 3550 5.1), what else may arrive on a media port (RFC 7983, RFC 5761), and UDPTL's first field.
// Views only; used by the worker's rtp stage and by whoever reads media in the control plane.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "strowger/wire/endian.hpp"

namespace strowger::wire {

using Octets = std::span<const std::uint8_t>;

// What a datagram on a media port is, by its first two bytes.
enum class MediaKind : std::uint8_t { unknown, stun, zrtp, dtls, turn_channel, rtp, rtcp };

// RFC 7983 7 for the first byte; RFC 5761 4 tells RTCP (packet types 192-223) from RTP by the second.
// An empty or one-byte datagram of the RTP range is unknown.
[[nodiscard]] constexpr MediaKind media_kind(Octets datagram) noexcept {
    if (datagram.size() < 2) return MediaKind::unknown;
    const std::uint8_t first = datagram[0];
    if (first >= 128 && first <= 191)
        return datagram[1] >= 192 && datagram[1] <= 223 ? MediaKind::rtcp : MediaKind::rtp;
    if (first <= 3) return MediaKind::stun;
    if (first >= 16 && first <= 19) return MediaKind::zrtp;
    if (first >= 20 && first <= 63) return MediaKind::dtls;
    if (first >= 64 && first <= 79) return MediaKind::turn_channel;
    return MediaKind::unknown;
}

// The fixed header as it lies on the wire.
struct RtpHeader {
    std::uint8_t version_padding_extension_count;  // 2, 1, 1, 4 bits
    std::uint8_t marker_type;                      // 1, 7 bits
    be16 sequence;
    be32 timestamp;
    be32 ssrc;

    [[nodiscard]] constexpr std::uint8_t version() const { return version_padding_extension_count >> 6; }
    [[nodiscard]] constexpr bool padding() const { return (version_padding_extension_count & 0x20) != 0; }
    [[nodiscard]] constexpr bool extension() const { return (version_padding_extension_count & 0x10) != 0; }
    [[nodiscard]] constexpr std::uint8_t csrc_count() const { return version_padding_extension_count & 0x0f; }
    [[nodiscard]] constexpr bool marker() const { return (marker_type & 0x80) != 0; }
    [[nodiscard]] constexpr std::uint8_t payload_type() const { return marker_type & 0x7f; }
};
static_assert(sizeof(RtpHeader) == 12 && alignof(RtpHeader) == 4);

// A packet taken apart. The spans point into the datagram.
struct RtpView {
    std::uint8_t payload_type = 0;
    bool marker = false;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
    Octets csrcs;                         // 4 bytes each
    std::uint16_t extension_profile = 0;  // RFC 8285: 0xBEDE, 0x100x
    Octets extension;                     // without its 4-byte header; empty when there is none
    Octets payload;                       // without padding
};

// nullopt: shorter than its own header says, not version 2, or padding that does not fit (RFC 3550 A.1).
[[nodiscard]] std::optional<RtpView> parse_rtp(Octets datagram) noexcept;

// True when the fixed header is there and the CSRC list fits: what a relay must know.
[[nodiscard]] constexpr bool is_rtp(Octets datagram) noexcept {
    return datagram.size() >= sizeof(RtpHeader) && datagram[0] >> 6 == 2 &&
           datagram.size() >= sizeof(RtpHeader) + 4u * (datagram[0] & 0x0fu);
}

}  // namespace strowger::wire
