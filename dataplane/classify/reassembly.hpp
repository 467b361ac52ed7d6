// IP fragments of UDP datagrams to our addresses, put together in one piece (RFC 791, RFC 8200 4.5, RFC
// 5722). On AF_XDP ports the kernel does this; here it is done for ports that DPDK owns.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>

#include "core/worker.hpp"

namespace strowger::classify {

// Datagrams of one worker that are not whole yet. Bounded in number and in time; a fragment that overlaps
// another ends its datagram.
class Reassembly {
  public:
    static constexpr std::size_t kDatagrams = 64;
    static constexpr Nanoseconds kPatience = 2 * kSecond;
    static constexpr std::size_t kUnits = 8192;  // of 8 bytes: 64 KB

    struct Key {
        InterfaceId interface {};
        wire::IpAddress source;
        wire::IpAddress destination;
        std::uint32_t identification = 0;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Datagram {
        Key key;
        core::Packet* packet = nullptr;  // null: the slot is free
        Nanoseconds deadline = 0;
        std::uint32_t octets = 0;    // received
        std::uint32_t total = 0;     // 0: the last fragment has not come
        std::uint32_t end = 0;       // of the furthest fragment
        std::uint8_t l3_offset = 0;  // of the first fragment
        std::uint16_t header = 0;    // bytes of Ethernet and IP before the data; 0: the first has not come
        std::bitset<kUnits> units;
    };
    std::array<Datagram, kDatagrams> datagrams{};
    std::size_t live = 0;
};

// Takes a fragment whose info holds its addresses and l3_offset. Returns the whole datagram, as a frame with
// one IP header, when this was the last piece missing; null otherwise. The fragment is settled.
[[nodiscard]] core::Packet* reassemble(core::Worker& w, core::Packet* fragment) noexcept;

// Drops datagrams whose time is up. Call once a loop.
void sweep(core::Worker& w) noexcept;

}  // namespace strowger::classify
