// Two workers and two ports of one queue each: every packet crosses from the worker that reads to the worker
// that owns, and from there to the worker that writes.
#include <gtest/gtest.h>
#include <poll.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <chrono>
#include <functional>
#include <map>

#include "io/ring_port.hpp"
#include "packet.hpp"
#include "race_detector.hpp"
#include "sip_lines.hpp"
#include "stateless_realms.hpp"
#include "strowger/dataplane.hpp"
#include "two_realms.hpp"

namespace strowger::test {
namespace {

constexpr int kWorkers = 2;

rte_mempool* pool() {
    return rte_mempool_lookup("packets0");
}

wire::Endpoint endpoint(const char* text) {
    return *wire::parse_endpoint(text);
}

std::string rtp(std::uint16_t sequence) {
    return std::string{'\x80', '\x08', static_cast<char>(sequence >> 8), static_cast<char>(sequence)} +
           std::string(7, '\0') + "s" + std::string(160, 'x');
}

// One engine for all tests: DPDK starts once a process.
class EngineTest : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        DataplaneSpec spec;
        for (const char* name : {"access", "core"}) {
            PortSpec port;
            port.name = name;
            port.driver = PortDriver::ring;
            port.descriptors = 1024;
            spec.ports.push_back(port);
        }
        spec.worker_cpus.assign(kWorkers, -1);
        spec.packet_buffers = 4096;
        std::string error;
        engine = start_dataplane(spec, error);
        ASSERT_NE(engine, nullptr) << error;
        leave_packets_to_dpdk();
        publish(1);
    }
    static void TearDownTestSuite() { engine.reset(); }
    static void publish(std::uint64_t version) {
        auto next = std::make_unique<tables::Tables>();
        two_realms(*next);
        next->version = version;
        next->seal();
        engine->publish(std::move(next));
    }
    static void put(const char* port, const Frame& frame) {
        const std::string bytes = frame.bytes();
        rte_mbuf* packet = rte_pktmbuf_alloc(pool());
        ASSERT_NE(packet, nullptr);
        std::memcpy(rte_pktmbuf_append(packet, static_cast<std::uint16_t>(bytes.size())), bytes.data(),
                    bytes.size());
        ASSERT_EQ(rte_ring_enqueue(io::ring_ends(port).in[0], packet), 0);
    }
    // What left through the port, up to `count` frames: as many as come in time.
    static std::vector<Parsed> take(const char* port, std::size_t count) {
        std::vector<Parsed> out;
        until([&] {
            void* packet = nullptr;
            while (out.size() < count && rte_ring_dequeue(io::ring_ends(port).out[0], &packet) == 0) {
                auto* frame = static_cast<rte_mbuf*>(packet);
                out.push_back(parse({rte_pktmbuf_mtod(frame, const char*), frame->data_len}));
                rte_pktmbuf_free(frame);
            }
            return out.size() == count;
        });
        return out;
    }
    static bool until(const std::function<bool()>& happened) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!happened())
            if (std::chrono::steady_clock::now() > deadline) return false;
        return true;
    }
    // Sleeps on the engine's descriptor as the control thread does, until something is there.
    static std::vector<rings::Punt> punts(std::size_t count) {
        std::vector<rings::Punt> out;
        until([&] {
            std::array<rings::Punt, 32> some;
            const std::size_t n = engine->punts(some);
            out.insert(out.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(n));
            if (n == 0 && out.size() < count && engine->arm()) {
                pollfd wake{.fd = engine->wake_fd(), .events = POLLIN, .revents = 0};
                ::poll(&wake, 1, 20'000);
            }
            return out.size() >= count;
        });
        return out;
    }
    static std::uint64_t total(Counter counter) {
        std::uint64_t sum = 0;
        for (int w = 0; w < kWorkers; ++w)
            sum += read_relaxed(
                engine->counters(static_cast<WorkerId>(w)).counters[static_cast<std::size_t>(counter)]);
        return sum;
    }
    static void install(std::uint16_t access_port, std::uint16_t core_port) {
        rings::Command a;
        a.leg = {MediaAddressId{0}, access_port};
        a.peer = {MediaAddressId{2}, core_port};
        a.remote_rtp = endpoint("10.10.0.99:4000");
        a.signalling = a.remote_rtp.address;
        rings::Command b;
        b.leg = a.peer;
        b.peer = a.leg;
        b.remote_rtp = endpoint("10.20.0.10:5000");
        b.signalling = b.remote_rtp.address;
        const std::uint64_t before = total(Counter::worker_commands);
        ASSERT_TRUE(engine->command(a));
        ASSERT_TRUE(engine->command(b));
        ASSERT_TRUE(until([&] { return total(Counter::worker_commands) == before + 2; }));
    }
    static inline std::unique_ptr<Dataplane> engine;
};

