// Legs in pairs and packets for them, for the benchmarks of media.
#pragma once

#include <rte_eal.h>
#include <rte_mbuf.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "core/worker.hpp"
#include "rtp/commands.hpp"
#include "rtp/leg_table.hpp"
#include "rtp/relay.hpp"
#include "rtp/rewrite.hpp"

namespace strowger::bench {

inline constexpr std::uint16_t kLow = 16384;
inline constexpr std::uint16_t kHigh = 32767;
inline constexpr std::uint32_t kPerAddress = (kHigh - kLow + 1) / 2;
inline constexpr std::size_t kPackets = 32;
inline constexpr std::size_t kBursts = 8;
inline constexpr std::uint16_t kPayload = 172;  // 20 ms of G.711
inline constexpr Nanoseconds kStart = 1000 * kSecond;

inline rte_mempool* packet_pool() {
    static rte_mempool* const pool = [] {
        std::array<std::string, 7> words{"bench",          "--no-huge", "--no-shconf", "--no-pci",
                                         "--no-telemetry", "-m",        "64"};
        std::array<char*, 7> arguments{};
        for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
        if (rte_eal_init(static_cast<int>(arguments.size()), arguments.data()) < 0) std::abort();
        return rte_pktmbuf_pool_create("packets", 1023, 0, core::kPacketPrivateSize,
                                       RTE_MBUF_DEFAULT_BUF_SIZE, 0);
    }();
    return pool;
}

inline wire::IpAddress v4(std::uint32_t host) {
    return wire::IpAddress::from_v4(wire::be32::from_host(host));
}

// `count` legs in pairs over as many media addresses as they need, each with its own remote.
struct MediaLoad {
    explicit MediaLoad(std::uint32_t count) : sequence(count, 0) {
        const std::uint32_t addresses = (count + kPerAddress - 1) / kPerAddress;
        tables.interfaces = {{PortId{0}, 0, 1500, {2, 0, 0, 0, 0, 1}, 1}};
        tables.routes.build({}, {{InterfaceId{0}, true, {4, 0, 0, 0, 0, 1}, v4(0x0a000001)}});
        for (std::uint32_t a = 0; a < addresses; ++a) {
            tables.media_addresses.push_back({RealmId{0}, InterfaceId{0}, v4(0x0a010000 + a), kLow, kHigh});
            if (!legs.add_address(static_cast<MediaAddressId>(a), kLow, kHigh)) std::abort();
        }
        worker->pool = packet_pool();
        worker->tables = &tables;
        worker->legs = &legs;
        worker->tx.resize(1);
        worker->tx[0].own_queue = true;
        rtp::Context context{legs, &tables, worker->events, worker->books, kStart};
        for (std::uint32_t i = 0; i < count; ++i) {
            rings::Command c;
            c.leg = leg_id(i);
            c.peer = leg_id(i ^ 1);
            c.remote_rtp = remote(i);
            c.nat = rings::NatMode::off;
            c.adjacency = AdjacencyId{0};
            rtp::apply(context, c);
        }
        for (auto& packet : packets) packet = make();
        // Each leg's first packet is not its ordinary one.
        core::Burst burst;
        burst.now = kStart;
        for (std::uint32_t i = 0; i < count; ++i) {
            prepare(packets[0], i);
            burst.count = 1;
            burst.packets[0] = packets[0];
            rtp::run(*worker, burst);
            worker->tx[0].pending = 0;
        }
    }
    ~MediaLoad() {
        for (auto* packet : packets) rte_pktmbuf_free(packet);
    }
    MediaLoad(const MediaLoad&) = delete;
    MediaLoad& operator=(const MediaLoad&) = delete;

    static rings::LegId leg_id(std::uint32_t i) {
        return {static_cast<MediaAddressId>(i / kPerAddress),
                static_cast<std::uint16_t>(kLow + i % kPerAddress * 2)};
    }
    static wire::Endpoint remote(std::uint32_t i) {
        return {v4(0xc6000000 + i), wire::be16::from_host(static_cast<std::uint16_t>(4000 + i % 50'000))};
    }
    static core::Packet* make() {
        core::Packet* p = rte_pktmbuf_alloc(packet_pool());
        auto* frame = reinterpret_cast<std::uint8_t*>(rte_pktmbuf_append(p, 42 + kPayload));
        std::memset(frame, 0x55, 42 + kPayload);
        frame[42] = 0x80;
        frame[43] = 8;
        return p;
    }
    // A packet of leg i, as classify leaves it.
    void prepare(core::Packet* p, std::uint32_t i) {
        auto* frame = rte_pktmbuf_mtod(p, std::uint8_t*);
        frame[22] = 64;
        const auto number = wire::be16::from_host(++sequence[i]);
        const auto timestamp = wire::be32::from_host(sequence[i] * 160u);
        const auto ssrc = wire::be32::from_host(i + 1);
        std::memcpy(frame + 44, &number, 2);
        std::memcpy(frame + 46, &timestamp, 4);
        std::memcpy(frame + 50, &ssrc, 4);
        core::PacketInfo& info = core::info_of(p);
        info = {};
        info.lane = core::Lane::media;
        info.l3_offset = 14;
        info.l4_offset = 34;
        info.payload_offset = 42;
        info.payload_length = kPayload;
        info.media_address = leg_id(i).address;
        info.source = remote(i);
        info.destination = {tables.media_addresses[index(info.media_address)].address,
                            wire::be16::from_host(leg_id(i).port)};
    }

    tables::Tables tables;
    rtp::LegTable legs{WorkerId{0}, 1};
    std::unique_ptr<core::Worker> worker = std::make_unique<core::Worker>();
    std::vector<std::uint16_t> sequence;
    std::array<core::Packet*, kPackets * kBursts> packets{};
};

}  // namespace strowger::bench
