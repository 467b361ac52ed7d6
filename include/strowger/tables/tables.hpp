// The snapshot: all that workers read and never write. Built aside by the control plane, swapped by one
// pointer (Dataplane::publish), freed after every worker has passed it. A worker loads the pointer once a
// burst.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/tables/digest.hpp"
#include "strowger/tables/proxy.hpp"
#include "strowger/tables/realms.hpp"
#include "strowger/tables/routes.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::tables {

// What a local address is for. Found by (interface, address); then the UDP port decides.
struct LocalAddress {
    InterfaceId interface {};
    wire::IpAddress address;
    MediaAddressId media = kNone<MediaAddressId>;
    std::uint16_t media_low = 1;  // empty range when there is no media here
    std::uint16_t media_high = 0;
    struct Sip {
        wire::be16 port;
        ListenerId listener{};
    };
    std::vector<Sip> sip;
};

// Numbers whose calls are let in whatever there is to do.
struct EmergencyNumbers {
    std::vector<RealmId> from;        // realms that the call may come from; empty: any
    std::vector<std::string> digits;  // beginnings of the called number; with users both empty: every number
    std::vector<std::string> users;   // called users, whole
};

// New requests are refused by the worker while the control plane is behind (docs/operate/overload.md).
struct Overload {
    std::uint32_t punt_depth = 0;  // refuse above this many new requests waiting; 0: off
    std::uint32_t delay_us = 0;    // refuse when one more would wait longer than this; 0: off
    std::uint16_t retry_after_s = 5;
    std::vector<EmergencyNumbers> emergencies;
};

struct Tables {
    std::uint64_t version = 0;
    std::vector<Interface> interfaces;
    std::vector<Realm> realms;
    std::vector<Listener> listeners;
    std::vector<MediaAddress> media_addresses;
    RouteTable routes;
    Overload overload;
    Proxy proxy;
    Digest digest;
    bool performance_mode = false;  // poll without ever sleeping
    std::string server_name;        // Server header of responses that workers write themselves; empty: none

    // Builds the address index from listeners and media_addresses. Call once, before publish.
    void seal();
    [[nodiscard]] const LocalAddress* local(InterfaceId interface,
                                            const wire::IpAddress& address) const noexcept;
    // kNone: no such VLAN on that port.
    [[nodiscard]] InterfaceId interface_of(PortId port, std::uint16_t vlan) const noexcept;

  private:
    std::vector<LocalAddress> locals_;
    std::vector<std::uint32_t> slots_;  // 1 + index in locals_; 0: empty
};

}  // namespace strowger::tables