TEST_F(EngineTest, PortsAreWhatTheyWereAskedToBe) {
    const auto ports = engine->ports();
    ASSERT_EQ(ports.size(), 2u);
    EXPECT_EQ(ports[0].name, "access");
    EXPECT_EQ(ports[1].driver, "ring");
    EXPECT_EQ(engine->workers(), 2u);
}

TEST_F(EngineTest, MessagesOfEveryPortReachTheControlPlane) {
    const std::string text =
        "OPTIONS sip:lab.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.99;branch=z9hG4bKx\r\n"
        "From: <sip:1001@lab.example>;tag=a\r\nTo: <sip:lab.example>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n";
    put("access", eth().ip("10.10.0.99", "10.10.0.1").udp(5060, 5060).payload(text));
    put("core", eth().ip("10.20.0.10", "10.20.0.1").udp(5060, 5060).payload(text));
    const auto got = punts(2);
    ASSERT_EQ(got.size(), 2u);
    EXPECT_NE(got[0].worker, got[1].worker) << "each port is read by a worker of its own";
    for (const rings::Punt& punt : got) EXPECT_EQ(std::string(punt.data, punt.length), text);
    engine->release(got);
}

// 16384 is worker 0's and 16386 worker 1's, whichever port a packet comes in at and leaves by.
TEST_F(EngineTest, MediaFindsItsOwnerAndItsWayOut) {
    constexpr int kPackets = 200;
    for (const std::uint16_t port : {std::uint16_t{16384}, std::uint16_t{16386}}) {
        install(port, static_cast<std::uint16_t>(port + 1000));
        for (std::uint16_t i = 0; i < kPackets; ++i)
            put("access", eth().ip("10.10.0.99", "10.10.0.1").udp(4000, port).payload(rtp(i)));
        const auto out = take("core", kPackets);
        ASSERT_EQ(out.size(), static_cast<std::size_t>(kPackets));
        for (std::uint16_t i = 0; i < kPackets; ++i) {
            EXPECT_EQ(out[i].error, "");
            EXPECT_EQ(out[i].destination, endpoint("10.20.0.10:5000"));
            EXPECT_EQ(out[i].payload, rtp(i)) << "in order";
        }
        put("core", eth()
                        .ip("10.20.0.10", "10.20.0.1")
                        .udp(5000, static_cast<std::uint16_t>(port + 1000))
                        .payload(rtp(7)));
        const auto back = take("access", 1);
        ASSERT_EQ(back.size(), 1u);
        EXPECT_EQ(back[0].payload, rtp(7));
    }
    // The access port is worker 0's and the core port worker 1's: the second leg's packets crossed on the way
    // in.
    EXPECT_GE(total(Counter::handoff_packets), static_cast<std::uint64_t>(kPackets));
}

TEST_F(EngineTest, DatagramsOfTheControlPlaneLeaveAndTheirTokensComeBack) {
    const std::string text = "a message";
    int token = 0;
    for (const auto& [from, to, interface, adjacency, port] :
         {std::tuple{"10.10.0.1:5060", "10.10.0.99:5070", 0, 1u, "access"},
          std::tuple{"[fd10:b::1]:5060", "[fd10:b::10]:5070", 1, 6u, "core"}}) {
        ASSERT_TRUE(engine->send({.source = endpoint(from),
                                  .destination = endpoint(to),
                                  .interface = static_cast<InterfaceId>(interface),
                                  .adjacency = AdjacencyId{adjacency},
                                  .data = text.data(),
                                  .length = static_cast<std::uint32_t>(text.size()),
                                  .token = &token}));
        const auto out = take(port, 1);
        ASSERT_EQ(out.size(), 1u);
        EXPECT_EQ(out[0].error, "");
        EXPECT_EQ(out[0].destination, endpoint(to));
        EXPECT_EQ(out[0].payload, text);
        void* back = nullptr;
        EXPECT_TRUE(until([&] { return engine->sent({&back, 1}) == 1; }));
        EXPECT_EQ(back, &token);
    }
}

TEST_F(EngineTest, WhatTheKernelPutTogetherEntersAsIfAWorkerHadReceivedIt) {
    std::string text =
        "OPTIONS sip:lab.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.99;branch=z9hG4bKbig\r\n"
        "From: <sip:1001@lab.example>;tag=a\r\nTo: <sip:lab.example>\r\nCall-ID: big\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 6000\r\n\r\n";
    text += std::string(6000, 'b');
    ASSERT_TRUE(engine->inject(endpoint("10.10.0.99:5060"), endpoint("10.10.0.1:5060"), InterfaceId{0},
                               {text.data(), text.size()}));
    const auto got = punts(1);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(std::string(got[0].data, got[0].length), text);
    EXPECT_EQ(got[0].source, endpoint("10.10.0.99:5060"));
    engine->release(got);
    EXPECT_FALSE(engine->inject(endpoint("10.10.0.99:5060"), endpoint("10.10.0.1:5999"), InterfaceId{0},
                                {text.data(), text.size()}))
        << "nobody listens there";
}

