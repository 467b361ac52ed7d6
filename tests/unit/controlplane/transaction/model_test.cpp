// Two layers against each other over a network that loses, doubles and reorders by a seed. What must hold
// whatever happens: a transaction ends once and in one way, every non-2xx is acknowledged, and nothing is
// left.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "strowger/wire/sip_values.hpp"
#include "transaction/layer.hpp"

namespace strowger::transaction {
namespace {

constexpr Nanoseconds kLongest = 400 * kSecond;
constexpr std::uint32_t kTransactions = 6;

class World;

// One end: a layer with its clock and transport.
struct Side : net::Transport {
    Side(World& w, int n, Dispatcher& dispatcher)
        : world(w), number(n), layer(wheel, *this, dispatcher, nullptr) {}
    bool send(const net::Flow& flow, const message::Outgoing& message) override;
    bool flow_to(RealmId, net::TransportKind, const wire::Endpoint&, net::Flow&) const override {
        return false;
    }
    World& world;
    int number;
    TimerWheel wheel{kSecond};
    Layer layer;
};

// What the caller knows of one transaction.
struct Asked {
    ClientId client{};
    bool invite = false;
    std::uint32_t finals = 0;     // other than 2xx
    std::uint32_t successes = 0;  // 2xx, each time
    std::uint32_t failures = 0;
    std::uint16_t status = 0;
    bool cancelled = false;
};
// And the answerer.
struct Answered {
    ServerId server{};
    bool invite = false;
    std::uint32_t number = 0;
    std::uint16_t status = 0;  // final, 0: none yet
    bool acknowledged = false;
    std::uint32_t told = 0;  // on_acknowledged
};

class World final : public Dispatcher, public User {
  public:
    explicit World(std::uint64_t seed) : random_(seed) {
        loss_ = pick(4) == 0 ? 0 : pick(35);
        twice_ = pick(25);
        slowest_ = 1 + pick(4) * 500;
        flow_.transport = pick(8) == 0 ? net::TransportKind::tcp : net::TransportKind::udp;
        if (reliable()) loss_ = twice_ = 0, slowest_ = 1;
        flow_.local = *wire::parse_endpoint("10.0.0.1:5060");
        flow_.remote = *wire::parse_endpoint("10.0.0.2:5060");
        caller.layer.attach(OwnerKind::call, *this);
        answerer.layer.attach(OwnerKind::registrar, *this);
    }

    void run() {
        for (std::uint32_t n = 0; n < kTransactions; ++n) at(pick(3000), [this, n] { ask(n); });
        while (now_ < kLongest) {
            Nanoseconds next = std::min(caller.wheel.next(), answerer.wheel.next()) - kSecond;
            if (!events_.empty()) next = std::min(next, events_.begin()->first);
            now_ = std::min(std::max(next, now_ + kMillisecond), kLongest);
            caller.wheel.advance(kSecond + now_);
            answerer.wheel.advance(kSecond + now_);
            while (!events_.empty() && events_.begin()->first <= now_) {
                auto event = std::move(events_.begin()->second);
                events_.erase(events_.begin());
                event();
            }
        }
        check();
    }

    void put_on_wire(int from, std::string_view bytes) {
        if (from == 0 && bytes.starts_with("ACK ")) ++acks_;
        const std::uint32_t copies = pick(100) < loss_ ? 0 : pick(100) < twice_ ? 2 : 1;
        for (std::uint32_t i = 0; i < copies; ++i)
            at(1 + pick(slowest_), [this, from, text = std::string(bytes)] { arrive(1 - from, text); });
    }

    // --- the answerer
    void on_request(ServerId server, const message::Incoming& request) override {
        const std::uint32_t n = number_of(request);
        EXPECT_NE(request.sip().method(), wire::Method::ack);
        EXPECT_NE(request.sip().method(), wire::Method::cancel);
        // Only after everything that was answered was lost may an INVITE be new again.
        for (const Answered& other : answered_)
            if (other.number == n) again_.push_back(n);
        const std::size_t index = answered_.size();
        answered_.push_back({server, request.sip().method() == wire::Method::invite, n});
        answerer.layer.own(server, {OwnerKind::registrar, 0, index});
        if (pick(2) == 0) at(pick(2000), [this, index] { provisional(index); });
        const std::uint32_t wait =
            answered_[index].invite ? pick(10) == 0 ? 190'000 : pick(12'000) : pick(6000);
        static constexpr std::uint16_t kFinals[] = {200, 200, 302, 404, 486, 503, 603};
        const std::uint16_t status = kFinals[pick(std::size(kFinals))];
        if (wait < 100) return finish(index, status);
        at(wait, [this, index, status] { finish(index, status); });
    }
    void on_cancel(const Owner& owner, ServerId server, const message::Incoming& cancel) override {
        Answered& a = answered_.at(owner.id);
        EXPECT_EQ(a.server, server);
        EXPECT_EQ(a.status, 0) << "a CANCEL after the final response has no effect";
        EXPECT_TRUE(asked_[number_of(cancel)].cancelled || gave_up(number_of(cancel)));
        if (pick(3) != 0) return finish(owner.id, 487);
        at(pick(3000), [this, index = owner.id] { finish(index, 487); });
    }
    void on_acknowledged(const Owner& owner, ServerId server, bool yes) override {
        Answered& a = answered_.at(owner.id);
        EXPECT_EQ(a.server, server);
        ++a.told;
        if (yes) a.acknowledged = true;
    }
    void on_ack(const message::Incoming& ack) override {
        for (Answered& a : answered_)
            if (a.number == number_of(ack) && a.status == 200) {
                answerer.layer.acknowledge(a.server);
                if (a.told == 0) a.acknowledged = true;
            }
    }

