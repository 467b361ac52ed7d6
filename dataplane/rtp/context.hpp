// What the parts of the rtp stage work with, beside packets. Borrowed from the worker for one burst.
#pragma once

#include "rtp/leg_table.hpp"
#include "strowger/counters.hpp"
#include "strowger/rings/event.hpp"
#include "strowger/rings/spsc.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::rtp {

struct Context {
    LegTable& legs;
    const tables::Tables* tables;  // null before the first publish
    rings::Spsc<rings::Event>& events;
    CounterBlock& books;
    Nanoseconds now;
    bool signal = false;  // an event was sent: the control plane has something to wake for
};

// False: the ring is full; whoever owes the event tries again later.
inline bool push(Context& context, const rings::Event& event) {
    if (!context.events.push(event)) return false;
    context.signal = true;
    return true;
}

inline void count(Context& context, Counter counter) {
    auto& cell = context.books.counters[static_cast<std::size_t>(counter)];
    __atomic_store_n(&cell, cell + 1, __ATOMIC_RELAXED);
}

// The interface on which a media address lives; kNone when the tables do not know it.
[[nodiscard]] inline InterfaceId interface_of(const Context& context, MediaAddressId address) {
    if (context.tables == nullptr || index(address) >= context.tables->media_addresses.size())
        return kNone<InterfaceId>;
    return context.tables->media_addresses[index(address)].interface;
}

// Next hop from a leg's own address toward `destination`; kNone when unknown.
[[nodiscard]] inline AdjacencyId next_hop(const Context& context, rings::LegId leg,
                                          const wire::IpAddress& destination) {
    const auto interface = interface_of(context, leg.address);
    return interface == kNone<InterfaceId> ? kNone<AdjacencyId>
                                           : context.tables->routes.lookup(interface, destination);
}

}  // namespace strowger::rtp
