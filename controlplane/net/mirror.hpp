// The kernel is the authority for routes and neighbours; this is its picture by InterfaceId and AdjacencyId,
// as the tables want it. Control thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/netlink.hpp"
#include "strowger/ids.hpp"
#include "strowger/tables/realms.hpp"
#include "strowger/tables/routes.hpp"
#include "strowger/time.hpp"

namespace strowger::net {

// Which kernel device an interface of ours is: a port's device, or the VLAN device on it.
struct InterfaceBinding {
    InterfaceId id{};
    PortId port{};
    std::string device;  // the port's kernel device or tap
    std::uint16_t vlan = 0;
};

// The ifindex of the binding's device; 0: there is none.
[[nodiscard]] int find_device(const KernelState& state, const InterfaceBinding& binding);

enum class Reach : std::uint8_t { resolved, pending, unreachable };

struct Resolution {
    Reach reach = Reach::unreachable;
    AdjacencyId adjacency = kNone<AdjacencyId>;  // valid when resolved
};

class Mirror {
  public:
    bool open(std::string& error) { return netlink_.open(error); }
    [[nodiscard]] int fd() const { return netlink_.fd(); }
    // True when the tables must be published again (links, routes or neighbours of ours changed).
    bool on_readable();

    // Says which interfaces exist. Ids keep their meaning; an interface that is not named any more is
    // forgotten.
    void bind(const std::vector<InterfaceBinding>& bindings);

    // The interface's kernel device: fills mac, mtu and ifindex. False: there is no such device (yet).
    bool describe(InterfaceId id, tables::Interface& out) const;
    [[nodiscard]] bool is_up(InterfaceId id) const;
    // Whether the kernel has `address` on the interface.
    [[nodiscard]] bool has_address(InterfaceId id, const wire::IpAddress& address) const;
    [[nodiscard]] std::vector<std::string> devices() const;

    // The next hop of `destination`. pending: the kernel was asked (at most once a second a next hop); try
    // again after on_readable() returned true. `keep`: the kernel is to keep it resolved without traffic
    // (trunks).
    Resolution resolve(InterfaceId id, const wire::IpAddress& destination, Nanoseconds now,
                       bool keep = false);

    // What the tables take. An AdjacencyId means the same (interface, next hop) for the daemon's life.
    [[nodiscard]] const std::shared_ptr<const tables::RouteIndex>& routes() const { return routes_; }
    // Another number whenever routes() is another index.
    [[nodiscard]] std::uint64_t routes_version() const { return routes_version_; }
    [[nodiscard]] const std::vector<tables::Adjacency>& adjacencies() const { return adjacencies_; }

    Netlink& netlink() { return netlink_; }

  private:
    struct Bound {
        InterfaceBinding binding;
        int ifindex = 0;  // 0: the device does not exist
    };
    struct HopKey {
        InterfaceId interface {};
        wire::IpAddress next_hop;
        friend auto operator<=>(const HopKey&, const HopKey&) = default;
    };

    [[nodiscard]] const Bound* bound(InterfaceId id) const;
    // kNone: there are too many. `asked`: we want it; otherwise the kernel merely knows it.
    AdjacencyId adjacency_of(InterfaceId id, const wire::IpAddress& next_hop, bool asked);
    // Brings ifindexes, routes and adjacencies in line with the kernel's state; true when something changed.
    bool refresh();
    void take_routes();

    Netlink netlink_;
    std::uint64_t seen_changes_ = 0;
    std::map<InterfaceId, Bound> bound_;
    std::vector<tables::Adjacency> adjacencies_;
    std::map<HopKey, AdjacencyId> by_hop_;
    std::shared_ptr<const tables::RouteIndex> routes_ = std::make_shared<const tables::RouteIndex>();
    std::uint64_t routes_version_ = 0;
    std::uint64_t seen_routes_ = 0;        // KernelState::route_changes that routes_ knows of
    std::map<HopKey, Nanoseconds> asked_;  // when a next hop was last asked for; bounded by kMaxAsked
};

}  // namespace strowger::net
