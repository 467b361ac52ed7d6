// The kernel's side of a port that DPDK owns: a tap device with the port's MAC. ARP, ND, ICMP, TCP and
// routing protocols of the companion interface run in the kernel through it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/packet.hpp"
#include "strowger/rings/spsc.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::io {

class Tap {
  public:
    // Makes the device and sets it up. nullptr and `error`: no such right, or the name is taken.
    [[nodiscard]] static std::unique_ptr<Tap> open(const std::string& name, const wire::Mac& mac,
                                                   std::uint16_t mtu, std::size_t workers,
                                                   std::string& error);
    ~Tap();
    Tap(const Tap&) = delete;
    Tap& operator=(const Tap&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] int ifindex() const { return ifindex_; }
    // Worker side: where to_kernel() puts packets.
    [[nodiscard]] rings::Spsc<core::Packet*>* ring(WorkerId worker) { return rings_[index(worker)].get(); }

    // Control thread: whether a worker gave something that is not written yet.
    [[nodiscard]] bool waiting() const;
    // Control thread: the device shows the port's link, so that routing in the kernel notices.
    void set_carrier(bool up);
    // Control thread: writes what the workers gave, at most `limit` packets a worker, and frees them.
    void write_waiting(std::size_t limit);
    // Control thread: one frame from the kernel as a packet of `pool`, or nullptr: none waits, or no buffer.
    [[nodiscard]] core::Packet* read(rte_mempool* pool);

  private:
    Tap() = default;
    int fd_ = -1;
    int ifindex_ = 0;
    bool carrier_ = true;
    std::vector<std::unique_ptr<rings::Spsc<core::Packet*>>> rings_;
};

}  // namespace strowger::io
