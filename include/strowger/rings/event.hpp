// Worker -> control plane: what happened to a media leg; which next hop it lacks.
#pragma once

#include <cstdint>

#include "strowger/ids.hpp"
#include "strowger/rings/command.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::rings {

enum class EventKind : std::uint8_t {
    latched,     // `remote` was learned and is now used (needs_adjacency: the worker could not find the next hop)
    inactive,    // no packet for the leg's inactivity time; sent once until packets come again
    ssrc_changed,
    statistics,  // answer to a query
    removed,     // answer to a remove; statistics are final
    hop_wanted,  // a forwarded message's next hop toward remote.address out of `interface` is not resolved
};

// What one leg received and what its remote said of us. Counters are since install.
struct LegStatistics {
    std::uint64_t packets_received = 0;
    std::uint64_t octets_received = 0;  // UDP payload
    std::uint64_t packets_sent = 0;     // toward this leg's remote
    std::uint64_t octets_sent = 0;
    std::uint64_t bleed_packets = 0;    // refused: not from the learned source
    std::uint64_t held_packets = 0;     // refused: may_receive was false
    std::uint64_t rtcp_packets = 0;
    std::uint64_t lost_packets = 0;       // by sequence numbers of what we received
    std::uint64_t duplicate_packets = 0;
    std::uint64_t reordered_packets = 0;
    std::uint32_t jitter_us = 0;          // RFC 3550 6.4.1, mean
    std::uint32_t jitter_max_us = 0;
    std::uint32_t remote_lost = 0;        // of the last report block about what we sent there
    std::uint32_t remote_jitter_us = 0;
    std::uint32_t round_trip_us = 0;      // 0: not known
    std::uint16_t mos_100 = 0;            // E-model (ITU-T G.107) MOS-CQE times 100; 0: not enough packets
    std::uint8_t payload_type = 0;        // of the last RTP packet that was not telephone-event
    std::uint32_t ssrc = 0;
    Nanoseconds first_packet = 0;
    Nanoseconds last_packet = 0;
};

// How far a leg has learned where its remote sends from, as the values of rtp::LegState.
inline constexpr const char* kLatchNames[] = {"closed", "learn", "latched", "locked"};

// Written by a worker, read by the control thread.
struct Event {
    EventKind kind = EventKind::latched;
    WorkerId worker{};
    bool needs_adjacency = false;
    std::uint8_t latch = 0;  // statistics, removed: index into kLatchNames
    InterfaceId interface {};  // hop_wanted
    LegId leg;
    std::uint64_t session = 0;  // of the leg; statistics: of the query, so that each asker knows its answers
    wire::Endpoint remote;
    LegStatistics statistics;
};

}  // namespace strowger::rings
