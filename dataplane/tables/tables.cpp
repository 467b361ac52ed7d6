#include "strowger/tables/tables.hpp"

#include <algorithm>
#include <bit>

#include "tables/address_hash.hpp"

namespace strowger::tables {
namespace {

LocalAddress& local_entry(std::vector<LocalAddress>& locals, InterfaceId interface, const wire::IpAddress& address) {
    const auto found = std::find_if(locals.begin(), locals.end(), [&](const LocalAddress& l) {
        return l.interface == interface && l.address == address;
    });
    if (found != locals.end()) return *found;
    locals.push_back({.interface = interface, .address = address, .sip = {}});
    return locals.back();
}

}  // namespace

void Tables::seal() {
    locals_.clear();
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        const Listener& l = listeners[i];
        if (l.interface == kNone<InterfaceId>) continue;  // a deleted listener keeps its id, not its address
        local_entry(locals_, l.interface, l.local.address).sip.push_back({l.local.port, static_cast<ListenerId>(i)});
    }
    for (std::size_t i = 0; i < media_addresses.size(); ++i) {
        const MediaAddress& m = media_addresses[i];
        if (m.interface == kNone<InterfaceId>) continue;
        LocalAddress& local = local_entry(locals_, m.interface, m.address);
        local.media = static_cast<MediaAddressId>(i);
        local.media_low = m.low;
        local.media_high = m.high;
    }
    slots_.assign(std::bit_ceil(locals_.size() * 2 + 1), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::uint32_t i = 0; i < locals_.size(); ++i) {
        std::size_t slot = address_hash(locals_[i].interface, locals_[i].address) & mask;
        while (slots_[slot] != 0) slot = (slot + 1) & mask;
        slots_[slot] = i + 1;
    }
}

const LocalAddress* Tables::local(InterfaceId interface, const wire::IpAddress& address) const noexcept {
    if (slots_.empty()) return nullptr;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = address_hash(interface, address) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const LocalAddress& found = locals_[slots_[slot] - 1];
        if (found.interface == interface && found.address == address) return &found;
    }
    return nullptr;
}

InterfaceId Tables::interface_of(PortId port, std::uint16_t vlan) const noexcept {
    for (std::size_t i = 0; i < interfaces.size(); ++i)
        if (interfaces[i].port == port && interfaces[i].vlan == vlan) return static_cast<InterfaceId>(i);
    return kNone<InterfaceId>;
}

}  // namespace strowger::tables
