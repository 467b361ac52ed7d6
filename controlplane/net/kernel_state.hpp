// What the kernel knows of the network, as plain values. Filled by Netlink, read by Mirror.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "strowger/wire/ip.hpp"

namespace strowger::net {

struct KernelLink {
    std::string name;
    wire::Mac mac{};
    std::uint16_t mtu = 1500;
    int parent = 0;          // ifindex of the device that a VLAN lies on; 0: none
    std::uint16_t vlan = 0;  // of a VLAN device
    bool up = false;         // administratively up and running
    friend bool operator==(const KernelLink&, const KernelLink&) = default;
};

struct KernelRoute {
    int ifindex = 0;
    wire::Prefix prefix;
    bool has_gateway = false;
    wire::IpAddress gateway;
    std::uint32_t metric = 0;
    friend auto operator<=>(const KernelRoute&, const KernelRoute&) = default;
};

struct NeighbourKey {
    int ifindex = 0;
    wire::IpAddress address;
    friend auto operator<=>(const NeighbourKey&, const NeighbourKey&) = default;
};

struct KernelNeighbour {
    wire::Mac mac{};
    bool permanent = false;  // set by an operator: asking for it would make the kernel forget that
    friend bool operator==(const KernelNeighbour&, const KernelNeighbour&) = default;
};

// `seen` is the resynchronisation that last confirmed an entry: what a full dump does not confirm is swept.
template <typename T>
struct Seen {
    T value;
    std::uint64_t seen = 0;
};

struct KernelState {
    std::map<int, Seen<KernelLink>> links;
    std::map<NeighbourKey, Seen<bool>> addresses;  // ours; the bool is always true
    std::map<KernelRoute, Seen<bool>> routes;
    std::map<NeighbourKey, Seen<KernelNeighbour>> neighbours;  // resolved ones only
    std::uint64_t changes = 0;                                 // grows with every change
    std::uint64_t route_changes = 0;                           // with every change of a route
    // The kernel drops routes without telling when a link goes down or an address goes away: read all again.
    bool stale = false;
};

}  // namespace strowger::net
