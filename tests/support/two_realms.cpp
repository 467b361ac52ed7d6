#include "two_realms.hpp"

#include <string>
#include <vector>

namespace strowger::test {

void two_realms(tables::Tables& tables) {
    tables.interfaces = {{.port = PortId{0}, .mac = kOurMac, .ifindex = 1},
                         {.port = PortId{1}, .mac = kOurMac, .ifindex = 2}};
    tables.realms.resize(2);
    tables.realms[0].name = "access";
    tables.realms[0].interface = InterfaceId{0};
    tables.realms[1].name = "core";
    tables.realms[1].interface = InterfaceId{1};
    tables.realms[1].trusted = true;
    tables.server_name = "Strowger";
    struct Address {
        const char* text;
        RealmId realm;
        InterfaceId interface;
    };
    std::vector<tables::Adjacency> neighbours;
    std::vector<tables::Route> routes;
    for (const Address& a :
         {Address{"10.10.0.", RealmId{0}, InterfaceId{0}}, Address{"fd10:a::", RealmId{0}, InterfaceId{0}},
          Address{"10.20.0.", RealmId{1}, InterfaceId{1}}, Address{"fd10:b::", RealmId{1}, InterfaceId{1}}}) {
        const std::string base = a.text;
        const wire::IpAddress ours = *wire::parse_address((base + "1").c_str());
        tables.listeners.push_back({a.realm, a.interface, {ours, wire::be16::from_host(5060)}});
        tables.media_addresses.push_back({a.realm, a.interface, ours, 16384, 32767});
        for (const char* host : {"10", "99"})
            neighbours.push_back({a.interface, true, kPeerMac, *wire::parse_address((base + host).c_str())});
        routes.push_back({a.interface, *wire::parse_prefix(base + (ours.is_v4() ? "0/24" : "/64"))});
    }
    tables.routes.build(routes, neighbours);
}

}  // namespace strowger::test
