// The digest firewall through the whole worker loop: REGISTERs that are challenged, refused for a wrong
// password, and verified, by MD5 and SHA-256; 512 different phones of as many subscribers as the row says. The
// control plane's end of the rings is emptied outside the clock.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "packet.hpp"
#include "sip_lines.hpp"
#include "stateless_realms.hpp"
#include "support/clock.hpp"
#include "support/digest_phone.hpp"
#include "support/ring_worker.hpp"
#include "two_realms.hpp"

namespace strowger::bench {
namespace {

constexpr std::size_t kPhones = 512;
constexpr std::size_t kBatch = 256;  // messages that wait in the port when the clock starts
constexpr std::size_t kFirstUser = 1'000'000;

// A worker whose access realm authenticates.
struct Firewall : RingWorker {
    explicit Firewall(std::size_t count) : subscribers(count) {
        test::two_realms(tables);
        test::stateless_realms(tables);
        for (auto& realm : tables.proxy.realms) realm.stateless = false;
        auto known = std::make_shared<tables::Credentials>();
        known->add_domain({"lab.example", 0, 0});
        for (std::size_t i = 0; i < count; ++i) {
            const std::string user = std::to_string(kFirstUser + i);
            known->add({.user = user, .password = "secret-{user}"});
        }
        known->seal({1, 2});
        tables.digest.credentials = known;
        tables.digest.clock = std::make_shared<std::atomic<Nanoseconds>>(1'800'000'000 * kSecond);
        tables.digest.offer_sha256 = true;
        tables.digest.realms = {{.authenticates = true, .default_domain = 0}};
        tables.seal();
    }
    void run() { run_once(*worker, burst, tables, now); }
    // What was answered since the last call.
    std::vector<std::string> take() {
        std::vector<std::string> out;
        while (rte_mbuf* packet = port(0).take()) {
            out.emplace_back(rte_pktmbuf_mtod(packet, const char*), packet->data_len);
            rte_pktmbuf_free(packet);
        }
        return out;
    }
    // Punts since the last call; how many of them were verified.
    std::size_t verified() {
        std::size_t n = 0;
        rings::Punt punt;
        while (worker->arrivals.pop({&punt, 1}) == 1) {
            n += punt.verified.ok;
            rte_pktmbuf_free(static_cast<rte_mbuf*>(punt.packet));
        }
        return n;
    }

    std::size_t subscribers;
    tables::Tables tables;
};

// Filled once: a million takes a second.
Firewall& firewall(std::size_t subscribers) {
    static std::map<std::size_t, std::unique_ptr<Firewall>> all;
    auto& one = all[subscribers];
    if (one == nullptr) one = std::make_unique<Firewall>(subscribers);
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

std::vector<std::string> frames(Firewall& f, Kind kind, digest::Algorithm algorithm) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < kPhones; ++i) {
        test::Phone phone;
        phone.username = std::to_string(kFirstUser + i * f.subscribers / kPhones);
        phone.password = kind == Kind::wrong ? "guess" : "secret-" + phone.username;
        phone.algorithm = algorithm;
        const std::string first = frame(registration(phone.username, ""));
        if (kind == Kind::challenged) {
            out.push_back(first);
            continue;
        }
        f.port(0).put(first);
        f.run();
        const auto answer = f.take();
        if (answer.size() != 1 || !phone.take(test::parse(answer[0]).payload)) std::abort();
        out.push_back(frame(registration(phone.username, phone.authorization())));
    }
    return out;
}

void registers(benchmark::State& state, Kind kind, digest::Algorithm algorithm, std::size_t subscribers) {
    Firewall& f = firewall(subscribers);
    const std::vector<std::string> load = frames(f, kind, algorithm);
    std::uint64_t done = 0;
    std::size_t next = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < kBatch; ++i) f.port(0).put(load[next++ % kPhones]);
        f.now += kMicrosecond;
        const double from = thread_time();
        for (std::size_t i = 0; i < kBatch; i += core::kBurst) f.run();
        state.SetIterationTime(thread_time() - from);
        const std::size_t answered = f.take().size();
        const std::size_t passed = f.verified();
        done += kind == Kind::verified ? passed : answered;
    }
    if (done != static_cast<std::uint64_t>(state.iterations()) * kBatch)
        state.SkipWithError("not every REGISTER was decided as it should be");
    state.counters["ns"] = benchmark::Counter(static_cast<double>(done) / 1e9,
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

[[maybe_unused]] const bool added = [] {
    using digest::Algorithm;
    const auto add = [](const std::string& name, Kind kind, Algorithm algorithm) {
        for (const std::size_t count : {1'000u, 1'000'000u})
            benchmark::RegisterBenchmark(
                ("digest_firewall/" + name + "/" + std::to_string(count)).c_str(),
                [=](benchmark::State& s) { registers(s, kind, algorithm, count); })
                ->UseManualTime();
    };
    add("challenged", Kind::challenged, Algorithm::md5);
    add("wrong_md5", Kind::wrong, Algorithm::md5);
    add("verified_md5", Kind::verified, Algorithm::md5);
    add("verified_sha256", Kind::verified, Algorithm::sha256);
    return true;
}();

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