TEST_F(EngineTest, TablesAreReplacedWhileTrafficFlows) {
    install(16400, 17400);
    for (std::uint16_t i = 0; i < 100; ++i) {
        publish(2u + i);
        put("access", eth().ip("10.10.0.99", "10.10.0.1").udp(4000, 16400).payload(rtp(i)));
    }
    EXPECT_EQ(take("core", 100).size(), 100u);
}

// Two workers forward, hidden and not, while configurations, registrations and the health of trunk targets
// change.
TEST_F(EngineTest, StatelessCallsAreForwardedWhileTablesChange) {
    const auto contacts = std::make_shared<tables::Locations>(HashKey{1, 2});
    const std::uint64_t before = total(Counter::route_requests);
    constexpr int kRounds = 60;
    constexpr int kCalls = 16;
    std::vector<Parsed> asked;
    for (int round = 0; round < kRounds; ++round) {
        auto next = std::make_unique<tables::Tables>();
        two_realms(*next);
        stateless_realms(*next);
        next->version = 1000u + static_cast<unsigned>(round);
        next->proxy.locations = contacts;
        for (tables::ProxyRealm& realm : next->proxy.realms) realm.hides = round % 3 != 0;
        next->seal();
        const tables::Proxy* live = &next->proxy;
        engine->publish(std::move(next));
        contacts->put("1002@lab.example", {.uri = round % 2 == 0 ? "sip:1002@10.10.0.99:5070"
                                                                 : "sip:longer-name@10.10.0.99:5070;x=y",
                                           .listener = ListenerId{0},
                                           .remote = endpoint("10.10.0.99:5070"),
                                           .expires = INT64_MAX});
        // What was asked under the tables before is answered under these.
        for (const Parsed& frame : asked)
            put("core", eth()
                            .ip(wire::to_string(frame.destination.address).c_str(), "10.20.0.1")
                            .udp(5060, 5060)
                            .payload(response(frame.payload, 200)));
        const auto answers = take("access", asked.size());
        ASSERT_EQ(answers.size(), asked.size());
        for (const Parsed& frame : answers) {
            EXPECT_EQ(wire::to_string(frame.destination), "10.10.0.99:5060");
            EXPECT_EQ(headers(frame.payload, "Via").size(), 1u) << frame.payload;
        }
        for (int i = 0; i < kCalls; ++i) {
            const std::string id = std::to_string(round * kCalls + i);
            const RequestOptions call{.branch = "z9hG4bK" + id, .call_id = "call-" + id};
            put("access", eth()
                              .ip("10.10.0.99", "10.10.0.1")
                              .udp(5060, 5060)
                              .payload(request("INVITE", "sip:0044@lab.example", call)));
            put("core", eth()
                            .ip("10.20.0.10", "10.20.0.1")
                            .udp(5060, 5060)
                            .payload(request("INVITE", "sip:1002@lab.example", call)));
            live->trunks[1].set_down(static_cast<std::size_t>(i % 2), i % 4 == 1);
        }
        asked = take("core", kCalls);
        ASSERT_EQ(asked.size(), static_cast<std::size_t>(kCalls));
        ASSERT_EQ(take("access", kCalls).size(), static_cast<std::size_t>(kCalls));
    }
    EXPECT_EQ(total(Counter::route_requests) - before, 2u * kRounds * kCalls);
    publish(2000);
}

TEST_F(EngineTest, TheBooksBalanceOverAllWorkers) {
    // In peace: nothing is on its way between two rings.
    const auto sum = [&] {
        std::uint64_t drops = 0;
        for (int w = 0; w < kWorkers; ++w)
            for (const auto& cell : engine->counters(static_cast<WorkerId>(w)).drops)
                drops += read_relaxed(cell);
        return std::pair{total(Counter::rx_packets) + total(Counter::worker_originated),
                         total(Counter::tx_packets) + total(Counter::worker_consumed) +
                             total(Counter::worker_punted) + total(Counter::worker_to_kernel) + drops};
    };
    EXPECT_TRUE(until([&] {
        const auto [in, out] = sum();
        return in == out && in != 0;
    })) << sum().first
        << " came and " << sum().second << " went";
}

}  // namespace
}  // namespace strowger::test
