// What the thread sanitizer has to be told of DPDK.
#pragma once

#include <rte_mempool.h>

#include <cstddef>

#ifdef __SANITIZE_THREAD__
extern "C" void AnnotateBenignRaceSized(const char* file, int line, const volatile void* at, std::size_t size,
                                        const char* why);
#endif

namespace strowger::test {

// Packets change hands through DPDK's pools and drivers, whose code is not instrumented: the sanitizer takes
// each hand-over for a race. Leaves the packets' memory out, and nothing else. Call after the pools were
// made.
inline void leave_packets_to_dpdk() {
#ifdef __SANITIZE_THREAD__
    rte_mempool_walk(
        [](rte_mempool* pool, void*) {
            rte_mempool_mem_iter(
                pool,
                [](rte_mempool*, void*, rte_mempool_memhdr* piece, unsigned) {
                    AnnotateBenignRaceSized(__FILE__, __LINE__, piece->addr, piece->len, "packets");
                },
                nullptr);
        },
        nullptr);
#endif
}

}  // namespace strowger::test
