#include "strowger/tables/tables.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace strowger::tables {
namespace {

wire::IpAddress ip(const char* text) {
    return *wire::parse_address(text);
}
constexpr InterfaceId kAccess{0};
constexpr InterfaceId kCore{1};

TEST(RouteTable, LongestPrefixThenNeighbour) {
    RouteTable table;
    table.build({{kAccess, *wire::parse_prefix("0.0.0.0/0"), AdjacencyId{1}},
                 {kAccess, *wire::parse_prefix("10.1.0.0/16"), AdjacencyId{0}},
                 {kAccess, *wire::parse_prefix("10.1.2.0/24"), kNone<AdjacencyId>}},
                {{.interface = kAccess, .next_hop = ip("192.0.2.1")},
                 {.interface = kAccess, .next_hop = ip("192.0.2.254")},
                 {.interface = kAccess, .next_hop = ip("10.1.2.3")}});
    EXPECT_EQ(table.lookup(kAccess, ip("203.0.113.9")), AdjacencyId{1});
    EXPECT_EQ(table.lookup(kAccess, ip("10.1.9.9")), AdjacencyId{0});
    EXPECT_EQ(table.lookup(kAccess, ip("10.1.2.3")), AdjacencyId{2});
    EXPECT_EQ(table.lookup(kAccess, ip("10.1.2.4")), kNone<AdjacencyId>) << "connected, but no neighbour yet";
    EXPECT_EQ(table.lookup(kAccess, ip("2001:db8::1")), kNone<AdjacencyId>)
        << "an IPv4 default is not an IPv6 one";
}

TEST(RouteTable, InterfacesDoNotShareRoutesOrNeighbours) {
    RouteTable table;
    table.build({{kAccess, *wire::parse_prefix("10.0.0.0/8"), kNone<AdjacencyId>},
                 {kCore, *wire::parse_prefix("10.0.0.0/8"), kNone<AdjacencyId>}},
                {{.interface = kAccess, .next_hop = ip("10.0.0.5")},
                 {.interface = kCore, .next_hop = ip("10.0.0.5")}});
    EXPECT_EQ(table.lookup(kAccess, ip("10.0.0.5")), AdjacencyId{0});
    EXPECT_EQ(table.lookup(kCore, ip("10.0.0.5")), AdjacencyId{1});
    EXPECT_EQ(table.lookup(InterfaceId{7}, ip("10.0.0.5")), kNone<AdjacencyId>);
}

TEST(RouteTable, AFamilysDefaultIsItsOwn) {
    RouteTable table;
    table.build({{kAccess, *wire::parse_prefix("::/0"), AdjacencyId{0}}},
                {{.interface = kAccess, .next_hop = ip("fd00::1")}});
    EXPECT_EQ(table.lookup(kAccess, ip("2001:db8::1")), AdjacencyId{0});
    EXPECT_EQ(table.lookup(kAccess, ip("192.0.2.1")), kNone<AdjacencyId>);
}

// Few bits, so that prefixes lie in each other, touch, and reach the ends of the address space.
wire::IpAddress random_address(std::mt19937& random, bool v4) {
    const auto byte = [&] {
        constexpr std::array<std::uint8_t, 6> values{0, 1, 2, 0x80, 0xfe, 0xff};
        return values[random() % values.size()];
    };
    if (v4) {
        std::uint32_t host = 0;
        for (int i = 0; i < 4; ++i) host = host << 8 | byte();
        return wire::IpAddress::from_v4(wire::be32::from_host(host));
    }
    std::array<std::uint8_t, 16> bytes{};
    for (const std::size_t i : {0u, 1u, 7u, 8u, 15u}) bytes[i] = byte();
    bytes[0] |= 0x20;
    return wire::IpAddress::from_v6(bytes.data());
}

// What the index is held against: every route is looked at.
const Route* longest(const std::vector<Route>& routes, InterfaceId interface,
                     const wire::IpAddress& address) {
    const Route* best = nullptr;
    for (const Route& route : routes)
        if (route.interface == interface && route.prefix.contains(address) &&
            (best == nullptr || route.prefix.length > best->prefix.length))
            best = &route;
    return best;
}

TEST(RouteIndex, FindsWhatALookAtEveryRouteFinds) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::vector<Route> routes;
        for (std::size_t n = random() % 60; n != 0; --n) {
            const bool v4 = random() % 2 == 0;
            const auto length = static_cast<std::uint8_t>(v4 ? 96 + random() % 33 : random() % 129);
            routes.push_back({random() % 2 == 0 ? kAccess : kCore,
                              {random_address(random, v4), length},
                              static_cast<AdjacencyId>(routes.size())});
        }
        const RouteIndex index(routes);
        for (int i = 0; i < 200; ++i) {
            const InterfaceId interface = random() % 2 == 0 ? kAccess : kCore;
            const wire::IpAddress address = random_address(random, random() % 2 == 0);
            const Route* expected = longest(routes, interface, address);
            const Route* found = index.find(interface, address);
            ASSERT_EQ(found != nullptr, expected != nullptr) << wire::to_string(address);
            if (found != nullptr) {
                EXPECT_EQ(found->adjacency, expected->adjacency) << wire::to_string(address);
            }
        }
    }
}

TEST(Tables, OverlappingAddressesAreToldApartByInterface) {
    Tables tables;
    tables.interfaces = {{.port = PortId{0}, .vlan = 100}, {.port = PortId{0}, .vlan = 200}};
    const wire::Endpoint local{ip("10.0.0.1"), wire::be16::from_host(5060)};
    tables.listeners = {{RealmId{0}, InterfaceId{0}, local}, {RealmId{1}, InterfaceId{1}, local}};
    tables.media_addresses = {{RealmId{1}, InterfaceId{1}, ip("10.0.0.1"), 20000, 29999}};
    tables.seal();
    const LocalAddress* red = tables.local(tables.interface_of(PortId{0}, 100), ip("10.0.0.1"));
    const LocalAddress* blue = tables.local(tables.interface_of(PortId{0}, 200), ip("10.0.0.1"));
    ASSERT_TRUE(red != nullptr && blue != nullptr);
    EXPECT_EQ(red->sip.at(0).listener, ListenerId{0});
    EXPECT_EQ(red->media, kNone<MediaAddressId>);
    EXPECT_LT(red->media_high, red->media_low);
    EXPECT_EQ(blue->sip.at(0).listener, ListenerId{1});
    EXPECT_EQ(blue->media, MediaAddressId{0});
    EXPECT_EQ(tables.local(InterfaceId{0}, ip("10.0.0.2")), nullptr);
    EXPECT_EQ(tables.interface_of(PortId{0}, 0), kNone<InterfaceId>);
    EXPECT_EQ(tables.interface_of(PortId{1}, 100), kNone<InterfaceId>);
}

}  // namespace
}  // namespace strowger::tables
