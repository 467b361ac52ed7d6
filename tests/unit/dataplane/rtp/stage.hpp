// A pair of legs on a small network, without packets: what the tests of the stage's parts start from.
#pragma once

#include <memory>
#include <vector>

#include "rtp/commands.hpp"
#include "rtp/context.hpp"

namespace strowger::rtp::test {

inline wire::Endpoint endpoint(const char* text) {
    return *wire::parse_endpoint(text);
}
inline wire::IpAddress address(const char* text) {
    return *wire::parse_address(text);
}

inline constexpr MediaAddressId kAccess{0};
inline constexpr MediaAddressId kCore{1};
inline constexpr rings::LegId kA{kAccess, 16384};
inline constexpr rings::LegId kB{kCore, 20000};

// Interface 0 (access, 10.10.0.1, IPv6 fd10:a::1) and 1 (core, VLAN 20, 10.20.0.1). Next hops: 10.10.0.100,
// and for all else on the access side 10.10.0.254; 10.20.0.10 on the core side.
inline std::unique_ptr<tables::Tables> small_network() {
    auto t = std::make_unique<tables::Tables>();
    t->interfaces = {{PortId{0}, 0, 1500, {2, 0, 0, 0, 0, 1}, 1},
                     {PortId{1}, 20, 1500, {2, 0, 0, 0, 0, 2}, 2}};
    t->realms.resize(2);
    t->media_addresses = {{RealmId{0}, InterfaceId{0}, address("10.10.0.1"), 16384, 32767},
                          {RealmId{1}, InterfaceId{1}, address("10.20.0.1"), 16384, 32767},
                          {RealmId{0}, InterfaceId{0}, address("fd10:a::1"), 16384, 32767}};
    std::vector<tables::Adjacency> adjacencies{
        {InterfaceId{0}, true, {0xa, 0, 0, 0, 0, 100}, address("10.10.0.100")},
        {InterfaceId{0}, true, {0xa, 0, 0, 0, 0, 254}, address("10.10.0.254")},
        {InterfaceId{1}, true, {0xb, 0, 0, 0, 0, 10}, address("10.20.0.10")},
        {InterfaceId{0}, true, {0xa, 0, 0, 0, 6, 100}, address("fd10:a::100")},
        {InterfaceId{1}, false, {}, address("10.20.0.66")},
    };
    std::vector<tables::Route> routes{
        {InterfaceId{0}, *wire::parse_prefix("10.10.0.0/24"), kNone<AdjacencyId>},
        {InterfaceId{0}, *wire::parse_prefix("198.51.100.0/24"), AdjacencyId{1}},
        {InterfaceId{0}, *wire::parse_prefix("fd10:a::/64"), kNone<AdjacencyId>},
        {InterfaceId{1}, *wire::parse_prefix("10.20.0.0/24"), kNone<AdjacencyId>},
    };
    t->routes.build(std::move(routes), std::move(adjacencies));
    t->seal();
    return t;
}

struct Stage {
    Stage() {
        for (std::uint16_t a = 0; a < 3; ++a) legs.add_address(MediaAddressId{a}, 16384, 32767);
    }
    std::unique_ptr<tables::Tables> tables = small_network();
    LegTable legs{WorkerId{0}, 1};
    rings::Spsc<rings::Event> event_ring{64};
    CounterBlock books;
    Context context{legs, tables.get(), event_ring, books, 1000 * kSecond};

    [[nodiscard]] LegRef a() const { return legs.find(kA); }
    [[nodiscard]] LegRef b() const { return legs.find(kB); }
    void pass(Nanoseconds time) { context.now += time; }

    // A command for leg A (phone at 10.10.0.100:4000) whose peer is B (PBX at 10.20.0.10:5000), or the
    // reverse.
    [[nodiscard]] static rings::Command command(rings::LegId leg) {
        rings::Command c;
        c.leg = leg;
        c.peer = leg == kA ? kB : kA;
        c.remote_rtp = leg == kA ? endpoint("10.10.0.100:4000") : endpoint("10.20.0.10:5000");
        c.remote_rtcp = c.remote_rtp;
        c.remote_rtcp.port = wire::be16::from_host(static_cast<std::uint16_t>(c.remote_rtp.port.host() + 1));
        c.signalling = leg == kA ? address("198.51.100.7") : address("10.20.0.10");
        c.adjacency = leg == kA ? AdjacencyId{0} : AdjacencyId{2};
        c.session = leg == kA ? 11 : 22;
        c.telephone_event = 101;
        return c;
    }
    void install_pair() {
        apply(context, command(kA));
        apply(context, command(kB));
    }
    [[nodiscard]] std::vector<rings::Event> take_events() {
        std::vector<rings::Event> out(64);
        out.resize(event_ring.pop(out));
        return out;
    }
    [[nodiscard]] std::uint64_t counter(Counter c) const {
        return books.counters[static_cast<std::size_t>(c)];
    }
};

}  // namespace strowger::rtp::test
