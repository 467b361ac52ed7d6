// What waits for a next hop, against the real kernel in a network namespace of the test's own.
#include "net/udp_transport.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake_dataplane.hpp"
#include "network_namespace.hpp"

namespace strowger::net {
namespace {

constexpr InterfaceId kInterface{0};

// Keeps what is sent, until it is full.
struct Wire final : test::FakeDataplane {
    bool send(const rings::Send& datagram) override {
        if (full) return false;
        sent_to.push_back(wire::to_string(datagram.destination));
        tokens.push_back(datagram.token);
        return true;
    }
    std::size_t sent(std::span<void*> out) override {
        const std::size_t n = std::min(out.size(), tokens.size());
        std::copy_n(tokens.begin(), n, out.begin());
        tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(n));
        return n;
    }
    bool full = false;
    std::vector<std::string> sent_to;
    std::vector<void*> tokens;
};

class UdpTransportTest : public test::NetworkNamespace {
  protected:
    void SetUp() override {
        NetworkNamespace::SetUp();
        std::string error;
        ASSERT_TRUE(mirror.open(error)) << error;
        mirror.bind({{kInterface, PortId{0}, "left", 0}});
        tables::Tables tables;
        tables.realms.resize(1);
        tables.listeners = {{RealmId{0}, kInterface, *wire::parse_endpoint("10.9.0.1:5060")},
                            {RealmId{0}, kNone<InterfaceId>, *wire::parse_endpoint("10.9.0.1:5080")}};
        transport.configure(tables);
        transport.set_now(now);
    }
    void TearDown() override { transport.reap(); }

    [[nodiscard]] Flow to(const char* remote) const {
        Flow flow;
        EXPECT_TRUE(transport.flow_to(RealmId{0}, TransportKind::udp, *wire::parse_endpoint(remote), flow));
        return flow;
    }
    bool send(const char* remote) { return transport.send(to(remote), message::Outgoing::copy("SIP")); }
    void learn(const char* address) {
        sh(std::string("ip neigh replace ") + address + " lladdr 02:00:00:00:00:07 dev left nud permanent");
        until([&] { return mirror.resolve(kInterface, ip(address), now).reach == Reach::resolved; },
              [&] { mirror.on_readable(); }, mirror.fd());
    }

    Wire dataplane;
    Mirror mirror;
    UdpTransport transport{dataplane, mirror};
    Nanoseconds now = kSecond;
};

TEST_F(UdpTransportTest, TheFirstMessageToANeighbourWaitsForIt) {
    EXPECT_TRUE(send("10.9.0.7:5060"));
    EXPECT_TRUE(dataplane.sent_to.empty());
    EXPECT_EQ(transport.counts().waiting, 1u);
    learn("10.9.0.7");
    transport.retry();
    EXPECT_EQ(dataplane.sent_to, std::vector<std::string>{"10.9.0.7:5060"});
    EXPECT_EQ(transport.counts().waiting, 0u);
    EXPECT_TRUE(send("10.9.0.7:5060"));
    EXPECT_EQ(dataplane.sent_to.size(), 2u) << "nothing to wait for any more";
}

TEST_F(UdpTransportTest, ANeighbourThatDoesNotAnswerIsGivenUp) {
    EXPECT_TRUE(send("10.9.0.8:5060"));
    transport.set_now(now += 4 * kSecond);
    transport.retry();
    EXPECT_EQ(transport.counts().waiting, 0u);
    EXPECT_EQ(transport.counts().unreachable, 1u);
}

TEST_F(UdpTransportTest, WithoutARouteTheSenderIsToldAtOnce) {
    EXPECT_FALSE(send("198.51.100.1:5060"));
    EXPECT_EQ(transport.counts().unreachable, 1u);
}

TEST_F(UdpTransportTest, AFullRingIsWaitedFor) {
    learn("10.9.0.7");
    dataplane.full = true;
    EXPECT_TRUE(send("10.9.0.7:5060"));
    dataplane.full = false;
    transport.retry();
    EXPECT_EQ(dataplane.sent_to.size(), 1u);
}

TEST_F(UdpTransportTest, OneSilentNeighbourHoldsABoundedNumberOfMessages) {
    int taken = 0;
    for (int i = 0; i < 1000; ++i) taken += send("10.9.0.8:5060") ? 1 : 0;
    EXPECT_LT(taken, 1000);
    EXPECT_EQ(transport.counts().queue_full, static_cast<std::uint64_t>(1000 - taken));
    EXPECT_TRUE(send("10.9.0.9:5060")) << "others have their own share";
}

TEST_F(UdpTransportTest, AFlowLeavesFromAListenerOfItsFamilyThatIsThere) {
    EXPECT_EQ(to("10.9.0.7:5060").local, *wire::parse_endpoint("10.9.0.1:5060"));
    Flow flow;
    const auto six = *wire::parse_endpoint("[fd00::7]:5060");
    EXPECT_FALSE(transport.flow_to(RealmId{0}, TransportKind::udp, six, flow));
    EXPECT_FALSE(
        transport.flow_to(RealmId{0}, TransportKind::tls, *wire::parse_endpoint("10.9.0.7:5061"), flow));
    EXPECT_EQ(transport.listener_of(RealmId{0}, *wire::parse_endpoint("10.9.0.1:5060")), ListenerId{0});
    EXPECT_EQ(transport.listener_of(RealmId{0}, *wire::parse_endpoint("10.9.0.1:5080")), kNone<ListenerId>)
        << "it was deleted";
    Flow deleted = to("10.9.0.7:5060");
    deleted.listener = ListenerId{1};
    EXPECT_FALSE(transport.send(deleted, message::Outgoing::copy("SIP")));
}

}  // namespace
}  // namespace strowger::net
