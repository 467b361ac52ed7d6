// A worker with the small network's two ports, fed with frames and asked what came out of the rtp stage. DPDK
// memory without huge pages; no device: what is sent waits in the worker's TxPath.
#pragma once

#include <rte_eal.h>
#include <rte_mbuf.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/worker.hpp"
#include "rtp/relay.hpp"
#include "rtp/rewrite.hpp"
#include "stage.hpp"

namespace strowger::rtp::test {

using Bytes = std::vector<std::uint8_t>;

inline rte_mempool* packet_pool() {
    static rte_mempool* const pool = [] {
        std::array<std::string, 9> words{"unit", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                                         "-m",   "64",        "--lcores",    "0@0"};
        std::array<char*, 9> arguments{};
        for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
        if (rte_eal_init(static_cast<int>(arguments.size()), arguments.data()) < 0) std::abort();
        return rte_pktmbuf_pool_create("packets", 1023, 0, core::kPacketPrivateSize,
                                       RTE_MBUF_DEFAULT_BUF_SIZE, 0);
    }();
    return pool;
}

// What a frame says, read back independently of the code under test where it matters (checksums:
// rewrite_test).
struct Sent {
    PortId port{};
    wire::Mac destination_mac{};
    wire::Mac source_mac{};
    std::uint16_t vlan = 0;
    std::uint8_t dscp = 0;
    std::uint8_t ttl = 0;
    wire::Endpoint source;
    wire::Endpoint destination;
    Bytes payload;
    std::uint64_t flags = 0;
};

class WireStage {
  public:
    WireStage() {
        w_ = std::make_unique<core::Worker>();
        w_->pool = packet_pool();
        w_->tables = network_.get();
        w_->legs = &legs_;
        w_->tx.resize(2);
        for (auto& path : w_->tx) path.own_queue = true;
        for (std::uint16_t a = 0; a < 3; ++a) legs_.add_address(MediaAddressId{a}, 16384, 32767);
        w_->now = 1000 * kSecond;
    }
    ~WireStage() { (void)take_sent(); }
    WireStage(const WireStage&) = delete;
    WireStage& operator=(const WireStage&) = delete;

    core::Worker& worker() { return *w_; }
    tables::Tables& network() { return *network_; }
    LegRef leg(rings::LegId id) { return legs_.find(id); }
    void pass(Nanoseconds time) { w_->now += time; }
    void command(const rings::Command& c) {
        w_->commands.push(c);
        run_commands(*w_);
    }
    void install_pair() {
        command(Stage::command(kA));
        command(Stage::command(kB));
    }
    std::vector<rings::Event> take_events() {
        std::vector<rings::Event> out(64);
        out.resize(w_->events.pop(out));
        return out;
    }
    [[nodiscard]] std::uint64_t counter(Counter c) const {
        return w_->books.counters[static_cast<std::size_t>(c)];
    }
    [[nodiscard]] std::uint64_t drops(Drop d) const { return w_->books.drops[static_cast<std::size_t>(d)]; }
    [[nodiscard]] std::uint64_t all_drops() const {
        std::uint64_t n = 0;
        for (const auto d : w_->books.drops) n += d;
        return n;
    }

