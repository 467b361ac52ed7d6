// The end of a packet's way through the stage: new headers in front of its payload, and out.
#pragma once

#include "core/worker.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::rtp {

// Where a packet goes.
struct Exit {
    wire::Endpoint destination;  // its address is that of IPv6 destinations; IPv4: see v4
    wire::be32 v4;
    wire::be16 source_port;
    bool is_v4 = true;
    std::uint8_t dscp = 0;
    AdjacencyId adjacency = kNone<AdjacencyId>;
};

// Sends the packet on from the media address of `through`, the leg that it leaves by. True: it left. False:
// it was dropped, by name. Either way it is settled.
bool depart(core::Worker& w, core::Packet* packet, rings::LegId through, const Exit& exit) noexcept;

}  // namespace strowger::rtp
