// The media of one call as plain data: two sides (more while a call forks), a stream for each m= line.
#pragma once

#include <cstdint>
#include <vector>

#include "media/codec_policy.hpp"
#include "media/description.hpp"
#include "media/sdp_rewrite.hpp"
#include "strowger/ids.hpp"
#include "strowger/rings/command.hpp"
#include "strowger/rings/event.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::media {

// One m= line of one side.
struct Stream {
    std::uint16_t port = 0;     // of ours toward this side; 0: none
    bool installed = false;     // the worker knows the leg
    bool agreed = false;        // `now` was offered and answered
    StreamDescription now;      // what this side said last that holds
    std::uint64_t applied = 0;  // fingerprint of the command the worker has
};

// What we are toward one party.
struct Side {
    std::uint8_t label = 0;  // the owner's name for it; comes back in reports
    bool direct = false;     // media passes us by
    rings::NatMode nat = rings::NatMode::auto_;
    std::uint8_t dscp = 46;
    MediaAddressId address = kNone<MediaAddressId>;
    wire::IpAddress local;       // that media address
    wire::IpAddress signalling;  // where the party's SIP comes from
    Origin origin;               // of the descriptions we send it
    std::size_t lines = 0;       // m= lines that its dialog has: never fewer from now on (RFC 3264 8)
    std::vector<Stream> streams;
    std::vector<StreamDescription> offered;  // by this party, not answered yet

    [[nodiscard]] bool is_open() const { return origin.session_id != 0; }
};

// One leg's final statistics, asked for when it was closed.
struct LegReport {
    rings::LegId leg;
    std::uint8_t side = 0;    // Side::label
    std::uint8_t stream = 0;  // index of the m= line
    bool complete = false;
    rings::LegStatistics statistics;
};

struct Session {
    std::uint64_t handle = 0;  // the owner's; every command and event carries it
    WorkerId worker{};
    bool placed = false;              // `worker` holds
    bool answered = false;            // media is expected from now on
    std::uint32_t inactivity_ms = 0;  // 0: never
    std::uint32_t hold_ms = 0;
    std::uint16_t closing = 0;  // legs whose final statistics are still to come
    std::vector<LegReport> reports;
};

}  // namespace strowger::media
