// A media leg as its worker keeps it: one hot line that every packet touches, and a cold part for everything
// else. Plain data with one owner (the worker of its port); nothing here points anywhere.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "strowger/codecs.hpp"
#include "strowger/ids.hpp"
#include "strowger/rings/command.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/endian.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::rtp {

enum class LegState : std::uint8_t {
    closed,   // no leg here
    learn,    // live; the remote's source is being learned
    latched,  // source learned; for the settling time a better-ranked source may still take over
    locked,   // source fixed until modify, or until silence and the same SSRC from elsewhere
};

// Bits of Leg::flags.
inline constexpr std::uint8_t kMayReceive = 0x01;
inline constexpr std::uint8_t kUdptl = 0x02;
inline constexpr std::uint8_t kMux = 0x04;         // RTCP on the RTP port
inline constexpr std::uint8_t kRemoteV6 = 0x08;    // compare LegCold::remote
inline constexpr std::uint8_t kOutV6 = 0x10;       // destination is LegCold::out
inline constexpr std::uint8_t kHasTransit = 0x20;  // `transit` is of the present stream

// The hot line. An IPv4 packet of a latched leg needs nothing else of the leg.
struct alignas(64) Leg {
    std::uint64_t window = 0;  // bit n: sequence - n was received; 0: no packet yet
    std::uint64_t octets = 0;
    wire::be32 remote_v4;  // expected source, in states latched and locked
    wire::be32 out_v4;     // destination of what is received here: the peer's remote
    wire::be16 remote_port;
    wire::be16 out_port;                         // 0: nowhere to send (LegCold of the peer tells why)
    rings::LegId peer;                           // packets leave from there
    AdjacencyId adjacency = kNone<AdjacencyId>;  // toward out
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;  // highest seen of this SSRC
    std::uint8_t clock_khz = 8;
    std::uint8_t telephone_event = 0xff;
    std::uint32_t transit = 0;  // RFC 3550 A.8, in timestamp units
    std::uint32_t jitter = 0;   // RFC 3550 A.8, times 16
    std::uint32_t packets = 0;  // folded into LegCold::packets_before long before it wraps
    std::uint32_t last_packet_ms = 0;
    LegState state = LegState::closed;
    std::uint8_t flags = 0;
    std::uint8_t dscp = 0;  // of packets sent to out
    std::uint8_t payload_type = 0;
};
static_assert(sizeof(Leg) == 64 && std::is_trivially_copyable_v<Leg>);

// How well a source fits what signalling said; higher may replace lower while the latch settles.
enum class Rank : std::uint8_t { refused, any, near, signalling, sdp_address, exact };

// A source that wants to become the remote.
struct Candidate {
    wire::Endpoint source;
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    std::uint8_t count = 0;  // consistent packets in a row; 0: free slot
    Rank rank = Rank::refused;
    std::uint32_t seen_ms = 0;
};

// A sender report (or receiver reference time) relayed toward the leg's remote, to know the round trip by.
struct SentReport {
    std::uint32_t ntp_middle = 0;  // 0: free slot
    Nanoseconds sent = 0;
};

// Bits of LegCold::pending: events that the ring had no room for.
inline constexpr std::uint8_t kPendingLatched = 0x01;
inline constexpr std::uint8_t kPendingSsrc = 0x02;

struct alignas(64) LegCold {
    // Addresses in full. First, so that one line serves IPv6 packets.
    wire::Endpoint remote;  // where this leg's remote is: learned, or as SDP says until then; port 0: unknown
    wire::Endpoint out;     // copy of the peer's `remote`
    bool rtcp_learned = false;
    std::uint8_t pending = 0;
    Rank latched_rank = Rank::refused;
    wire::Mac source_mac{};  // of the packet that latched
    InterfaceId source_interface = kNone<InterfaceId>;
    AdjacencyId adjacency = kNone<AdjacencyId>;  // toward remote
    std::uint32_t live_index = 0;                // in LegTable's list
    std::uint32_t routes_seen = 0;               // version of the routes that `adjacency` was found by

    // Legs whose peer this one is, as a list through the members; port 0 ends it. A closed leg may have some.
    rings::LegId feeders{MediaAddressId{0}, 0};
    rings::LegId next_feeder{MediaAddressId{0}, 0};  // of the list of this leg's peer

    // As commanded.
    rings::LegId self;
    rings::NatMode nat = rings::NatMode::auto_;
    Codec codec = Codec::unknown;
    bool expect_media = true;
    std::uint8_t dscp = 46;  // toward this leg's remote
    std::uint32_t inactivity_ms = 0;
    std::uint64_t session = 0;
    wire::Endpoint sdp_rtp;
    wire::Endpoint sdp_rtcp;
    wire::IpAddress signalling;
    AdjacencyId sdp_adjacency = kNone<AdjacencyId>;

    // Latching.
    std::array<Candidate, 4> candidates;
    Nanoseconds settled = 0;  // latched becomes locked then
    wire::Endpoint remote_rtcp;

    // Reception, beside the hot line's.
    std::uint64_t packets_before = 0;  // folded from Leg::packets
    std::uint64_t lost = 0;
    std::uint64_t loss_bursts = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t reordered = 0;
    std::uint64_t bleed = 0;
    std::uint64_t held = 0;
    std::uint64_t held_octets = 0;
    std::uint64_t unsent = 0;  // received, could not be relayed
    std::uint64_t unsent_octets = 0;
    std::uint64_t jitter_sum = 0;  // of samples, times 16
    std::uint32_t jitter_samples = 0;
    std::uint32_t jitter_max = 0;            // times 16
    std::uint32_t probe_ssrc = 0;            // RFC 3550 A.1: a stream that may replace the present one
    std::uint32_t probe_sequence = 0x10000;  // next expected; above 16 bits: none
    Nanoseconds first_packet = 0;
    Nanoseconds ssrc_event = 0;  // last time one was sent
    // Sent toward this leg's remote by legs that no longer feed it; and how much of what this leg relayed is
    // already in the books of a peer.
    std::uint64_t sent_before = 0;
    std::uint64_t sent_octets_before = 0;
    std::uint64_t relayed_mark = 0;
    std::uint64_t relayed_octets_mark = 0;

    // RTCP.
    std::uint64_t rtcp_packets = 0;
    std::uint32_t last_rtcp_ms = 0;
    std::uint32_t remote_lost = 0;
    std::uint32_t remote_jitter = 0;  // timestamp units of the peer's clock
    std::uint32_t round_trip_us = 0;
    std::array<SentReport, 4> reports;
    std::uint8_t next_report = 0;

    // Inactivity, and STUN/DTLS let through to the control plane this second.
    bool inactive_sent = false;
    std::uint16_t punts = 0;
    std::uint32_t punt_second = 0;
    std::uint32_t expect_since_ms = 0;
};
static_assert(std::is_trivially_copyable_v<LegCold>);

// A leg: both parts. Null parts: there is no such port here.
struct LegRef {
    Leg* hot = nullptr;
    LegCold* cold = nullptr;
    explicit operator bool() const { return hot != nullptr; }
    [[nodiscard]] bool live() const { return hot != nullptr && hot->state != LegState::closed; }
};

[[nodiscard]] inline std::uint32_t milliseconds(Nanoseconds t) {
    return static_cast<std::uint32_t>(t / kMillisecond);
}

}  // namespace strowger::rtp