    // --- the caller
    void on_response(const Owner& owner, ClientId client, const message::Incoming& response) override {
        Asked& a = asked_[owner.id];
        const std::uint16_t status = response.sip().status();
        if (a.client != ClientId{}) {
            EXPECT_EQ(a.client, client);
        }
        EXPECT_EQ(a.failures, 0u) << "an answer after the failure";
        EXPECT_EQ(a.finals, 0u) << status << " after the final response " << a.status;
        if (status < 200) {
            EXPECT_EQ(a.successes, 0u) << "a provisional response after the answer";
            return;
        }
        a.status = status;
        if (status >= 300 || !a.invite) {
            EXPECT_EQ(a.successes, 0u);
            ++a.finals;
            return;
        }
        ++a.successes;
        acknowledge(owner.id);
    }
    void on_failure(const Owner& owner, ClientId, Failure failure) override {
        Asked& a = asked_[owner.id];
        EXPECT_EQ(failure, Failure::timeout);
        EXPECT_EQ(a.finals + a.successes + a.failures, 0u);
        ++a.failures;
        EXPECT_FALSE(caller.layer.cancel(a.client)) << "it is gone";
    }
    void on_stray_response(const message::Incoming& response) override {
        const auto cseq = wire::parse_cseq(response.sip().header(wire::HeaderId::cseq));
        if (cseq && cseq->method == "CANCEL") ++stray_cancels_;
        if (!cseq || cseq->method != "INVITE") return;
        if (response.sip().status() >= 300) ++stray_finals_;
        if (response.sip().status() / 100 == 2) acknowledge(number_of(response));
    }

    Side caller{*this, 0, *this};
    Side answerer{*this, 1, *this};

  private:
    [[nodiscard]] bool reliable() const { return net::is_reliable(flow_.transport); }
    std::uint32_t pick(std::size_t below) {
        return below == 0 ? 0 : static_cast<std::uint32_t>(random_() % below);
    }
    template <typename F>
    void at(std::uint32_t after_ms, F what) {
        events_.emplace(now_ + after_ms * kMillisecond, std::move(what));
    }
    [[nodiscard]] bool gave_up(std::uint32_t n) const { return asked_[n].failures != 0; }
    static std::uint32_t number_of(const message::Incoming& m) {
        return static_cast<std::uint32_t>(m.sip().header(wire::HeaderId::call_id).back() - '0');
    }

