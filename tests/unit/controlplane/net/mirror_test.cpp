// Against the real kernel, in a network namespace of the test's own.
#include "net/mirror.hpp"

#include <gtest/gtest.h>

#include "network_namespace.hpp"

namespace strowger::net {
namespace {

constexpr InterfaceId kLeft{0};
constexpr InterfaceId kVlan{1};

TEST(FindDevice, TakesTheVlanDeviceOnThePort) {
    KernelState state;
    state.links[3].value = {.name = "eth0"};
    state.links[4].value = {.name = "eth1"};
    state.links[9].value = {.name = "whatever", .parent = 4, .vlan = 70};
    EXPECT_EQ(find_device(state, {kLeft, PortId{0}, "eth0", 0}), 3);
    EXPECT_EQ(find_device(state, {kVlan, PortId{1}, "eth1", 70}), 9);
    EXPECT_EQ(find_device(state, {kVlan, PortId{0}, "eth0", 70}), 0);
    EXPECT_EQ(find_device(state, {kLeft, PortId{0}, "eth7", 0}), 0);
}

class MirrorTest : public test::NetworkNamespace {
  protected:
    void SetUp() override {
        NetworkNamespace::SetUp();
        std::string error;
        ASSERT_TRUE(mirror.open(error)) << error;
        mirror.bind({{kLeft, PortId{0}, "left", 0}, {kVlan, PortId{0}, "left", 70}});
    }
    template <typename Done>
    void until(Done done) {
        NetworkNamespace::until(
            done, [this] { changed |= mirror.on_readable(); }, mirror.fd());
    }
    Resolution resolve(const char* address) { return mirror.resolve(kLeft, ip(address), now += kSecond * 2); }

    Mirror mirror;
    Nanoseconds now = kSecond;
    bool changed = false;
};

TEST_F(MirrorTest, DescribesDevicesAndAddresses) {
    tables::Interface left;
    ASSERT_TRUE(mirror.describe(kLeft, left));
    EXPECT_GT(left.ifindex, 0);
    EXPECT_EQ(left.mtu, 1500);
    EXPECT_NE(left.mac, wire::Mac{});
    EXPECT_TRUE(mirror.has_address(kLeft, ip("10.9.0.1")));
    EXPECT_FALSE(mirror.has_address(kLeft, ip("10.9.0.2")));
}

TEST_F(MirrorTest, NeighboursComeAndChange) {
    EXPECT_EQ(resolve("10.9.0.7").reach, Reach::pending);
    sh("ip neigh replace 10.9.0.7 lladdr 02:00:00:00:00:07 dev left nud reachable");
    until([&] { return resolve("10.9.0.7").reach == Reach::resolved; });
    EXPECT_TRUE(changed);
    const AdjacencyId id = resolve("10.9.0.7").adjacency;
    EXPECT_EQ(mirror.adjacencies()[index(id)].destination, (wire::Mac{2, 0, 0, 0, 0, 7}));
    sh("ip neigh replace 10.9.0.7 lladdr 02:00:00:00:00:08 dev left nud reachable");
    until([&] { return mirror.adjacencies()[index(id)].destination[5] == 8; });
    EXPECT_EQ(resolve("10.9.0.7").adjacency, id) << "an id keeps its meaning";
}

TEST_F(MirrorTest, TheKernelIsAskedAndAnswers) {
    // The other end answers ARP for 10.9.0.9 when it lives in another namespace.
    sh("ip netns del mirror-test 2>/dev/null; ip netns add mirror-test && ip link set right netns "
       "mirror-test");
    sh("ip -n mirror-test addr add 10.9.0.9/24 dev right && ip -n mirror-test link set right up");
    until([&] { return resolve("10.9.0.9").reach == Reach::resolved; });
    sh("ip netns del mirror-test");
}

TEST_F(MirrorTest, RoutesGoThroughTheirGateway) {
    EXPECT_EQ(resolve("198.51.100.1").reach, Reach::unreachable) << "no route at all";
    EXPECT_EQ(resolve("203.0.113.5").reach, Reach::pending);
    sh("ip neigh replace 10.9.0.254 lladdr 02:00:00:00:00:fe dev left nud permanent");
    until([&] { return resolve("203.0.113.5").reach == Reach::resolved; });
    tables::RouteTable table;
    table.build(mirror.routes(), mirror.adjacencies(), mirror.routes_version());
    EXPECT_EQ(table.lookup(kLeft, ip("203.0.113.5")), resolve("203.0.113.5").adjacency);
    sh("ip route del 203.0.113.0/24");
    until([&] { return resolve("203.0.113.5").reach == Reach::unreachable; });
}

TEST_F(MirrorTest, AGatewayIsKnownBeforeItIsNeeded) {
    sh("ip netns del mirror-test 2>/dev/null; ip netns add mirror-test && ip link set right netns "
       "mirror-test");
    sh("ip -n mirror-test addr add 10.9.0.253/24 dev right && ip -n mirror-test link set right up");
    const std::uint64_t before = mirror.routes_version();
    sh("ip route replace 203.0.113.0/24 via 10.9.0.253 dev left");
    until([&] { return mirror.routes_version() != before; });
    const auto resolved = [&] {
        for (const tables::Adjacency& a : mirror.adjacencies())
            if (a.next_hop == ip("10.9.0.253")) return a.resolved;
        return false;
    };
    until(resolved);
    sh("ip netns del mirror-test");
}

TEST_F(MirrorTest, SurvivesAFlap) {
    sh("ip neigh replace 10.9.0.7 lladdr 02:00:00:00:00:07 dev left nud permanent");
    until([&] { return resolve("10.9.0.7").reach == Reach::resolved; });
    const AdjacencyId id = resolve("10.9.0.7").adjacency;
    sh("ip link set left down");
    until([&] { return !mirror.is_up(kLeft) && resolve("10.9.0.7").reach == Reach::unreachable; });
    sh("ip link set left up && ip neigh replace 10.9.0.7 lladdr 02:00:00:00:00:07 dev left nud permanent");
    until([&] { return mirror.is_up(kLeft) && resolve("10.9.0.7").reach == Reach::resolved; });
    EXPECT_EQ(resolve("10.9.0.7").adjacency, id);
}

TEST_F(MirrorTest, ResynchronisesAfterAnOverrun) {
    mirror.netlink().set_receive_buffer(2048);
    // Thousands of events while nobody reads; some are lost. What is deleted meanwhile must be swept.
    sh("ip neigh replace 10.9.0.200 lladdr 02:00:00:00:00:c8 dev left nud permanent");
    until([&] { return resolve("10.9.0.200").reach == Reach::resolved; });
    sh("for i in $(seq 2 180); do echo neigh replace 10.9.0.$i lladdr 02:00:00:00:01:00 dev left nud "
       "permanent; done"
       " | ip -batch - && ip neigh del 10.9.0.200 dev left");
    const auto known = [&](const char* address) {  // resolve() would ask, and so change what the kernel knows
        for (const tables::Adjacency& a : mirror.adjacencies())
            if (a.next_hop == ip(address)) return a.resolved;
        return false;
    };
    until([&] { return known("10.9.0.180") && known("10.9.0.2"); });
    EXPECT_FALSE(known("10.9.0.200"));
    EXPECT_GT(mirror.netlink().overruns(), 0u);
}

}  // namespace
}  // namespace strowger::net
