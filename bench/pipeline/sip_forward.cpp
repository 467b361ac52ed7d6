// Stateless SIP through the whole worker loop: a ring port in, classify, screen, tokenise, route, rewrite
// with full software checksums, a ring port out; 512 different messages. DESIGN's target: at least 1 million
// messages a second a core for an INVITE of 740 bytes.
#include <benchmark/benchmark.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "classify/reassembly.hpp"
#include "io/eal.hpp"
#include "io/port.hpp"
#include "io/ring_port.hpp"
#include "packet.hpp"
#include "rtp/leg_table.hpp"
#include "sip/screen.hpp"
#include "sip_lines.hpp"
#include "stateless_realms.hpp"
#include "two_realms.hpp"
#include "worker.hpp"

namespace strowger::bench {
namespace {

constexpr std::size_t kMessages = 512;
constexpr std::size_t kBatch = 256;  // messages that wait in the port when the clock starts

// A worker with two ring ports, access and core.
struct Forwarder {
    Forwarder() {
        std::string error;
        DataplaneSpec spec;
        spec.worker_cpus = {-1};
        spec.memory_mb = 128;
        if (!io::start_eal(spec, core::kPacketPrivateSize, error)) std::abort();
        worker.pool = io::make_packet_pool("packets", 8191, core::kPacketPrivateSize, error);
        worker.large_pool = io::make_pool("large", 15, core::kPacketPrivateSize, 65'535, error);
        outside = io::make_packet_pool("outside", 4095, core::kPacketPrivateSize, error);
        worker.legs = &legs;
        worker.reassembly = &reassembly;
        worker.limits = &limits;
        worker.handoff_in = worker.handoff_out = worker.transmit_in = worker.transmit_out = {nullptr};
        for (const char* name : {"access", "core"}) {
            spec.ports.push_back({.name = name, .driver = PortDriver::ring});
            rte_mempool* pool = worker.pool;
            auto port =
                io::Port::open(spec.ports.back(), static_cast<PortId>(ports.size()), {&pool, 1}, error);
            if (port == nullptr) std::abort();
            worker.rx.push_back({static_cast<PortId>(ports.size()), port->ethdev(), 0});
            worker.tx.push_back({.ethdev = port->ethdev(), .queue = 0, .own_queue = true});
            ends.push_back(io::ring_ends(name));
            ports.push_back(std::move(port));
        }
        test::two_realms(tables);
        test::stateless_realms(tables);
        tables.seal();
    }
    void put(std::size_t port, const std::string& frame) {
        rte_mbuf* packet = rte_pktmbuf_alloc(outside);
        std::memcpy(rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())), frame.data(),
                    frame.size());
        rte_ring_enqueue(ends[port].in[0], packet);
    }
    // Frames that left by a port.
    std::vector<std::string> take(std::size_t port) {
        std::vector<std::string> out;
        void* packet = nullptr;
        while (rte_ring_dequeue(ends[port].out[0], &packet) == 0) {
            auto* mbuf = static_cast<rte_mbuf*>(packet);
            out.emplace_back(rte_pktmbuf_mtod(mbuf, const char*), mbuf->data_len);
            rte_pktmbuf_free(mbuf);
        }
        return out;
    }
    std::string pass(std::size_t in, std::size_t out, const std::string& frame) {
        put(in, frame);
        run_once(worker, burst, tables, now);
        const auto left = take(out);
        if (left.size() != 1) std::abort();
        return test::parse(left[0]).payload;
    }

