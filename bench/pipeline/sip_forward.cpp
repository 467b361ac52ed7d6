// Stateless SIP through the whole worker loop: a ring port in, classify, screen, tokenise, route, rewrite
// with full software checksums, a ring port out; 512 different messages. DESIGN's target: at least 1 million
// messages a second a core for an INVITE of 740 bytes.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "packet.hpp"
#include "sip_lines.hpp"
#include "stateless_realms.hpp"
#include "support/clock.hpp"
#include "support/ring_worker.hpp"
#include "support/stages.hpp"
#include "two_realms.hpp"

namespace strowger::bench {
namespace {

constexpr std::size_t kMessages = 512;
constexpr std::size_t kBatch = 256;  // messages that wait in the port when the clock starts

// A worker with two ring ports, access and core, and the realms of the packet tests.
struct Forwarder : RingWorker {
    Forwarder() {
        test::two_realms(tables);
        test::stateless_realms(tables);
        tables.seal();
    }
    // One frame's way through; the payload of what left.
    std::string pass(std::size_t in, std::size_t out, const std::string& frame) {
        port(in).put(frame);
        run_once(*worker, burst, tables, now);
        rte_mbuf* left = port(out).take();
        if (left == nullptr) std::abort();
        std::string bytes(rte_pktmbuf_mtod(left, const char*), left->data_len);
        rte_pktmbuf_free(left);
        return test::parse(bytes).payload;
    }
    tables::Tables tables;
};

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

// Messages of one kind, and the port that they come by.
struct Load {
    std::size_t in;
    std::vector<std::string> frames;
};

// Both realms hide their peers from each other.
Load hidden(Forwarder& f, Load (*make)(Forwarder&)) {
    for (tables::ProxyRealm& realm : f.tables.proxy.realms) realm.hides = true;
    return make(f);
}

Load requests(Forwarder&) {
    Load load{0, {}};
    for (std::size_t i = 0; i < kMessages; ++i) load.frames.push_back(from_access(invite(i)));
    return load;
}

Load responses(Forwarder& f) {
    Load load{1, {}};
    for (std::size_t i = 0; i < kMessages; ++i)
        load.frames.push_back(from_core(test::response(f.pass(0, 1, from_access(invite(i))), 200)));
    return load;
}

Load in_dialog(Forwarder& f) {
    Load load{0, {}};
    for (std::size_t i = 0; i < kMessages; ++i) {
        const std::string out = f.pass(0, 1, from_access(invite(i)));
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

// Calls to one of `count` registered subscribers.
Load to_subscribers(Forwarder& f, std::size_t count) {
    Load load{1, {}};
    auto domains = std::make_shared<tables::Domains>();
    domains->build({{"lab.example", 0}}, {}, {{1'000'000, 9'999'999, 7, 0, 0, false, false}}, {});
    f.tables.proxy.domains = std::move(domains);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string user = std::to_string(1'000'000 + i);
        test::register_contact(f.tables, (user + "@lab.example").c_str(),
                               ("sip:" + user + "@10.10.0.99:5070").c_str(), ListenerId{0},
                               "10.10.0.99:5070");
    }
    for (std::size_t i = 0; i < kMessages; ++i) {
        std::string text = invite(i);
        const std::string called = std::to_string(1'000'000 + i * 2'654'435'761u % count);
        text.replace(text.find("0044"), text.find('@') - text.find("0044"), called);
        load.frames.push_back(from_core(text));
    }
    return load;
}

// The same INVITEs with `count` more rules in the dial plan, none of which they fit.
Load with_rules(Forwarder& f, std::size_t count) {
    std::vector<tables::DialRule> rules{
        {.priority = 10, .digits = {"00"}, .trunks = {TrunkId{1}}, .strip = 2, .add = "+"}};
    for (std::size_t i = 0; i < count; ++i)
        rules.push_back({.priority = 20, .digits = {std::to_string(100'000 + i)}, .trunks = {TrunkId{0}}});
    auto dialplan = std::make_shared<tables::Dialplan>();
    dialplan->build(std::move(rules), {});
    f.tables.proxy.dialplan = std::move(dialplan);
    return requests(f);
}

// BYEs of callers who know nothing but tokens.
Load in_hidden_dialog(Forwarder& f) {
    Load load{0, {}};
    for (std::size_t i = 0; i < kMessages; ++i) {
        std::string answer = test::response(f.pass(0, 1, from_access(invite(i))), 200);
        answer.insert(answer.find("Content-Length"), "Contact: <sip:0044@10.20.0.10:5060>\r\n");
        const std::string out = f.pass(1, 0, from_core(answer));
        const std::string contact = test::header(out, "Contact");
        load.frames.push_back(
            from_access(test::request("BYE", contact.substr(1, contact.find('>') - 1),
                                      {.branch = "z9hG4bKbye" + std::to_string(i),
                                       .call_id = test::header(out, "Call-ID"),
                                       .to_tag = "uas",
                                       .extra = "Route: " + test::header(out, "Record-Route") + "\r\n"})));
    }
    return load;
}

template <typename Make>
void forward(benchmark::State& state, Make make) {
    Forwarder f;
    const Load load = make(f);
    std::uint64_t done = 0;
    std::size_t next = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < kBatch; ++i) f.port(load.in).put(load.frames[next++ % kMessages]);
        f.now += kMillisecond;
        const double from = thread_time();
        for (std::size_t i = 0; i < kBatch; i += core::kBurst) run_once(*f.worker, f.burst, f.tables, f.now);
        state.SetIterationTime(thread_time() - from);
        done += f.port(1 - load.in).drain();
    }
    if (done != static_cast<std::uint64_t>(state.iterations()) * kBatch)
        state.SkipWithError("not every message was forwarded");
    state.counters["ns"] = benchmark::Counter(static_cast<double>(done) / 1e9,
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// Cycles a message by stage.
template <typename Make>
void stages(benchmark::State& state, Make make) {
    Forwarder f;
    const Load load = make(f);
    StageCycles cycles;
    std::size_t next = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < core::kBurst; ++i) f.port(load.in).put(load.frames[next++ % kMessages]);
        f.now += kMillisecond;
        run_stages(*f.worker, f.burst, f.worker->rx[load.in], f.tables, f.now, cycles);
        if (f.port(1 - load.in).drain() != core::kBurst)
            state.SkipWithError("not every message was forwarded");
    }
    for (const std::size_t stage : {0, 1, 3, 4, 5, 6}) state.counters[kStages[stage]] = cycles.median(stage);
}

// One row a kind of message: it is measured through the loop and stage by stage.
void add(const std::string& name, auto make) {
    benchmark::RegisterBenchmark(("sip_forward/loop/" + name).c_str(), [make](benchmark::State& s) {
        forward(s, make);
    })->UseManualTime();
    benchmark::RegisterBenchmark(("stages/sip/" + name).c_str(),
                                 [make](benchmark::State& s) { stages(s, make); });
}

[[maybe_unused]] const bool added = [] {
    add("request", requests);
    add("response", responses);
    add("in_dialog", in_dialog);
    add("hidden_request", [](Forwarder& f) { return hidden(f, requests); });
    add("hidden_response", [](Forwarder& f) { return hidden(f, responses); });
    add("hidden_in_dialog", [](Forwarder& f) { return hidden(f, in_hidden_dialog); });
    for (const std::size_t count : {1'000u, 1'000'000u})
        add("registered/" + std::to_string(count),
            [count](Forwarder& f) { return to_subscribers(f, count); });
    for (const std::size_t count : {10u, 1'000u, 10'000u})
        add("rules/" + std::to_string(count), [count](Forwarder& f) { return with_rules(f, count); });
    return true;
}();

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
