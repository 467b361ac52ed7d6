#include "strowger/tables/tables.hpp"

#include <gtest/gtest.h>

namespace strowger::tables {
namespace {

wire::IpAddress ip(const char* text) { return *wire::parse_address(text); }
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
    EXPECT_EQ(table.lookup(kAccess, ip("2001:db8::1")), kNone<AdjacencyId>) << "an IPv4 default is not an IPv6 one";
}

TEST(RouteTable, InterfacesDoNotShareRoutesOrNeighbours) {
    RouteTable table;
    table.build({{kAccess, *wire::parse_prefix("10.0.0.0/8"), kNone<AdjacencyId>},
                 {kCore, *wire::parse_prefix("10.0.0.0/8"), kNone<AdjacencyId>}},
                {{.interface = kAccess, .next_hop = ip("10.0.0.5")}, {.interface = kCore, .next_hop = ip("10.0.0.5")}});
    EXPECT_EQ(table.lookup(kAccess, ip("10.0.0.5")), AdjacencyId{0});
    EXPECT_EQ(table.lookup(kCore, ip("10.0.0.5")), AdjacencyId{1});
    EXPECT_EQ(table.lookup(InterfaceId{7}, ip("10.0.0.5")), kNone<AdjacencyId>);
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
