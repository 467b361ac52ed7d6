// What a worker knows of one packet beside its bytes. Lies in the mbuf's private area, so that it travels
// with the packet through hand-off rings and punts.
#pragma once

#include <rte_mbuf.h>

#include <cstdint>

#include "strowger/ids.hpp"
#include "strowger/rings/punt.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::core {

// Which stage a packet goes to. Set by classify.
enum class Lane : std::uint8_t { none, sip, media, done };

// Filled by classify; stages read it. Offsets are from the first byte of the frame.
struct PacketInfo {
    Lane lane = Lane::none;
    std::uint8_t l3_offset = 0;
    std::uint8_t l4_offset = 0;
    std::uint8_t payload_offset = 0;  // UDP payload
    bool is_v4 = true;
    bool from_kernel = false;  // came through a socket of the kernel: there is no frame, only a payload
    PortId port{};
    InterfaceId interface {};
    RealmId realm{};
    ListenerId listener{};
    MediaAddressId media_address{};
    std::uint16_t payload_length = 0;
    wire::Endpoint source;
    wire::Endpoint destination;
    Nanoseconds received = 0;
};

// The mbuf's private area. What follows `info` is written by the SIP stage only.
struct PacketPrivate {
    PacketInfo info;
    bool authenticated = false;  // right credentials; `verified` says which, unless they held escapes
    rings::Verified verified;
    wire::SipView view;
};
inline constexpr std::uint16_t kPacketPrivateSize = static_cast<std::uint16_t>(
    (sizeof(PacketPrivate) + RTE_MBUF_PRIV_ALIGN - 1) & ~(RTE_MBUF_PRIV_ALIGN - 1));

using Packet = rte_mbuf;

inline PacketPrivate& private_of(Packet* packet) {
    return *static_cast<PacketPrivate*>(rte_mbuf_to_priv(packet));
}
inline PacketInfo& info_of(Packet* packet) {
    return private_of(packet).info;
}
inline char* frame_of(Packet* packet) {
    return rte_pktmbuf_mtod(packet, char*);
}
inline char* payload_of(Packet* packet) {
    return frame_of(packet) + info_of(packet).payload_offset;
}

}  // namespace strowger::core
