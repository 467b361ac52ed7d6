// What `strowger why` is asked about: the first packet of a capture file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "strowger/wire/ip.hpp"

namespace strowger::observe {

struct CapturedPacket {
    std::string_view link;     // link header, Ethernet only; empty: the file holds none that we could use
    std::string_view network;  // IP header and what follows
    std::uint16_t vlan = 0;    // 0: untagged

    // Of an unfragmented UDP datagram without IP extension headers; else the payload is empty.
    wire::Endpoint source;
    wire::Endpoint destination;
    std::string_view payload;
};

// True: `bytes` is a capture file (pcap of either byte order, or pcapng), and either `out` is its first
// packet, viewed in `bytes`, or `error` says what is wrong with it. Link types: Ethernet, raw IP, and Linux
// cooked (what `tcpdump -i any` writes), version 1 and 2.
[[nodiscard]] bool read_capture(std::string_view bytes, CapturedPacket& out, std::string& error);

}  // namespace strowger::observe
