// The control plane's clock and memory of messages: timers started and cancelled among many, INVITE server
// transactions made and answered, retransmissions matched, client transactions sent and answered.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "transaction/layer.hpp"

namespace strowger::bench {
namespace {

using namespace transaction;

struct Nobody final : TimerUser {
    void on_timer(const Owner&, Nanoseconds) override { ++fired; }
    std::uint64_t fired = 0;
};

// A timer that is cancelled before it fires, as most are, with `count` others running.
void start_cancel(benchmark::State& state) {
    TimerWheel wheel(0);
    Nobody user;
    wheel.attach(OwnerKind::core, user);
    for (std::int64_t i = 0; i < state.range(0); ++i)
        wheel.start((1000 + i % 60'000) * kMillisecond, {OwnerKind::core, 0, 1});
    Nanoseconds at = 500 * kMillisecond;
    for (auto _ : state) {
        TimerId timer = wheel.start(at += kMicrosecond, {OwnerKind::core, 0, 1});
        benchmark::DoNotOptimize(timer);
        wheel.cancel(timer);
    }
}
BENCHMARK(start_cancel)->Name("timer/start_cancel")->Arg(1'000)->Arg(1'000'000);

// A timer that fires: its start, its way down the wheel and its call.
void fire(benchmark::State& state) {
    TimerWheel wheel(0);
    Nobody user;
    wheel.attach(OwnerKind::core, user);
    Nanoseconds now = 0;
    for (auto _ : state) {
        wheel.start(now + 500 * kMillisecond, {OwnerKind::core, 0, 1});
        wheel.advance(now += 10 * kMicrosecond);
    }
    if (user.fired == 0 && state.iterations() > 100'000) state.SkipWithError("nothing fired");
}
BENCHMARK(fire)->Name("timer/fire");

struct Deaf final : net::Transport, Dispatcher, User {
    bool send(const net::Flow&, const message::Outgoing&) override { return true; }
    bool flow_to(RealmId, net::TransportKind, const wire::Endpoint&, net::Flow&) const override {
        return false;
    }
    void on_request(ServerId server, const message::Incoming&) override { last = server; }
    void on_ack(const message::Incoming&) override {}
    void on_stray_response(const message::Incoming&) override {}
    void on_response(const Owner&, ClientId, const message::Incoming&) override { ++responses; }
    void on_failure(const Owner&, ClientId, Failure) override {}
    void on_cancel(const Owner&, ServerId, const message::Incoming&) override {}
    void on_acknowledged(const Owner&, ServerId, bool) override {}
    ServerId last{};
    std::uint64_t responses = 0;
};

struct Bench {
    Bench() {
        layer.attach(OwnerKind::call, peer);
        flow.remote = *wire::parse_endpoint("10.10.0.99:5070");
        flow.local = *wire::parse_endpoint("10.10.0.1:5060");
    }
    void receive(std::string_view text) {
        wire::TokeniseStatus status;
        layer.receive(message::Incoming::parse(flow, text, wheel.now(), status));
    }
    // A millisecond for every hundred transactions: so many live at once as at 100,000 a second.
    void turn() {
        if (++done % 100 == 0) wheel.advance(wheel.now() + kMillisecond);
    }
    TimerWheel wheel{kSecond};
    Deaf peer;
    Layer layer{wheel, peer, peer, nullptr};
    net::Flow flow;
    std::uint64_t done = 0;
};

// The text of an OPTIONS whose number is written anew, so that its making is hardly measured.
class Request {
  public:
    Request() {
        for (std::size_t at = text_.find(kZeros); at != std::string::npos; at = text_.find(kZeros, at + 1))
            places_.push_back(at);
    }
    const std::string& numbered(std::uint64_t n) {
        for (const std::size_t place : places_) {
            std::uint64_t rest = n;
            for (std::size_t i = kZeros.size(); i-- != 0; rest /= 10)
                text_[place + i] = static_cast<char>('0' + rest % 10);
        }
        return text_;
    }

  private:
    static constexpr std::string_view kZeros = "0000000000";
    std::string text_ =
        "OPTIONS sip:1002@lab.example SIP/2.0\r\nVia: SIP/2.0/UDP "
        "10.10.0.99:5070;branch=z9hG4bK0000000000;rport\r\n"
        "From: <sip:1001@lab.example>;tag=f0000000000\r\nTo: <sip:1002@lab.example>\r\nCall-ID: "
        "c0000000000\r\n"
        "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    std::vector<std::size_t> places_;
};

// A new OPTIONS: parsed, matched with nothing, made, answered; it ends when timer J fires.
void server(benchmark::State& state) {
    Bench b;
    Request request;
    for (auto _ : state) {
        b.receive(request.numbered(b.done));
        if (!b.layer.respond(b.peer.last, 200)) state.SkipWithError("not answered");
        b.turn();
    }
}
BENCHMARK(server)->Name("transaction/server");

// A retransmission: parsed, matched, answered again, with 100,000 transactions there.
void match(benchmark::State& state) {
    constexpr std::size_t kLive = 100'000;
    Bench b;
    Request request;
    for (std::size_t i = 0; i < kLive; ++i) {
        b.receive(request.numbered(i));
        b.layer.respond(b.peer.last, 200);
    }
    std::size_t i = 0;
    for (auto _ : state) b.receive(request.numbered(i++ * 7919 % kLive));
    if (b.layer.counts().retransmissions_absorbed != static_cast<std::uint64_t>(state.iterations()))
        state.SkipWithError("not matched");
}
BENCHMARK(match)->Name("transaction/match");

// A request of ours, and its answer.
void client(benchmark::State& state) {
    Bench b;
    for (auto _ : state) {
        char room[64];
        const std::string_view branch(room, b.layer.new_branch(room));
        const auto text = fmt::format(
            "OPTIONS sip:peer@10.10.0.99 SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.1:5060;branch={}\r\n"
            "From: <sip:us@x>;tag=u\r\nTo: <sip:peer@x>\r\nCall-ID: c2\r\nCSeq: 5 OPTIONS\r\nContent-Length: "
            "0\r\n\r\n",
            branch);
        b.layer.send_request(b.flow, branch, "OPTIONS", message::Outgoing::copy(text),
                             {OwnerKind::call, 0, 7});
        b.receive(fmt::format(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.10.0.1:5060;branch={}\r\nFrom: <sip:us@x>;tag=u\r\n"
            "To: <sip:peer@x>;tag=r\r\nCall-ID: c2\r\nCSeq: 5 OPTIONS\r\nContent-Length: 0\r\n\r\n",
            branch));
        b.turn();
    }
    if (b.peer.responses != static_cast<std::uint64_t>(state.iterations()))
        state.SkipWithError("not answered");
}
BENCHMARK(client)->Name("transaction/client");

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
