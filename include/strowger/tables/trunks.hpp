// Peer systems and their targets. Written by the control plane before publish; afterwards only a target's health
// changes, in place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/siphash.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::tables {

struct TrunkTarget {
    wire::Endpoint remote;
    std::uint16_t weight = 1;  // 0: only when all others are down
    bool datagram = true;      // reached over UDP; the workers know no other way
    mutable std::uint8_t down = 0;  // written by the control thread at any time, read relaxed
};

struct Trunk {
    RealmId realm = kNone<RealmId>;  // kNone: the trunk was deleted
    std::uint16_t tenant = 0;
    std::string domain;  // of Request-URIs to the peer; empty: the target's address
    std::vector<TrunkTarget> targets;

    // The target of everything that shares `key`: weighted rendezvous hashing over those that are not down, so
    // that a target which goes or comes moves only its own share. nullptr: none is up. `secret` keeps callers
    // from choosing. Cost: about 20 ns a target.
    [[nodiscard]] const TrunkTarget* choose(std::uint64_t key, const HashKey& secret) const noexcept;
    // Control thread.
    void set_down(std::size_t target, bool down) const noexcept {
        if (target < targets.size()) __atomic_store_n(&targets[target].down, down ? 1 : 0, __ATOMIC_RELAXED);
    }
};

}  // namespace strowger::tables
