// The digest firewall through the whole worker loop: REGISTERs that are challenged, refused for a wrong
// password, and verified, by MD5 and SHA-256; 512 different phones. The control plane's end of the rings is
// emptied outside the clock.
#include <benchmark/benchmark.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <array>
#include <cstdlib>
#include <cstring>
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
#include "support/digest_phone.hpp"
#include "two_realms.hpp"
#include "worker.hpp"

namespace strowger::bench {
namespace {

constexpr std::size_t kPhones = 512;
constexpr std::size_t kBatch = 256;  // messages that wait in the port when the clock starts

// A worker with one ring port, access, and a million subscribers.
struct Firewall {
    Firewall() {
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
        rte_mempool* pool = worker.pool;
        port = io::Port::open({.name = "access", .driver = PortDriver::ring}, PortId{0}, {&pool, 1}, error);
        if (port == nullptr) std::abort();
        worker.rx.push_back({PortId{0}, port->ethdev(), 0});
        worker.tx.push_back({.ethdev = port->ethdev(), .queue = 0, .own_queue = true});
        ends = io::ring_ends("access");
        test::two_realms(tables);
        test::stateless_realms(tables);
        for (auto& realm : tables.proxy.realms) realm.stateless = false;
        auto known = std::make_shared<tables::Credentials>();
        known->add_domain({"lab.example", 0, 0});
        for (std::size_t i = 0; i < 1'000'000; ++i) {
            const std::string user = std::to_string(1'000'000 + i);
            known->add({.user = user, .password = "secret-{user}"});
        }
        known->seal({1, 2});
        tables.digest.credentials = known;
        tables.digest.clock = std::make_shared<std::atomic<Nanoseconds>>(1'800'000'000 * kSecond);
        tables.digest.offer_sha256 = true;
        tables.digest.realms = {{.authenticates = true, .default_domain = 0}};
        tables.seal();
    }
    void put(const std::string& frame) {
        rte_mbuf* packet = rte_pktmbuf_alloc(outside);
        std::memcpy(rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())), frame.data(),
                    frame.size());
        rte_ring_enqueue(ends.in[0], packet);
    }
    std::vector<std::string> take() {
        std::vector<std::string> out;
        void* packet = nullptr;
        while (rte_ring_dequeue(ends.out[0], &packet) == 0) {
            auto* mbuf = static_cast<rte_mbuf*>(packet);
            out.emplace_back(rte_pktmbuf_mtod(mbuf, const char*), mbuf->data_len);
            rte_pktmbuf_free(mbuf);
        }
        return out;
    }
    // Punts since the last call; how many of them were verified.
    std::size_t verified() {
        std::size_t n = 0;
        rings::Punt punt;
        while (worker.arrivals.pop({&punt, 1}) == 1) {
            n += punt.verified.ok;
            rte_pktmbuf_free(static_cast<rte_mbuf*>(punt.packet));
        }
        return n;
    }

    core::Worker worker;
    rte_mempool* outside = nullptr;
    rtp::LegTable legs{WorkerId{0}, 1};
    classify::Reassembly reassembly;
    sip::SourceLimits limits{1};
    std::unique_ptr<io::Port> port;
    io::RingEnds ends;
    tables::Tables tables;
    core::Burst burst;
    Nanoseconds now = kSecond;
};

Firewall& firewall() {
    static auto* const one = new Firewall;  // its ports live as long as the EAL
    return *one;
}

std::string registration(const std::string& user, std::string credentials) {
    if (!credentials.empty()) {
        credentials.pop_back();
        credentials += "\r\n";
    }
    std::string text = test::request("REGISTER", "sip:lab.example",
                                     {.branch = "z9hG4bK" + user,
                                      .call_id = user + "-0123456789abcdef",
                                      .extra = credentials + "Expires: 3600\r\n"});
    test::replace(text, "sip:1001@", "sip:" + user + "@");
    test::replace(text, "To: <sip:someone@", "To: <sip:" + user + "@");
    return text;
}

std::string frame(std::string_view payload) {
    return test::eth().ip("10.10.0.99", "10.10.0.1").udp(5060, 5060).payload(payload).bytes();
}

enum class Kind { challenged, wrong, verified };

std::vector<std::string> frames(Kind kind, digest::Algorithm algorithm) {
    Firewall& f = firewall();
    std::vector<std::string> out;
    for (std::size_t i = 0; i < kPhones; ++i) {
        test::Phone phone;
        phone.username = std::to_string(1'000'000 + i * 1'953);
        phone.password = kind == Kind::wrong ? "guess" : fmt::format("secret-{}", phone.username);
        phone.algorithm = algorithm;
        const std::string first = frame(registration(phone.username, ""));
        if (kind == Kind::challenged) {
            out.push_back(first);
            continue;
        }
        f.put(first);
        run_once(f.worker, f.burst, f.tables, f.now);
        const auto answer = f.take();
        if (answer.size() != 1 || !phone.take(test::parse(answer[0]).payload)) std::abort();
        out.push_back(frame(registration(phone.username, phone.authorization())));
    }
    return out;
}

// Seconds that this thread has run: a machine that is shared doesn't change the result much.
double thread_time() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void registers(benchmark::State& state, Kind kind, digest::Algorithm algorithm) {
    Firewall& f = firewall();
    const std::vector<std::string> load = frames(kind, algorithm);
    std::uint64_t done = 0;
    std::size_t next = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < kBatch; ++i) f.put(load[next++ % kPhones]);
        f.now += kMicrosecond;
        const double from = thread_time();
        for (std::size_t i = 0; i < kBatch; i += core::kBurst) run_once(f.worker, f.burst, f.tables, f.now);
        state.SetIterationTime(thread_time() - from);
        const std::size_t answered = f.take().size();
        const std::size_t passed = f.verified();
        done += kind == Kind::verified ? passed : answered;
    }
    if (done != state.iterations() * kBatch)
        state.SkipWithError("not every REGISTER was decided as it should be");
    state.counters["ns_a_message"] = benchmark::Counter(
        static_cast<double>(done) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["octets_a_subscriber"] = static_cast<double>(f.tables.digest.credentials->octets()) / 1e6;
    state.SetItemsProcessed(static_cast<std::int64_t>(done));
}

using digest::Algorithm;
BENCHMARK_CAPTURE(registers, challenged, Kind::challenged, Algorithm::md5)->UseManualTime()->MinTime(0.5);
BENCHMARK_CAPTURE(registers, wrong_md5, Kind::wrong, Algorithm::md5)->UseManualTime()->MinTime(0.5);
BENCHMARK_CAPTURE(registers, verified_md5, Kind::verified, Algorithm::md5)->UseManualTime()->MinTime(0.5);
BENCHMARK_CAPTURE(registers, verified_sha256, Kind::verified, Algorithm::sha256)
    ->UseManualTime()
    ->MinTime(0.5);

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
