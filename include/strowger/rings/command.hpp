// Control plane -> worker: what to do with a media leg. Applied in order by the one worker that owns the
// port.
#pragma once

#include <cstdint>

#include "strowger/codecs.hpp"
#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::rings {

// A media port of ours: the RTP port (even) and, on port + 1, its RTCP. Names a leg for the whole daemon.
struct LegId {
    MediaAddressId address = kNone<MediaAddressId>;
    std::uint16_t port = 0;  // host order
    friend constexpr bool operator==(LegId, LegId) = default;
};

enum class LegKind : std::uint8_t { rtp, udptl };

// Where a leg's peer sends from, as policy allows it (resource option `nat`).
enum class NatMode : std::uint8_t {
    off,    // the SDP address and port exactly; anything else is a bleed attempt
    on,     // any source may be learned
    auto_,  // SDP address, or the address that signalling came from, or the same /24 or /64
};

enum class CommandKind : std::uint8_t {
    install,  // leg becomes live, or is replaced whole
    modify,   // new remote, direction or policy; latching starts again when the remote changed
    remove,   // leg is closed; a `removed` event brings the final statistics
    query,    // a `statistics` event brings the present ones
};

// Written by the control thread. `session` is the control plane's own handle and comes back in events.
struct Command {
    CommandKind kind = CommandKind::install;
    LegKind leg_kind = LegKind::rtp;
    NatMode nat = NatMode::auto_;
    bool rtcp_mux = false;
    bool may_receive = true;   // false: packets from this leg's remote are counted and not relayed (hold)
    bool expect_media = true;  // false: no inactivity event (hold, or before the answer)
    std::uint8_t dscp = 46;
    std::uint8_t clock_khz = 8;           // RTP clock of the first payload type, for jitter
    std::uint8_t telephone_event = 0xff;  // payload type of RFC 4733 events; 0xff: none
    Codec codec = Codec::unknown;         // of the first payload type, for the MOS
    LegId leg;
    LegId peer;                  // the other leg of the pair; packets received on `leg` leave from `peer`
    wire::Endpoint remote_rtp;   // from SDP; port 0: not known yet
    wire::Endpoint remote_rtcp;  // from a=rtcp or port + 1; ignored with rtcp_mux
    wire::IpAddress signalling;  // source of the SDP's message, for NatMode::auto_
    AdjacencyId adjacency = kNone<AdjacencyId>;  // toward remote_rtp
    std::uint32_t inactivity_ms = 0;             // 0: none
    std::uint64_t session = 0;
};

}  // namespace strowger::rings
