// DPDK's environment and packet pools.
#pragma once

#include <cstdint>
#include <string>

#include "strowger/dataplane.hpp"

struct rte_mempool;

namespace strowger::io {

// Starts DPDK in this process: in memory, with huge pages when the host has some free, without otherwise. The
// calling thread's affinity is kept. Once a process. `private_size`: bytes a packet carries beside its data.
// False and `error` when DPDK refuses.
bool start_eal(const DataplaneSpec& spec, std::uint16_t private_size, std::string& error);

// A pool that ports may receive into and transmit from. Its objects lie back to back, as AF_XDP needs
// (docs/decisions/0004-packed-packet-pools.md). nullptr and `error`: no memory.
[[nodiscard]] rte_mempool* make_packet_pool(const std::string& name, std::uint32_t count,
                                            std::uint16_t private_size, std::string& error);

// A pool of large packets that never reach a port.
[[nodiscard]] rte_mempool* make_pool(const std::string& name, std::uint32_t count, std::uint16_t private_size,
                                     std::uint16_t data_room, std::string& error);

}  // namespace strowger::io
