#include "io/eal.hpp"

#include <pthread.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_version.h>
#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "io/xdp/local_address.h"

namespace strowger::io {
namespace {

constexpr std::uint16_t kPacketRoom = 2048 + RTE_PKTMBUF_HEADROOM;
constexpr std::uint16_t kXdpHeadroom = 256;  // what the kernel keeps free before a frame
static_assert(kPacketRoom - RTE_PKTMBUF_HEADROOM - kXdpHeadroom >= STROWGER_MAX_FRAME);
constexpr std::uint32_t kPoolCache = 256;
// AF_XDP takes a packet only if it lies within one page of memory, its header and private area included.
constexpr std::uint32_t kLargestObject = 4096;

// Of the host's default size.
std::uint64_t free_huge_megabytes() {
    std::uint64_t pages = 0;
    std::uint64_t kilobytes = 0;
    if (FILE* file = std::fopen("/proc/meminfo", "r")) {
        char line[128];
        while (std::fgets(line, sizeof line, file) != nullptr) {
            std::sscanf(line, "HugePages_Free: %lu", &pages);
            std::sscanf(line, "Hugepagesize: %lu", &kilobytes);
        }
        std::fclose(file);
    }
    return pages * kilobytes >> 10;
}

// Megabytes for the pools of all workers, and some for queues.
std::uint32_t memory_of(const DataplaneSpec& spec) {
    if (spec.memory_mb != 0) return spec.memory_mb;
    const std::uint64_t packets = static_cast<std::uint64_t>(spec.packet_buffers) * kLargestObject;
    const std::uint64_t large = 512ull * 68'000;
    return static_cast<std::uint32_t>(((packets + large) * spec.worker_cpus.size() >> 20) + 96);
}

// A NIC that works with physical addresses (no IOMMU) can't read a packet that crosses from one page to the
// next. NICs are there from the start of the EAL; no other port is yet when pools are made.
bool nic_needs_pages() {
    return rte_eal_iova_mode() == RTE_IOVA_PA && rte_eth_dev_count_avail() != 0;
}

// The AF_XDP driver registers count * size bytes from the first object on, and the kernel silently drops what
// is sent from beyond. So every object must lie in there.
bool is_packed(rte_mempool* pool) {
    struct Span {
        std::uintptr_t first = UINTPTR_MAX;
        std::uintptr_t last = 0;
    } span;
    rte_mempool_obj_iter(
        pool,
        [](rte_mempool*, void* seen, void* object, unsigned) {
            auto& s = *static_cast<Span*>(seen);
            const auto at = reinterpret_cast<std::uintptr_t>(object);
            s.first = std::min(s.first, at);
            s.last = std::max(s.last, at);
        },
        &span);
    const std::uintptr_t size = pool->header_size + pool->elt_size + pool->trailer_size;
    return span.last - span.first == (pool->populated_size - 1) * size;
}

}  // namespace

bool start_eal(const DataplaneSpec& spec, std::uint16_t private_size, std::string& error) {
    if (sizeof(rte_mbuf) + private_size + kPacketRoom + sizeof(rte_mempool_objhdr) > kLargestObject) {
        error = "the packet's private area is too large for AF_XDP";
        return false;
    }
    std::vector<std::string> arguments{"strowgerd",     "--no-telemetry", "--log-level",
                                       "lib.*:warning", "--log-level",    "pmd.*:warning"};
    // The main lcore is the calling thread; workers are threads of our own, so no CPU is claimed here. EAL
    // narrows the calling thread to its lcore's CPUs; the control thread is to roam as before.
    cpu_set_t before;
    ::pthread_getaffinity_np(::pthread_self(), sizeof before, &before);
    int cpu = 0;
    while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(static_cast<unsigned>(cpu), &before)) ++cpu;
    arguments.insert(arguments.end(), {"--lcores", "0@" + std::to_string(cpu)});
    if (free_huge_megabytes() >= memory_of(spec)) {
        arguments.push_back("--in-memory");
    } else {
        arguments.insert(arguments.end(),
                         {"--no-huge", "--no-shconf", "-m", std::to_string(memory_of(spec))});
    }
    bool pci = false;
    for (const PortSpec& port : spec.ports) {
        if (port.driver != PortDriver::pci) continue;
        arguments.insert(arguments.end(), {"-a", port.device});
        pci = true;
    }
    if (!pci) arguments.push_back("--no-pci");

    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    const int started = rte_eal_init(static_cast<int>(argv.size()), argv.data());
    ::pthread_setaffinity_np(::pthread_self(), sizeof before, &before);
    if (started < 0) {
        error = std::string("DPDK does not start: ") + rte_strerror(rte_errno) +
                "; its own lines above say more (memory locked too low? see docs/operate/install.md)";
        return false;
    }
    return true;
}

rte_mempool* make_packet_pool(const std::string& name, std::uint32_t count, std::uint16_t private_size,
                              std::string& error) {
    const std::uint32_t element = static_cast<std::uint32_t>(sizeof(rte_mbuf)) + private_size + kPacketRoom;
    rte_mempool* pool =
        rte_mempool_create_empty(name.c_str(), count, element, kPoolCache, sizeof(rte_pktmbuf_pool_private),
                                 SOCKET_ID_ANY, nic_needs_pages() ? 0 : RTE_MEMPOOL_F_NO_IOVA_CONTIG);
    rte_pktmbuf_pool_private info{
        .mbuf_data_room_size = kPacketRoom, .mbuf_priv_size = private_size, .flags = 0};
    if (pool != nullptr) {
        rte_pktmbuf_pool_init(pool, &info);
        if (rte_mempool_populate_default(pool) >= 0) {
            rte_mempool_obj_iter(pool, rte_pktmbuf_init, nullptr);
            if (nic_needs_pages() || is_packed(pool)) return pool;
            rte_mempool_free(pool);
            error = "the memory of " + std::to_string(count) +
                    " packet buffers is not in one piece; lower packet_buffers of the system resource, or "
                    "give the "
                    "host huge pages";
            return nullptr;
        }
        rte_mempool_free(pool);
    }
    error = "no memory for " + std::to_string(count) +
            " packet buffers (system: packet_buffers, memory_mb): " + rte_strerror(rte_errno);
    return nullptr;
}

rte_mempool* make_pool(const std::string& name, std::uint32_t count, std::uint16_t private_size,
                       std::uint16_t data_room, std::string& error) {
    rte_mempool* pool =
        rte_pktmbuf_pool_create(name.c_str(), count, 0, private_size, data_room, SOCKET_ID_ANY);
    if (pool == nullptr) error = std::string("no memory for large packets: ") + rte_strerror(rte_errno);
    return pool;
}

}  // namespace strowger::io

#ifdef __SANITIZE_ADDRESS__
// The AF_XDP driver never frees the program it loaded.
extern "C" const char* __lsan_default_suppressions();
const char* __lsan_default_suppressions() {
    return "leak:libbpf.so\nleak:libxdp.so\n";
}
#endif
