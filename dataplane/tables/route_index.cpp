#include <algorithm>

#include "strowger/tables/routes.hpp"

namespace strowger::tables {
namespace {

bool is_v4(const wire::Prefix& prefix) {
    return prefix.length >= 96 && prefix.address.is_v4();
}

// The address with all bits behind the prefix set to `ones`.
wire::IpAddress edge(const wire::Prefix& prefix, bool ones) {
    wire::IpAddress out = prefix.address;
    for (unsigned bit = prefix.length; bit < 128; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80u >> bit % 8);
        if (ones)
            out.bytes[bit / 8] |= mask;
        else
            out.bytes[bit / 8] &= static_cast<std::uint8_t>(~mask);
    }
    return out;
}

// False: there is none behind the last one.
bool step(wire::IpAddress& address) {
    for (std::size_t i = 16; i-- > 0;)
        if (++address.bytes[i] != 0) return true;
    return false;
}

}  // namespace

RouteIndex::RouteIndex(std::vector<Route> routes) : routes_(std::move(routes)) {
    for (Route& route : routes_) route.prefix.address = edge(route.prefix, false);
    // In each part a wider prefix stands before those that lie in it.
    std::stable_sort(routes_.begin(), routes_.end(), [](const Route& a, const Route& b) {
        if (a.interface != b.interface) return a.interface < b.interface;
        if (is_v4(a.prefix) != is_v4(b.prefix)) return is_v4(a.prefix);
        if (a.prefix.address != b.prefix.address) return a.prefix.address < b.prefix.address;
        return a.prefix.length < b.prefix.length;
    });
    const auto same = [](const Route& a, const Route& b) {
        return a.interface == b.interface && a.prefix == b.prefix;
    };
    routes_.erase(std::unique(routes_.begin(), routes_.end(), same), routes_.end());
    for (std::size_t begin = 0; begin < routes_.size();) {
        const Route& first = routes_[begin];
        std::size_t end = begin;
        while (end < routes_.size() && routes_[end].interface == first.interface &&
               is_v4(routes_[end].prefix) == is_v4(first.prefix))
            ++end;
        const std::size_t part = index(first.interface) * 2 + (is_v4(first.prefix) ? 0 : 1);
        parts_.resize(std::max(parts_.size(), part + 1));
        parts_[part].begin = static_cast<std::uint32_t>(ranges_.size());
        add_ranges(begin, end);
        parts_[part].end = static_cast<std::uint32_t>(ranges_.size());
        begin = end;
    }
}

// Goes through the prefixes as brackets: each opens a range and, where it closes, gives way to the one around
// it.
void RouteIndex::add_ranges(std::size_t begin, std::size_t end) {
    const std::size_t part = ranges_.size();
    const auto start = [&](const wire::IpAddress& first, std::uint32_t route) {
        if (ranges_.size() > part && ranges_.back().first == first) ranges_.pop_back();
        ranges_.push_back({first, route});
    };
    std::vector<std::uint32_t> open;
    const auto close = [&] {
        wire::IpAddress behind = edge(routes_[open.back()].prefix, true);
        open.pop_back();
        if (step(behind)) start(behind, open.empty() ? kNoRoute : open.back());
    };
    for (auto i = static_cast<std::uint32_t>(begin); i < end; ++i) {
        while (!open.empty() && !routes_[open.back()].prefix.contains(routes_[i].prefix.address)) close();
        start(routes_[i].prefix.address, i);
        open.push_back(i);
    }
    while (!open.empty()) close();
}

const Route* RouteIndex::find(InterfaceId interface, const wire::IpAddress& destination) const noexcept {
    const std::size_t part = index(interface) * 2 + (destination.is_v4() ? 0 : 1);
    if (part >= parts_.size()) return nullptr;
    const auto begin = ranges_.begin() + parts_[part].begin;
    const auto behind = std::upper_bound(
        begin, ranges_.begin() + parts_[part].end, destination,
        [](const wire::IpAddress& wanted, const Range& range) { return wanted < range.first; });
    if (behind == begin) return nullptr;
    const std::uint32_t route = std::prev(behind)->route;
    return route == kNoRoute ? nullptr : &routes_[route];
}

}  // namespace strowger::tables
