// A port whose wire is a pair of rings in this process: what tests put into one comes in, what goes out they
// take from the other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct rte_ring;

namespace strowger::io {

// The far ends, by queue. Packets put into `in` are the port's from then on; packets taken from `out` the
// taker's.
struct RingEnds {
    std::vector<rte_ring*> in;
    std::vector<rte_ring*> out;
};

// Makes the rings and a DPDK device on them, whose name is "net_ring_" + name. False and `error`: the name is
// taken, or no memory. `size`: packets a ring holds.
bool make_ring_device(const std::string& name, std::uint16_t queues, std::uint16_t size, std::string& error);

// Of a port that is open; empty otherwise.
[[nodiscard]] RingEnds ring_ends(const std::string& name);

// After the device was closed. Packets that are left in the rings are freed.
void free_rings(const std::string& name);

}  // namespace strowger::io
