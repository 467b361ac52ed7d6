// A network port behind DPDK, whatever its driver. Opened and closed by the control thread; its queues are
// the workers'.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/packet.hpp"
#include "io/tap.hpp"
#include "io/xdp_filter.hpp"
#include "strowger/dataplane.hpp"
#include "strowger/rings/spsc.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::io {

// What one worker has of a port.
struct QueueShare {
    std::vector<std::uint16_t> rx_queues;
    std::uint16_t tx_queue = 0;
    bool owns_tx = false;  // tx_queue is this worker's
    WorkerId tx_owner{};   // otherwise: whose ring its frames go to
};

// Queues are dealt to workers in turn, starting at another worker for each port, so that single-queue ports
// spread.
[[nodiscard]] QueueShare share_queues(std::uint16_t queues, std::size_t workers, PortId port,
                                      WorkerId worker);

class Port {
  public:
    // Starts the port with a queue's packets in its worker's pool (`pools` by WorkerId). nullptr and `error`
    // (which object, what to do) when it can't; nothing is left behind.
    [[nodiscard]] static std::unique_ptr<Port> open(const PortSpec& spec, PortId id,
                                                    std::span<rte_mempool* const> pools, std::string& error);
    // Stops it and gives the device back to the kernel.
    ~Port();
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    [[nodiscard]] std::uint16_t ethdev() const { return ethdev_; }
    [[nodiscard]] QueueShare share_of(WorkerId worker) const {
        return share_queues(queues_, workers_, id_, worker);
    }
    [[nodiscard]] PortState state() const;
    // True: the kernel has the device too (AF_XDP) and needs no tap.
    [[nodiscard]] bool shared_with_kernel() const { return spec_.driver == PortDriver::af_xdp; }
    // dpdk-owned ports with an interface name; nullptr otherwise.
    [[nodiscard]] Tap* tap() { return tap_.get(); }
    // Hands the state of the link on to the tap. Control thread, now and then.
    void follow_link();
    // AF_XDP: which UDP ports come to us from now on. Others take everything anyway.
    void set_live_ports(const tables::Tables& tables);

  private:
    Port(const PortSpec& spec, PortId id, std::size_t workers) : spec_(spec), id_(id), workers_(workers) {}
    bool take_kernel_device(std::string& error);
    [[nodiscard]] bool link_up() const;
    bool probe(std::string& error);
    bool start(std::span<rte_mempool* const> pools, std::string& error);

    PortSpec spec_;
    PortId id_;
    std::size_t workers_;
    std::string device_name_;  // of DPDK
    std::string bus_;
    std::uint16_t ethdev_ = 0xffff;
    std::uint16_t queues_ = 1;
    bool probed_ = false;
    bool started_ = false;
    int ifindex_ = 0;
    int claim_ = -1;                // of the kernel's device
    bool stripped_vlans_ = false;   // before we took it
    std::vector<int> xdp_sockets_;  // the driver's, one a queue
    XdpFilter filter_;
    std::unique_ptr<Tap> tap_;
};

}  // namespace strowger::io
