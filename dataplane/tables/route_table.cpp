#include "strowger/tables/routes.hpp"

#include <bit>
#include <utility>

#include "tables/address_hash.hpp"

namespace strowger::tables {

void RouteTable::build(std::shared_ptr<const RouteIndex> routes, std::vector<Adjacency> adjacencies,
                       std::uint64_t version) {
    routes_ = std::move(routes);
    adjacencies_ = std::move(adjacencies);
    version_ = version;
    slots_.assign(std::bit_ceil(adjacencies_.size() * 2 + 1), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::uint32_t i = 0; i < adjacencies_.size(); ++i) {
        if (adjacencies_[i].interface == kNone<InterfaceId>) continue;
        std::size_t slot = address_hash(adjacencies_[i].interface, adjacencies_[i].next_hop) & mask;
        while (slots_[slot] != 0) slot = (slot + 1) & mask;
        slots_[slot] = i + 1;
    }
}

AdjacencyId RouteTable::lookup(InterfaceId interface, const wire::IpAddress& destination) const noexcept {
    const Route* route = routes_ == nullptr ? nullptr : routes_->find(interface, destination);
    if (route == nullptr) return kNone<AdjacencyId>;
    return route->adjacency != kNone<AdjacencyId> ? route->adjacency : neighbour(interface, destination);
}

AdjacencyId RouteTable::neighbour(InterfaceId interface, const wire::IpAddress& address) const noexcept {
    if (slots_.empty()) return kNone<AdjacencyId>;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = address_hash(interface, address) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const Adjacency& found = adjacencies_[slots_[slot] - 1];
        if (found.interface == interface && found.next_hop == address)
            return static_cast<AdjacencyId>(slots_[slot] - 1);
    }
    return kNone<AdjacencyId>;
}

}  // namespace strowger::tables
