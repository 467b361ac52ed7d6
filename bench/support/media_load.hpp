// Legs in pairs and packets for them, for the benchmarks of media.
#pragma once

#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "rtp/commands.hpp"
#include "rtp/relay.hpp"
#include "rtp/rewrite.hpp"
#include "support/ring_worker.hpp"

namespace strowger::bench {

inline constexpr std::uint16_t kLow = 16384;
inline constexpr std::uint16_t kHigh = 32767;
inline constexpr std::uint32_t kPerAddress = (kHigh - kLow + 1) / 2;
inline constexpr std::size_t kPackets = 256;
inline constexpr std::uint16_t kPayload = 172;  // RTP header and 20 ms of G.711
inline constexpr Nanoseconds kStart = 1000 * kSecond;

inline wire::IpAddress v4(std::uint32_t host) {
    return wire::IpAddress::from_v4(wire::be32::from_host(host));
}

// `count` legs (a multiple of 4) in pairs over as many media addresses as they need, each with its own
// remote, on the workers that own their ports. A pair is on one worker, as port pools give them out.
struct MediaLoad {
    MediaLoad(std::uint32_t count, const std::vector<core::Worker*>& workers)
        : sequence(count, 0), flip(workers.size() == 1 ? 1 : 2) {
        const std::uint32_t addresses = (count + kPerAddress - 1) / kPerAddress;
        tables.interfaces = {{PortId{0}, 0, 1500, {2, 0, 0, 0, 0, 1}, 1}};
        tables.routes.build({}, {{InterfaceId{0}, true, {4, 0, 0, 0, 0, 1}, v4(0x0a000001)}});
        for (std::uint32_t a = 0; a < addresses; ++a)
            tables.media_addresses.push_back({RealmId{0}, InterfaceId{0}, v4(0x0a010000 + a), kLow, kHigh});
        tables.seal();
        for (core::Worker* worker : workers) {
            worker->tables = &tables;
            for (std::uint32_t a = 0; a < addresses; ++a)
                if (!worker->legs->add_address(static_cast<MediaAddressId>(a), kLow, kHigh)) std::abort();
        }
        for (std::uint32_t i = 0; i < count; ++i) {
            core::Worker& worker = *workers[owner(i, workers.size())];
            rtp::Context context{*worker.legs, &tables, worker.events, worker.books, kStart};
            rings::Command c;
            c.leg = leg_id(i);
            c.peer = leg_id(i ^ flip);
            c.remote_rtp = remote(i);
            c.nat = rings::NatMode::off;
            c.adjacency = AdjacencyId{0};
            rtp::apply(context, c);
        }
        for (auto& packet : packets) packet = make();
        for (std::uint32_t i = 0; i < count; ++i) first_packet(*workers[owner(i, workers.size())], i);
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
    static std::size_t owner(std::uint32_t i, std::size_t workers) { return (leg_id(i).port >> 1) % workers; }
    static wire::Endpoint remote(std::uint32_t i) {
        return {v4(0xc6000000 + i), wire::be16::from_host(static_cast<std::uint16_t>(4000 + i % 50'000))};
    }
    static core::Packet* make() {
        core::Packet* p = rte_pktmbuf_alloc(memory().outside);
        auto* frame = reinterpret_cast<std::uint8_t*>(rte_pktmbuf_append(p, 42 + kPayload));
        std::memset(frame, 0x55, 42 + kPayload);
        frame[42] = 0x80;
        frame[43] = 8;
        return p;
    }
    // The next packet of leg i, as classify leaves it.
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
    // The same as the wire brings it: a whole frame, of which nothing is known.
    void arrive(core::Packet* p, std::uint32_t i) {
        prepare(p, i);
        core::PacketInfo& info = core::info_of(p);
        rtp::Path path;
        path.source_mac = {4, 0, 0, 0, 0, 1};
        path.destination_mac = {2, 0, 0, 0, 0, 1};
        path.source_v4 = info.source.address.v4();
        path.source_port = info.source.port;
        path.destination_v4 = info.destination.address.v4();
        path.destination_port = info.destination.port;
        rtp::write_headers(rte_pktmbuf_mtod_offset(p, std::uint8_t*, 42), kPayload, path, {});
        info = {};
    }

    tables::Tables tables;
    std::vector<std::uint16_t> sequence;
    std::uint32_t flip;  // a leg's peer is the one with this bit of its number changed
    std::array<core::Packet*, kPackets> packets{};

  private:
    // Each leg's first packet is not its ordinary one.
    void first_packet(core::Worker& worker, std::uint32_t i) {
        const core::TxPath kept = worker.tx[0];
        worker.tx[0].own_queue = true;
        prepare(packets[0], i);
        core::Burst burst;
        burst.now = kStart;
        burst.count = 1;
        burst.packets[0] = packets[0];
        rtp::run(worker, burst);
        if (worker.tx[0].pending != 1) std::abort();
        worker.tx[0] = kept;
    }
};

}  // namespace strowger::bench