    core::Worker worker;
    rte_mempool* outside = nullptr;
    rtp::LegTable legs{WorkerId{0}, 1};
    classify::Reassembly reassembly;
    sip::SourceLimits limits{1};
    std::vector<std::unique_ptr<io::Port>> ports;
    std::vector<io::RingEnds> ends;
    tables::Tables tables;
    core::Burst burst;
    Nanoseconds now = kSecond;
};

Forwarder& forwarder() {
    static auto* const one = new Forwarder;  // its ports live as long as the EAL
    return *one;
}

// 740 bytes, as a phone sends it.
std::string invite(std::size_t n) {
    const std::string id = std::to_string(100'000 + n);
    const std::string body =
        "v=0\r\no=- 3846 3846 IN IP4 10.10.0.99\r\ns=-\r\nc=IN IP4 10.10.0.99\r\nt=0 0\r\nm=audio 4000 "
        "RTP/AVP 8 0 101\r\n"
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n";
    return test::request(
        "INVITE", "sip:0044" + id + "@lab.example",
        {.branch = "z9hG4bK" + id + "abcdef",
         .call_id = "call-" + id + "-0123456789abcdef@10.10.0.99",
         .extra = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE\r\nSupported: replaces, timer\r\n"
                  "User-Agent: Desk Phone 410/8.2.1 0004f2a1b2c3\r\nSession-Expires: 1800\r\n"
                  "Accept-Language: en-GB, en;q=0.8, de;q=0.5\r\nX-Serial: 00\r\nContent-Type: "
                  "application/sdp\r\n"},
        body);
}

std::string from_access(std::string_view payload) {
    return test::eth().ip("10.10.0.99", "10.10.0.1").udp(5060, 5060).payload(payload).bytes();
}
std::string from_core(std::string_view payload) {
    return test::eth().ip("10.20.0.10", "10.20.0.1").udp(5060, 5060).payload(payload).bytes();
}

struct Load {
    std::size_t in;
    std::vector<std::string> frames;
};

Load requests() {
    Load load{0, {}};
    for (std::size_t i = 0; i < kMessages; ++i) load.frames.push_back(from_access(invite(i)));
    return load;
}

Load responses() {
    Load load{1, {}};
    for (std::size_t i = 0; i < kMessages; ++i)
        load.frames.push_back(from_core(test::response(forwarder().pass(0, 1, from_access(invite(i))), 200)));
    return load;
}

Load in_dialog() {
    Load load{0, {}};
    for (std::size_t i = 0; i < kMessages; ++i) {
        const std::string out = forwarder().pass(0, 1, from_access(invite(i)));
        const auto routes = test::headers(out, "Record-Route");
        load.frames.push_back(from_access(
            test::request("BYE", "sip:0044@10.20.0.10:5060",
                          {.branch = "z9hG4bKbye" + std::to_string(i),
                           .call_id = test::header(out, "Call-ID"),
                           .to_tag = "uas",
                           .extra = "Route: " + routes[1] + "\r\nRoute: " + routes[0] + "\r\n"})));
    }
    return load;
}

// Seconds that this thread has run: a machine that is shared doesn't change the result much.
double thread_time() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void forward(benchmark::State& state, Load (*make)()) {
    Forwarder& f = forwarder();
    const Load load = make();
    std::uint64_t done = 0;
    std::size_t next = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < kBatch; ++i) f.put(load.in, load.frames[next++ % kMessages]);
        f.now += kMillisecond;
        const double from = thread_time();
        for (std::size_t i = 0; i < kBatch; i += core::kBurst) run_once(f.worker, f.burst, f.tables, f.now);
        state.SetIterationTime(thread_time() - from);
        done += f.take(1 - load.in).size();
    }
    if (done != state.iterations() * kBatch) state.SkipWithError("not every message was forwarded");
    state.counters["bytes"] = static_cast<double>(load.frames[0].size() - 42);
    state.counters["ns_a_message"] = benchmark::Counter(
        static_cast<double>(done) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.SetItemsProcessed(static_cast<std::int64_t>(done));
}

BENCHMARK_CAPTURE(forward, request, requests)->UseManualTime()->MinTime(0.5);
BENCHMARK_CAPTURE(forward, response, responses)->UseManualTime()->MinTime(0.5);
BENCHMARK_CAPTURE(forward, in_dialog, in_dialog)->UseManualTime()->MinTime(0.5);

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
