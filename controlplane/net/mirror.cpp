#include "net/mirror.hpp"

#include <algorithm>
#include <optional>

namespace strowger::net {
namespace {

constexpr std::size_t kMaxAsked = 65'536;
constexpr Nanoseconds kAskAgain = kSecond;

struct NextHop {
    wire::IpAddress address;
};

// The kernel's choice among its routes out of one device: longest prefix, then lowest metric.
std::optional<NextHop> next_hop(const KernelState& state, int ifindex, const wire::IpAddress& destination) {
    const KernelRoute* best = nullptr;
    for (const auto& [route, _] : state.routes) {
        if (route.ifindex != ifindex || !route.prefix.contains(destination)) continue;
        if (best == nullptr || route.prefix.length > best->prefix.length ||
            (route.prefix.length == best->prefix.length && route.metric < best->metric))
            best = &route;
    }
    if (best == nullptr) return std::nullopt;
    return NextHop{best->has_gateway ? best->gateway : destination};
}

}  // namespace

bool Mirror::on_readable() {
    netlink_.on_readable();
    return refresh();
}

void Mirror::bind(const std::vector<InterfaceBinding>& bindings) {
    bound_.clear();
    for (const InterfaceBinding& binding : bindings)
        bound_[binding.id] = {binding, find_device(netlink_.state(), binding)};
    seen_changes_ = 0;
    refresh();
}

int find_device(const KernelState& state, const InterfaceBinding& binding) {
    int port = 0;
    for (const auto& [ifindex, link] : state.links)
        if (link.value.name == binding.device) port = ifindex;
    if (binding.vlan == 0 || port == 0) return port;
    for (const auto& [ifindex, link] : state.links)
        if (link.value.parent == port && link.value.vlan == binding.vlan) return ifindex;
    return 0;
}

const Mirror::Bound* Mirror::bound(InterfaceId id) const {
    const auto found = bound_.find(id);
    return found == bound_.end() || found->second.ifindex == 0 ? nullptr : &found->second;
}

bool Mirror::describe(InterfaceId id, tables::Interface& out) const {
    const Bound* b = bound(id);
    if (b == nullptr) return false;
    const KernelLink& link = netlink_.state().links.at(b->ifindex).value;
    out.port = b->binding.port;
    out.vlan = b->binding.vlan;
    out.mac = link.mac;
    out.mtu = link.mtu;
    out.ifindex = b->ifindex;
    return true;
}

bool Mirror::is_up(InterfaceId id) const {
    const Bound* b = bound(id);
    return b != nullptr && netlink_.state().links.at(b->ifindex).value.up;
}

bool Mirror::has_address(InterfaceId id, const wire::IpAddress& address) const {
    const Bound* b = bound(id);
    return b != nullptr && netlink_.state().addresses.contains({b->ifindex, address});
}

std::vector<std::string> Mirror::devices() const {
    std::vector<std::string> names;
    for (const auto& [_, link] : netlink_.state().links) names.push_back(link.value.name);
    return names;
}

AdjacencyId Mirror::adjacency_of(InterfaceId id, const wire::IpAddress& hop) {
    const auto [at, fresh] = by_hop_.try_emplace({id, hop}, static_cast<AdjacencyId>(adjacencies_.size()));
    if (fresh)
        adjacencies_.push_back({.interface = id, .resolved = false, .destination = {}, .next_hop = hop});
    return at->second;
}

Resolution Mirror::resolve(InterfaceId id, const wire::IpAddress& destination, Nanoseconds now, bool keep) {
    const Bound* b = bound(id);
    if (b == nullptr) return {};
    const auto hop = next_hop(netlink_.state(), b->ifindex, destination);
    if (!hop) return {};
    const HopKey key{id, hop->address};
    const auto known = by_hop_.find(key);
    const bool resolved = known != by_hop_.end() && adjacencies_[index(known->second)].resolved;
    const auto neighbour = netlink_.state().neighbours.find({b->ifindex, hop->address});
    const bool permanent =
        neighbour != netlink_.state().neighbours.end() && neighbour->second.value.permanent;
    const auto asked = asked_.find(key);
    if ((!resolved || (keep && !permanent)) && (asked == asked_.end() || now - asked->second >= kAskAgain)) {
        if (asked_.size() >= kMaxAsked) asked_.clear();
        asked_[key] = now;
        netlink_.ask(b->ifindex, hop->address, keep);
    }
    if (!resolved) return {Reach::pending, kNone<AdjacencyId>};
    return {Reach::resolved, known->second};
}

bool Mirror::refresh() {
    const KernelState& state = netlink_.state();
    if (state.changes == seen_changes_) return false;
    seen_changes_ = state.changes;
    for (auto& [_, b] : bound_) b.ifindex = find_device(state, b.binding);

    for (const auto& [id, b] : bound_) {
        const auto first = state.neighbours.lower_bound({b.ifindex, {}});
        for (auto n = first; n != state.neighbours.end() && n->first.ifindex == b.ifindex; ++n)
            adjacency_of(id, n->first.address);
        for (const auto& [route, seen] : state.routes)
            if (route.ifindex == b.ifindex && route.has_gateway) adjacency_of(id, route.gateway);
    }
    for (tables::Adjacency& adjacency : adjacencies_) {
        const auto b = bound_.find(adjacency.interface);
        const auto n = b == bound_.end() ? state.neighbours.end()
                                         : state.neighbours.find({b->second.ifindex, adjacency.next_hop});
        adjacency.resolved = n != state.neighbours.end();
        // An entry that the kernel forgot for a while keeps its MAC: live media goes on, and a wrong MAC is
        // put right by the kernel's next answer.
        if (adjacency.resolved) adjacency.destination = n->second.value.mac;
    }
    return true;
}

std::vector<tables::Route> Mirror::routes() const {
    std::vector<tables::Route> out;
    for (const auto& [id, b] : bound_) {
        // In the kernel's order of preference; the table takes the first of equal prefixes.
        std::vector<const KernelRoute*> mine;
        for (const auto& [route, _] : netlink_.state().routes)
            if (route.ifindex == b.ifindex) mine.push_back(&route);
        std::stable_sort(mine.begin(), mine.end(),
                         [](const KernelRoute* a, const KernelRoute* c) { return a->metric < c->metric; });
        for (const KernelRoute* route : mine) {
            tables::Route entry{.interface = id, .prefix = route->prefix};
            if (route->has_gateway) entry.adjacency = by_hop_.at({id, route->gateway});
            out.push_back(entry);
        }
    }
    return out;
}

}  // namespace strowger::net
