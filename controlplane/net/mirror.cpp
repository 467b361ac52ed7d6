#include "net/mirror.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace strowger::net {
namespace {

constexpr std::size_t kMaxAsked = 65'536;
// Hosts of a network can make the kernel know any number of neighbours. Those that nobody asked for are taken
// while there are few; all together are what an operator's networks may hold.
constexpr std::size_t kMostUnasked = 16'384;
constexpr std::size_t kMostAdjacencies = 1'048'576;
constexpr std::size_t kMostGateways = 256;  // asked for at a change of routes
constexpr Nanoseconds kAskAgain = kSecond;

}  // namespace

bool Mirror::on_readable() {
    netlink_.on_readable();
    return refresh();
}

void Mirror::bind(const std::vector<InterfaceBinding>& bindings) {
    bound_.clear();
    for (const InterfaceBinding& binding : bindings)
        bound_[binding.id] = {binding, find_device(netlink_.state(), binding)};
    take_routes();
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

AdjacencyId Mirror::adjacency_of(InterfaceId id, const wire::IpAddress& hop, bool asked) {
    const auto at = by_hop_.find({id, hop});
    if (at != by_hop_.end()) return at->second;
    if (adjacencies_.size() >= (asked ? kMostAdjacencies : kMostUnasked)) return kNone<AdjacencyId>;
    const auto fresh = static_cast<AdjacencyId>(adjacencies_.size());
    by_hop_.emplace(HopKey{id, hop}, fresh);
    adjacencies_.push_back({.interface = id, .resolved = false, .destination = {}, .next_hop = hop});
    return fresh;
}

Resolution Mirror::resolve(InterfaceId id, const wire::IpAddress& destination, Nanoseconds now, bool keep) {
    const Bound* b = bound(id);
    if (b == nullptr) return {};
    const tables::Route* route = routes_->find(id, destination);
    if (route == nullptr) return {};
    const wire::IpAddress hop =
        route->adjacency == kNone<AdjacencyId> ? destination : adjacencies_[index(route->adjacency)].next_hop;
    const HopKey key{id, hop};
    const auto known = by_hop_.find(key);
    const bool resolved = known != by_hop_.end() && adjacencies_[index(known->second)].resolved;
    const auto neighbour = netlink_.state().neighbours.find({b->ifindex, hop});
    const bool permanent =
        neighbour != netlink_.state().neighbours.end() && neighbour->second.value.permanent;
    const auto asked = asked_.find(key);
    if ((!resolved || (keep && !permanent)) && (asked == asked_.end() || now - asked->second >= kAskAgain)) {
        if (asked_.size() >= kMaxAsked) asked_.clear();
        asked_[key] = now;
        netlink_.ask(b->ifindex, hop, keep);
    }
    if (known == by_hop_.end()) {
        adjacency_of(id, hop, true);
        seen_changes_ = netlink_.state().changes - 1;  // the kernel may know it already and have no news
    }
    if (!resolved) return {Reach::pending, kNone<AdjacencyId>};
    return {Reach::resolved, known->second};
}

bool Mirror::refresh() {
    const KernelState& state = netlink_.state();
    if (state.changes == seen_changes_) return false;
    seen_changes_ = state.changes;
    bool moved = seen_routes_ != state.route_changes;
    for (auto& [_, b] : bound_) {
        const int before = b.ifindex;
        b.ifindex = find_device(state, b.binding);
        moved = moved || b.ifindex != before;
    }
    if (moved) take_routes();
    for (const auto& [id, b] : bound_) {
        const auto first = state.neighbours.lower_bound({b.ifindex, {}});
        for (auto n = first; n != state.neighbours.end() && n->first.ifindex == b.ifindex; ++n)
            adjacency_of(id, n->first.address, false);
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

void Mirror::take_routes() {
    const KernelState& state = netlink_.state();
    std::vector<tables::Route> out;
    std::set<std::pair<InterfaceId, wire::IpAddress>> asked;
    for (const auto& [id, b] : bound_) {
        // In the kernel's order of preference; the index takes the first of equal prefixes.
        std::vector<const KernelRoute*> mine;
        const KernelRoute from{.ifindex = b.ifindex, .prefix = {.length = 0}};
        for (auto at = state.routes.lower_bound(from);
             at != state.routes.end() && at->first.ifindex == b.ifindex; ++at)
            mine.push_back(&at->first);
        std::stable_sort(mine.begin(), mine.end(),
                         [](const KernelRoute* a, const KernelRoute* c) { return a->metric < c->metric; });
        for (const KernelRoute* route : mine) {
            tables::Route entry{.interface = id, .prefix = route->prefix};
            if (route->has_gateway) {
                entry.adjacency = adjacency_of(id, route->gateway, true);
                if (entry.adjacency == kNone<AdjacencyId>) continue;
                // Known before it is needed, so that a failing way is left without a pause.
                if (!state.neighbours.contains({b.ifindex, route->gateway}) && asked.size() < kMostGateways &&
                    asked.emplace(id, route->gateway).second)
                    netlink_.ask(b.ifindex, route->gateway, false);
            }
            out.push_back(entry);
        }
    }
    routes_ = std::make_shared<const tables::RouteIndex>(std::move(out));
    ++routes_version_;
    seen_routes_ = state.route_changes;
}

}  // namespace strowger::net
