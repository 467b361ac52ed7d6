// The kernel's routes and neighbours as the workers see them. Written by the control plane's kernel mirror.
#pragma once

#include <cstdint>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::tables {

// A next hop's L2 rewrite. kUnresolved entries have no MAC yet: packets for them are held or dropped by name.
struct Adjacency {
    InterfaceId interface{};
    bool resolved = false;
    wire::Mac destination{};
    wire::IpAddress next_hop;
};

// One route of one interface. `adjacency` is kNone for a connected prefix: then the destination is its own next
// hop and is looked up among the neighbours.
struct Route {
    InterfaceId interface{};
    wire::Prefix prefix;
    AdjacencyId adjacency = kNone<AdjacencyId>;
};

// Immutable. Routes are sorted by (interface, prefix length descending); neighbours are an open-addressing hash.
class RouteTable {
  public:
    // Builds the lookup structures. Adjacency ids are indexes into `adjacencies`.
    void build(std::vector<Route> routes, std::vector<Adjacency> adjacencies);
    // Next hop of `destination` out of `interface`; kNone: no route, or the neighbour is not known yet.
    [[nodiscard]] AdjacencyId lookup(InterfaceId interface, const wire::IpAddress& destination) const noexcept;
    [[nodiscard]] const Adjacency* adjacency(AdjacencyId id) const noexcept {
        return index(id) < adjacencies_.size() ? &adjacencies_[index(id)] : nullptr;
    }
    [[nodiscard]] const std::vector<Adjacency>& adjacencies() const { return adjacencies_; }
    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  private:
    [[nodiscard]] AdjacencyId neighbour(InterfaceId interface, const wire::IpAddress& address) const noexcept;
    std::vector<Route> routes_;
    std::vector<Adjacency> adjacencies_;
    std::vector<std::uint32_t> slots_;  // 1 + adjacency index; 0: empty
};

}  // namespace strowger::tables
