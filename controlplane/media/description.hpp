// What a media session needs of one side's session description, line by line, as plain data.
#pragma once

#include <cstdint>
#include <vector>

#include "strowger/codecs.hpp"
#include "strowger/rings/command.hpp"
#include "strowger/wire/ip.hpp"
#include "strowger/wire/sdp.hpp"

namespace strowger::media {

// One m= line.
struct StreamDescription {
    rings::LegKind kind = rings::LegKind::rtp;
    bool relayable = true;  // over UDP; false: TCP and other protocols that the workers do not carry
    bool active = false;    // port is not 0
    bool sends = true;      // a=sendrecv or sendonly
    bool receives = true;   // a=sendrecv or recvonly, and an address that is not 0.0.0.0
    bool rtcp_mux = false;
    bool audio = false;
    bool secured = false;  // RTP/SAVP and the like: keys travel in the description, packets are opaque
    Codec codec = Codec::unknown;  // of the first format
    std::uint8_t clock_khz = 8;
    std::uint8_t telephone_event = 0xff;
    wire::Endpoint rtp;  // port 0: none
    wire::Endpoint rtcp;
    char codec_name[16] = {};  // of the first format, for call records

    // Both ways open: neither side has put the other on hold.
    [[nodiscard]] bool held() const { return active && !(sends && receives); }
};

// Replaces `out` by the description's lines, in order.
void describe(const wire::Sdp& sdp, std::vector<StreamDescription>& out);

}  // namespace strowger::media
