#include "io/ring_port.hpp"

#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <bit>

namespace strowger::io {
namespace {

std::string ring_name(const std::string& name, const char* way, std::size_t queue) {
    return "wire_" + name + "_" + way + std::to_string(queue);
}

std::vector<rte_ring*> find(const std::string& name, const char* way) {
    std::vector<rte_ring*> out;
    while (rte_ring* ring = rte_ring_lookup(ring_name(name, way, out.size()).c_str())) out.push_back(ring);
    return out;
}

void free_all(const RingEnds& ends) {
    for (const auto& rings : {ends.in, ends.out}) {
        for (rte_ring* ring : rings) {
            void* packet = nullptr;
            while (rte_ring_dequeue(ring, &packet) == 0) rte_pktmbuf_free(static_cast<rte_mbuf*>(packet));
            rte_ring_free(ring);
        }
    }
}

}  // namespace

bool make_ring_device(const std::string& name, std::uint16_t queues, std::uint16_t size, std::string& error) {
    RingEnds ends;
    for (std::uint16_t queue = 0; queue < queues; ++queue) {
        for (const char* way : {"in", "out"}) {
            // One slot of a ring stays empty, hence twice the size.
            rte_ring* ring = rte_ring_create(ring_name(name, way, queue).c_str(), std::bit_ceil(size) * 2u,
                                             SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
            if (ring == nullptr) {
                error = std::string("its rings cannot be made: ") + rte_strerror(rte_errno);
                free_all(ends);
                return false;
            }
            (way[0] == 'i' ? ends.in : ends.out).push_back(ring);
        }
    }
    if (rte_eth_from_rings(name.c_str(), ends.in.data(), queues, ends.out.data(), queues, 0) >= 0)
        return true;
    error = std::string("its device cannot be made: ") + rte_strerror(rte_errno);
    free_all(ends);
    return false;
}

RingEnds ring_ends(const std::string& name) {
    return {find(name, "in"), find(name, "out")};
}

void free_rings(const std::string& name) {
    free_all(ring_ends(name));
}

}  // namespace strowger::io
