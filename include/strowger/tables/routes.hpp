// The kernel's routes and neighbours as the workers see them. Written by the control plane's kernel mirror.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::tables {

// A next hop's L2 rewrite. Unresolved entries have no MAC yet: packets for them are held or dropped by name.
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

// Longest prefix match. Immutable, and shared by all snapshots until a route changes. The prefixes are cut into
// ranges of addresses that do not overlap, so that a lookup is one binary search however many routes there are.
class RouteIndex {
  public:
    RouteIndex() = default;
    // Of equal prefixes on one interface the first counts. A prefix holds addresses of its own family alone.
    explicit RouteIndex(std::vector<Route> routes);
    // nullptr: no route.
    [[nodiscard]] const Route* find(InterfaceId interface, const wire::IpAddress& destination) const noexcept;
    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  private:
    // From `first` to the next range's. kNoRoute: a gap.
    struct Range {
        wire::IpAddress first;
        std::uint32_t route = 0;
    };
    static constexpr std::uint32_t kNoRoute = 0xffffffff;
    // Where the ranges of one (interface, family) lie.
    struct Part {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
    };
    void add_ranges(std::size_t begin, std::size_t end);

    std::vector<Route> routes_;
    std::vector<Range> ranges_;
    std::vector<Part> parts_;  // by InterfaceId: IPv4, IPv6
};

// Immutable. Neighbours are an open-addressing hash.
class RouteTable {
  public:
    // Adjacency ids are indexes into `adjacencies`. `version` is another number whenever routes differ.
    void build(std::shared_ptr<const RouteIndex> routes, std::vector<Adjacency> adjacencies, std::uint64_t version);
    void build(std::vector<Route> routes, std::vector<Adjacency> adjacencies) {
        build(std::make_shared<const RouteIndex>(std::move(routes)), std::move(adjacencies), 0);
    }
    // Next hop of `destination` out of `interface`; kNone: no route, or the neighbour is not known yet.
    [[nodiscard]] AdjacencyId lookup(InterfaceId interface, const wire::IpAddress& destination) const noexcept;
    [[nodiscard]] const Adjacency* adjacency(AdjacencyId id) const noexcept {
        return index(id) < adjacencies_.size() ? &adjacencies_[index(id)] : nullptr;
    }
    [[nodiscard]] const std::vector<Adjacency>& adjacencies() const { return adjacencies_; }
    [[nodiscard]] std::uint64_t version() const { return version_; }

  private:
    [[nodiscard]] AdjacencyId neighbour(InterfaceId interface, const wire::IpAddress& address) const noexcept;
    std::shared_ptr<const RouteIndex> routes_;
    std::vector<Adjacency> adjacencies_;
    std::vector<std::uint32_t> slots_;  // 1 + adjacency index; 0: empty
    std::uint64_t version_ = 0;
};

}  // namespace strowger::tables
