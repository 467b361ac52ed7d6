#include "net/netlink_apply.hpp"

#include <linux/if.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/vlan.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/route.h>

#include <optional>

namespace strowger::net {
namespace {

std::optional<wire::IpAddress> address_of(nl_addr* address) {
    if (address == nullptr) return std::nullopt;
    const void* bytes = nl_addr_get_binary_addr(address);
    if (nl_addr_get_family(address) == AF_INET && nl_addr_get_len(address) == 4) {
        std::uint32_t raw = 0;
        std::memcpy(&raw, bytes, 4);
        return wire::IpAddress::from_v4(wire::be32::from_wire(raw));
    }
    if (nl_addr_get_family(address) == AF_INET6 && nl_addr_get_len(address) == 16)
        return wire::IpAddress::from_v6(bytes);
    return std::nullopt;
}

// Puts or removes one entry, and counts a change only when something changed.
template <typename Map, typename Key, typename Value>
void put(KernelState& state, Map& map, const Key& key, const Value& value, std::uint64_t generation) {
    auto [at, fresh] = map.try_emplace(key);
    if (fresh || !(at->second.value == value)) ++state.changes;
    at->second = {value, generation};
}

template <typename Map, typename Key>
void remove(KernelState& state, Map& map, const Key& key) {
    if (map.erase(key) != 0) ++state.changes;
}

void apply_link(rtnl_link* link, bool gone, KernelState& state, std::uint64_t generation) {
    const int ifindex = rtnl_link_get_ifindex(link);
    if (gone) {
        state.stale = true;
        return remove(state, state.links, ifindex);
    }
    KernelLink value;
    if (const char* name = rtnl_link_get_name(link)) value.name = name;
    if (nl_addr* mac = rtnl_link_get_addr(link); mac != nullptr && nl_addr_get_len(mac) == value.mac.size())
        std::memcpy(value.mac.data(), nl_addr_get_binary_addr(mac), value.mac.size());
    value.mtu = static_cast<std::uint16_t>(std::min(rtnl_link_get_mtu(link), 65535u));
    value.parent = rtnl_link_get_link(link);
    if (rtnl_link_is_vlan(link) != 0) value.vlan = static_cast<std::uint16_t>(rtnl_link_vlan_get_id(link));
    constexpr unsigned kUp = IFF_UP | IFF_RUNNING;
    value.up = (rtnl_link_get_flags(link) & kUp) == kUp;
    const auto old = state.links.find(ifindex);
    if (old != state.links.end() && old->second.value.up != value.up) state.stale = true;
    put(state, state.links, ifindex, value, generation);
}

void apply_address(rtnl_addr* address, bool gone, KernelState& state, std::uint64_t generation) {
    const auto local = address_of(rtnl_addr_get_local(address));
    if (!local) return;
    const NeighbourKey key{rtnl_addr_get_ifindex(address), *local};
    if (gone) {
        state.stale = true;
        return remove(state, state.addresses, key);
    }
    put(state, state.addresses, key, true, generation);
}

void apply_route(rtnl_route* route, bool gone, KernelState& state, std::uint64_t generation) {
    const std::uint32_t table = rtnl_route_get_table(route);
    if (table != RT_TABLE_MAIN && table != RT_TABLE_DEFAULT) return;
    if (rtnl_route_get_type(route) != RTN_UNICAST) return;
    nl_addr* destination = rtnl_route_get_dst(route);
    if (destination == nullptr) return;
    const int family = rtnl_route_get_family(route);
    if (family != AF_INET && family != AF_INET6) return;

    KernelRoute value;
    const unsigned length = nl_addr_get_prefixlen(destination);
    value.prefix.length = static_cast<std::uint8_t>(family == AF_INET ? 96 + length : length);
    if (family == AF_INET) value.prefix.address = wire::IpAddress::from_v4({});
    if (const auto address = address_of(destination)) value.prefix.address = *address;
    value.metric = rtnl_route_get_priority(route);
    // Of several next hops the first is taken.
    rtnl_nexthop* hop = rtnl_route_nexthop_n(route, 0);
    if (hop == nullptr) return;
    value.ifindex = rtnl_route_nh_get_ifindex(hop);
    if (const auto gateway = address_of(rtnl_route_nh_get_gateway(hop))) {
        value.has_gateway = true;
        value.gateway = *gateway;
    }
    const std::uint64_t before = state.changes;
    if (gone)
        remove(state, state.routes, value);
    else
        put(state, state.routes, value, true, generation);
    state.route_changes += state.changes - before;
}

void apply_neighbour(rtnl_neigh* neighbour, bool gone, KernelState& state, std::uint64_t generation) {
    const auto address = address_of(rtnl_neigh_get_dst(neighbour));
    if (!address) return;
    const NeighbourKey key{rtnl_neigh_get_ifindex(neighbour), *address};
    constexpr int kUsable = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
    nl_addr* mac = rtnl_neigh_get_lladdr(neighbour);
    const bool usable =
        (rtnl_neigh_get_state(neighbour) & kUsable) != 0 && mac != nullptr && nl_addr_get_len(mac) == 6;
    if (gone || !usable) return remove(state, state.neighbours, key);
    KernelNeighbour value;
    std::memcpy(value.mac.data(), nl_addr_get_binary_addr(mac), value.mac.size());
    value.permanent = (rtnl_neigh_get_state(neighbour) & NUD_PERMANENT) != 0;
    put(state, state.neighbours, key, value, generation);
}

struct Context {
    KernelState* state;
    std::uint64_t generation;
};

void apply_object(nl_object* object, void* argument) {
    auto& context = *static_cast<Context*>(argument);
    const int type = nl_object_get_msgtype(object);
    void* value = object;
    switch (type) {
        case RTM_NEWLINK:
        case RTM_DELLINK:
            return apply_link(static_cast<rtnl_link*>(value), type == RTM_DELLINK, *context.state,
                              context.generation);
        case RTM_NEWADDR:
        case RTM_DELADDR:
            return apply_address(static_cast<rtnl_addr*>(value), type == RTM_DELADDR, *context.state,
                                 context.generation);
        case RTM_NEWROUTE:
        case RTM_DELROUTE:
            return apply_route(static_cast<rtnl_route*>(value), type == RTM_DELROUTE, *context.state,
                               context.generation);
        case RTM_NEWNEIGH:
        case RTM_DELNEIGH:
            return apply_neighbour(static_cast<rtnl_neigh*>(value), type == RTM_DELNEIGH, *context.state,
                                   context.generation);
        default:
            break;
    }
}

template <typename Map>
void sweep_map(KernelState& state, Map& map, std::uint64_t generation) {
    state.changes += std::erase_if(map, [&](const auto& entry) { return entry.second.seen != generation; });
}

}  // namespace

void apply(nl_msg* message, KernelState& state, std::uint64_t generation) {
    const int type = nlmsg_hdr(message)->nlmsg_type;
    const bool known =
        (type >= RTM_NEWLINK && type <= RTM_DELLINK) || (type >= RTM_NEWADDR && type <= RTM_DELADDR) ||
        (type >= RTM_NEWROUTE && type <= RTM_DELROUTE) || (type >= RTM_NEWNEIGH && type <= RTM_DELNEIGH);
    if (!known) return;
    Context context{&state, generation};
    nl_msg_parse(message, apply_object, &context);
}

void sweep(KernelState& state, std::uint64_t generation) {
    sweep_map(state, state.links, generation);
    sweep_map(state, state.addresses, generation);
    const std::uint64_t before = state.changes;
    sweep_map(state, state.routes, generation);
    state.route_changes += state.changes - before;
    sweep_map(state, state.neighbours, generation);
}

}  // namespace strowger::net