    void ask(std::uint32_t n) {
        Asked& a = asked_[n];
        a.invite = pick(3) != 0;
        const char* method = a.invite ? "INVITE" : "OPTIONS";
        char buffer[64];
        const std::string branch(buffer, caller.layer.new_branch(buffer));
        // A peer's URI may say "branch=" too.
        a.client = caller.layer.send_request(
            flow_, branch, method,
            message::Outgoing::copy(fmt::format(
                "{0} sip:b@10.0.0.2;branch=no SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch={1}\r\nFrom: "
                "<sip:a@x>;tag=a\r\nTo: <sip:b@x>\r\nCall-ID: call-{2}\r\nCSeq: 1 {0}\r\nContent-Length: "
                "0\r\n\r\n",
                method, branch, n)),
            {OwnerKind::call, 0, n});
        ASSERT_NE(a.client, ClientId{});
        if (a.invite && pick(3) == 0) {
            at(pick(14'000), [this, n] {
                if (caller.layer.cancel(asked_[n].client)) asked_[n].cancelled = true;
                EXPECT_FALSE(caller.layer.cancel(asked_[n].client)) << "once";
            });
        }
    }
    void acknowledge(std::uint64_t n) {
        caller.layer.send_stateless(
            flow_, message::Outgoing::copy(fmt::format(
                       "ACK sip:b@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKack{0}\r\n"
                       "From: <sip:a@x>;tag=a\r\nTo: <sip:b@x>;tag=b\r\nCall-ID: call-{0}\r\nCSeq: 1 ACK\r\n"
                       "Content-Length: 0\r\n\r\n",
                       n)));
        --acks_;  // of a 2xx: not the layer's
    }
    void provisional(std::size_t index) {
        if (answered_[index].status == 0) {
            EXPECT_TRUE(answerer.layer.respond(answered_[index].server, 180));
        }
    }
    void finish(std::size_t index, std::uint16_t status) {
        Answered& a = answered_[index];
        if (a.status != 0) {
            EXPECT_FALSE(answerer.layer.respond(a.server, status)) << "a second final response";
            return;
        }
        a.status = status;
        EXPECT_TRUE(answerer.layer.respond(a.server, status));
    }
    void arrive(int side, const std::string& text) {
        net::Flow flow = flow_;
        if (side == 1) std::swap(flow.local, flow.remote);
        Side& to = side == 0 ? caller : answerer;
        wire::TokeniseStatus status;
        const auto message = message::Incoming::parse(flow, text, to.wheel.now(), status);
        ASSERT_TRUE(message) << text;
        if (side == 0 && message.sip().status() >= 300 && text.find(" INVITE\r\n") != std::string::npos)
            ++finals_arrived_;
        to.layer.receive(message);
    }

    void check() {
        for (std::uint32_t n = 0; n < kTransactions; ++n) {
            const Asked& a = asked_[n];
            EXPECT_EQ(a.finals + a.failures + (a.successes != 0 ? 1u : 0u), 1u) << "transaction " << n;
            EXPECT_FALSE(caller.layer.cancel(a.client));
            if (a.finals + a.successes == 0) continue;
            EXPECT_TRUE(std::ranges::any_of(
                answered_, [&](const Answered& b) { return b.number == n && b.status == a.status; }))
                << a.status << " was never answered";
        }
        for (const std::uint32_t n : again_) EXPECT_TRUE(gave_up(n)) << "a request came twice";
        for (const Answered& a : answered_) {
            EXPECT_NE(a.status, 0);
            EXPECT_FALSE(answerer.layer.respond(a.server, 200)) << "the handle is dead";
            EXPECT_FALSE(answerer.layer.request(a.server));
            if (!a.invite) {
                EXPECT_EQ(a.told, 0u);
            } else if (a.status >= 300) {
                EXPECT_EQ(a.told, 1u) << "of each non-2xx it is told once whether its ACK came";
                EXPECT_TRUE(a.acknowledged || loss_ != 0 || gave_up(a.number)) << a.status;
            } else {
                EXPECT_EQ(a.told + (a.acknowledged ? 1u : 0u), 1u);
            }
        }
        EXPECT_EQ(acks_ + stray_finals_, finals_arrived_) << "every non-2xx that came was acknowledged";
        for (Side* side : {&caller, &answerer}) {
            EXPECT_EQ(side->layer.counts().servers, 0u);
            EXPECT_EQ(side->layer.counts().clients, 0u);
            EXPECT_EQ(side->wheel.running(), 0u);
            if (reliable()) {
                EXPECT_EQ(side->layer.counts().retransmissions_sent, 0u);
            }
        }
        if (loss_ == 0) {
            EXPECT_EQ(stray_finals_, 0u) << "an INVITE that was given up still acknowledges its 487";
            EXPECT_EQ(stray_cancels_, 0u) << "a CANCEL's answer finds its CANCEL";
        }
    }

    std::mt19937_64 random_;
    std::uint32_t loss_ = 0;
    std::uint32_t twice_ = 0;
    std::uint32_t slowest_ = 1;  // milliseconds; below T4, as the timers assume
    net::Flow flow_;
    Nanoseconds now_ = 0;
    std::multimap<Nanoseconds, std::function<void()>> events_;
    std::array<Asked, kTransactions> asked_;
    std::vector<Answered> answered_;
    std::vector<std::uint32_t> again_;
    std::int64_t acks_ = 0;  // of non-2xx, by the caller's layer
    std::int64_t stray_finals_ = 0;
    std::int64_t stray_cancels_ = 0;
    std::int64_t finals_arrived_ = 0;
};

bool Side::send(const net::Flow&, const message::Outgoing& message) {
    world.put_on_wire(number, message.text());
    return true;
}

TEST(TransactionModel, WhateverTheNetworkDoes) {
    for (std::uint64_t seed = 1; seed <= 3000 && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        World(seed).run();
    }
}

}  // namespace
}  // namespace strowger::transaction