    // A frame as it would lie after classify. Owned by the caller until it is run.
    core::Packet* packet(rings::LegId to, const char* from, const Bytes& payload, std::uint8_t ttl = 64) {
        core::Packet* p = rte_pktmbuf_alloc(packet_pool());
        const auto& local = network_->media_addresses[index(to.address)];
        Path path;
        path.source_mac = {9, 9, 9, 9, 9, 9};
        path.destination_mac = network_->interfaces[index(local.interface)].mac;
        path.vlan = network_->interfaces[index(local.interface)].vlan;
        path.ttl = ttl;
        path.is_v4 = local.address.is_v4();
        path.source_v6 = endpoint(from).address;
        path.source_v4 = path.source_v6.v4();
        path.source_port = endpoint(from).port;
        path.destination_v6 = local.address;
        path.destination_v4 = local.address.v4();
        path.destination_port = wire::be16::from_host(to.port);
        const auto headers = headers_length(path);
        auto* frame = reinterpret_cast<std::uint8_t*>(
            rte_pktmbuf_append(p, static_cast<std::uint16_t>(headers + payload.size())));
        std::memcpy(frame + headers, payload.data(), payload.size());
        write_headers(frame + headers, static_cast<std::uint16_t>(payload.size()), path, {});
        auto& info = core::info_of(p);
        info = {};
        info.lane = core::Lane::media;
        info.l3_offset = path.vlan != 0 ? 18 : 14;
        info.payload_offset = static_cast<std::uint8_t>(headers);
        info.l4_offset = static_cast<std::uint8_t>(headers - 8);
        info.is_v4 = path.is_v4;
        info.interface = local.interface;
        info.port = network_->interfaces[index(local.interface)].port;
        info.realm = local.realm;
        info.media_address = to.address;
        info.payload_length = static_cast<std::uint16_t>(payload.size());
        info.source = endpoint(from);
        info.destination = {local.address, path.destination_port};
        return p;
    }
    void run_packet(core::Packet* p) {
        core::Burst burst;
        burst.count = 1;
        burst.packets[0] = p;
        burst.now = w_->now;
        run(*w_, burst);
    }
    // One packet in; what came out, if anything.
    std::optional<Sent> in(rings::LegId to, const char* from, const Bytes& payload, std::uint8_t ttl = 64) {
        run_packet(packet(to, from, payload, ttl));
        auto sent = take_sent();
        if (sent.empty()) return std::nullopt;
        return sent.front();
    }
    std::vector<Sent> take_sent() {
        std::vector<Sent> all;
        for (std::size_t port = 0; port < w_->tx.size(); ++port) {
            auto& path = w_->tx[port];
            for (std::uint16_t i = 0; i < path.pending; ++i) {
                all.push_back(read(static_cast<PortId>(port), path.packets[i]));
                rte_pktmbuf_free(path.packets[i]);
            }
            path.pending = 0;
        }
        return all;
    }

  private:
    static Sent read(PortId port, core::Packet* p) {
        const auto* at = rte_pktmbuf_mtod(p, const std::uint8_t*);
        Sent s;
        s.port = port;
        s.flags = p->ol_flags;
        std::memcpy(s.destination_mac.data(), at, 6);
        std::memcpy(s.source_mac.data(), at + 6, 6);
        at += 12;
        if (at[0] == 0x81) {
            s.vlan = static_cast<std::uint16_t>(at[2] << 8 | at[3]);
            at += 4;
        }
        const bool v4 = at[0] == 0x08;
        at += 2;
        s.ttl = at[v4 ? 8 : 7];
        s.dscp = static_cast<std::uint8_t>(v4 ? at[1] >> 2 : ((at[0] & 15) << 4 | at[1] >> 4) >> 2);
        std::uint32_t word;
        if (v4) {
            std::memcpy(&word, at + 12, 4);
            s.source.address = wire::IpAddress::from_v4(wire::be32::from_wire(word));
            std::memcpy(&word, at + 16, 4);
            s.destination.address = wire::IpAddress::from_v4(wire::be32::from_wire(word));
        } else {
            s.source.address = wire::IpAddress::from_v6(at + 8);
            s.destination.address = wire::IpAddress::from_v6(at + 24);
        }
        at += v4 ? 20 : 40;
        s.source.port = wire::be16::from_host(static_cast<std::uint16_t>(at[0] << 8 | at[1]));
        s.destination.port = wire::be16::from_host(static_cast<std::uint16_t>(at[2] << 8 | at[3]));
        s.payload.assign(at + 8, rte_pktmbuf_mtod(p, const std::uint8_t*) + p->data_len);
        return s;
    }

    std::unique_ptr<tables::Tables> network_ = small_network();
    LegTable legs_{WorkerId{0}, 1};
    std::unique_ptr<core::Worker> w_;
};

inline Bytes rtp(std::uint16_t sequence, std::uint32_t ssrc = 7, std::uint8_t payload_type = 8,
                 std::size_t octets = 160) {
    Bytes b{0x80, payload_type, static_cast<std::uint8_t>(sequence >> 8),
            static_cast<std::uint8_t>(sequence)};
    for (const std::uint32_t v : {sequence * 160u, ssrc})
        for (int shift = 24; shift >= 0; shift -= 8) b.push_back(static_cast<std::uint8_t>(v >> shift));
    for (std::size_t i = 0; i < octets; ++i) b.push_back(static_cast<std::uint8_t>(i * 7));
    return b;
}

}  // namespace strowger::rtp::test
