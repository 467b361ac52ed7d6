#include "resolver/named_transport.hpp"

#include <gtest/gtest.h>

#include "script.hpp"

namespace strowger::resolver {
namespace {

struct NamedTransportTest : testing::Test, net::Transport {
    bool send(const net::Flow& flow, const message::Outgoing& message) override {
        if (flow.remote == refusing) return false;
        sent.push_back(wire::to_string(flow.remote) + " " + std::string(message.text()));
        return true;
    }
    bool flow_to(RealmId, net::TransportKind, const wire::Endpoint&, net::Flow&) const override {
        return false;
    }
    bool is_own(RealmId, const wire::Endpoint& e) const override { return e == like.local; }
    void pass(Nanoseconds time) {
        const auto end = wheel.now() + time;
        while (wheel.now() < end) {
            wheel.advance(std::min(end, wheel.now() + 100 * kMillisecond));
            resolver.tell();
        }
    }
    void answer() {
        for (int i = 0; i < 5; ++i) {
            server.answer();
            resolver.tell();
        }
    }
    static message::Outgoing text(const char* what) { return message::Outgoing::copy(what); }

    net::Flow like{.realm = RealmId{1},
                   .listener = ListenerId{0},
                   .local = *wire::parse_endpoint("10.20.0.1:5060"),
                   .remote = *wire::parse_endpoint("10.20.0.10:5060")};
    wire::Endpoint refusing{};
    std::vector<std::string> sent;
    transaction::TimerWheel wheel{kSecond};
    Script server;
    Penalties penalties;
    Resolver resolver{server, penalties, wheel};
    NamedTransport transport{*this, resolver, wheel};
};

TEST_F(NamedTransportTest, AMessageWaitsForTheAnswer) {
    server.add("pbx.example", Type::a, {a(10, 20, 0, 30)});
    const auto flow = transport.toward(like, {"PBX.example", 5070, {}, false});
    EXPECT_NE(flow.name, 0u);
    EXPECT_TRUE(transport.send(flow, text("ACK")));
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(transport.waiting(), 1u);
    answer();
    EXPECT_EQ(sent, std::vector<std::string>{"10.20.0.30:5070 ACK"});
    EXPECT_EQ(transport.waiting(), 0u);
    transport.send(flow, text("again"));
    EXPECT_EQ(sent.back(), "10.20.0.30:5070 again") << "a transaction that began with the name";
    EXPECT_EQ(transport.toward(like, {"pbx.example", 5070, {}, false}).name, 0u) << "known now";
    EXPECT_EQ(wheel.running(), 0u);
}

TEST_F(NamedTransportTest, ANameThatDoesNotResolveIsWhereItsMessagesCameFrom) {
    const auto flow = transport.toward(like, {"nowhere.example", 0, {}, false});
    transport.send(flow, text("BYE"));
    answer();
    EXPECT_EQ(sent, std::vector<std::string>{"10.20.0.10:5060 BYE"});
    EXPECT_EQ(transport.toward(like, {"nowhere.example", 0, {}, false}).remote, like.remote);
}

TEST_F(NamedTransportTest, ADeadServerHoldsNothingUpForLong) {
    transport.send(transport.toward(like, {"pbx.example", 5070, {}, false}), text("BYE"));
    pass(4 * kSecond + 200 * kMillisecond);
    EXPECT_EQ(sent, std::vector<std::string>{"10.20.0.10:5060 BYE"});
}

TEST_F(NamedTransportTest, TheNextAddressWhenOneRefuses) {
    server.add("_sip._udp.pbx.example", Type::srv,
               {srv(1, 0, 5060, "a.example"), srv(2, 0, 5060, "b.example")});
    server.add("a.example", Type::a, {a(10, 20, 0, 31)});
    server.add("b.example", Type::a, {a(10, 20, 0, 32)});
    refusing = *wire::parse_endpoint("10.20.0.31:5060");
    transport.send(transport.toward(like, {"pbx.example", 0, {}, false}), text("BYE"));
    answer();
    EXPECT_EQ(sent, std::vector<std::string>{"10.20.0.32:5060 BYE"});
    EXPECT_TRUE(penalties.holds(like.realm, refusing, wheel.now()));
    EXPECT_EQ(wire::to_string(transport.toward(like, {"pbx.example", 0, {}, false}).remote),
              "10.20.0.32:5060")
        << "who failed is tried last";
}

TEST_F(NamedTransportTest, OurOwnAddressIsNoHop) {
    server.add("pbx.example", Type::a, {a(10, 20, 0, 1)});
    transport.send(transport.toward(like, {"pbx.example", 5060, {}, false}), text("BYE"));
    answer();
    EXPECT_EQ(sent, std::vector<std::string>{"10.20.0.10:5060 BYE"});
}

TEST_F(NamedTransportTest, WhatWaitsIsBounded) {
    const auto flow = transport.toward(like, {"pbx.example", 5070, {}, false});
    int taken = 0;
    for (int i = 0; i < 10'000; ++i) taken += transport.send(flow, text("BYE")) ? 1 : 0;
    EXPECT_EQ(taken, 256);
    answer();
    EXPECT_EQ(wheel.running(), 0u);
}

}  // namespace
}  // namespace strowger::resolver
