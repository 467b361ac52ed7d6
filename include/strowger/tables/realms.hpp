// What the workers know of the operator's network: interfaces, realms, listeners, media addresses.
// Written by the control plane before publish; read-only after.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::tables {

// A port, or one VLAN of it: where addresses live. The same address may exist on two interfaces.
struct Interface {
    PortId port{};
    std::uint16_t vlan = 0;  // 0: untagged
    std::uint16_t mtu = 1500;
    wire::Mac mac{};
    int ifindex = 0;  // of the kernel's device (companion tap for dpdk-owned ports)
};

// A UDP address and port on which we speak SIP.
struct Listener {
    RealmId realm{};
    InterfaceId interface{};
    wire::Endpoint local;
};

// A local address whose UDP ports low..high are media ports.
struct MediaAddress {
    RealmId realm{};
    InterfaceId interface{};
    wire::IpAddress address;
    std::uint16_t low = 16384;   // host order, even
    std::uint16_t high = 32767;  // inclusive, odd
};

// A realm's verdict on who may speak to it: longest prefix wins, then `allow_by_default`.
struct AccessRule {
    wire::Prefix prefix;
    bool allow = true;
};

// Token buckets of SIP messages. Rates are messages a second; a rate of 0 is no limit.
struct RateLimit {
    std::uint32_t per_source = 0;
    std::uint32_t per_source_burst = 0;
    std::uint32_t realm = 0;
    std::uint32_t realm_burst = 0;
};

struct Realm {
    std::string name;
    InterfaceId interface{};
    bool trusted = false;
    bool allow_by_default = true;
    std::vector<AccessRule> access;  // sorted by prefix length, longest first
    std::vector<wire::Prefix> exempt;  // sources the rate limit passes over (trunk peers)
    RateLimit rate;
    std::uint32_t max_message = 65'535;  // bytes
    std::uint16_t max_headers = 128;
    std::uint8_t signalling_dscp = 24;
    std::uint8_t media_dscp = 46;
};

}  // namespace strowger::tables
