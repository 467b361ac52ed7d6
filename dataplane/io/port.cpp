#include "io/port.hpp"

#include <net/if.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "io/kernel_device.hpp"
#include "io/ring_port.hpp"
#include "io/xdp_sockets.hpp"

namespace strowger::io {

QueueShare share_queues(std::uint16_t queues, std::size_t workers, PortId port, WorkerId worker) {
    QueueShare share;
    const auto owner = [&](std::size_t queue) {
        return static_cast<WorkerId>((queue + index(port)) % workers);
    };
    for (std::uint16_t queue = 0; queue < queues; ++queue) {
        if (owner(queue) != worker) continue;
        if (share.rx_queues.empty()) share.tx_queue = queue;
        share.rx_queues.push_back(queue);
        share.owns_tx = true;
    }
    // Workers without a queue are dealt to the owners in turn.
    if (!share.owns_tx) share.tx_owner = owner(index(worker) % queues);
    return share;
}

namespace {

// The vdev's name and arguments; empty: not a vdev.
std::string vdev_arguments(const PortSpec& spec, std::string& error) {
    switch (spec.driver) {
        case PortDriver::af_xdp: {
            const std::string program = xdp_program_path(error);
            if (program.empty()) return {};
            // With a busy budget every empty poll is a system call: worth it only where the kernel's own
            // interrupts are saved by it.
            const char* budget = kernel_device(spec.interface).physical ? "" : ",busy_budget=0";
            return "iface=" + spec.interface + ",start_queue=0,queue_count=" + std::to_string(spec.queues) +
                   ",xdp_prog=" + program + budget;
        }
        case PortDriver::memif:
            return std::string("role=") + (spec.memif_server ? "server" : "client") +
                   ",socket=" + spec.device + ",socket-abstract=no,zero-copy=no";
        case PortDriver::pcap: {
            const auto comma = spec.device.find(',');
            return "rx_pcap=" + spec.device.substr(0, comma) +
                   (comma == std::string::npos ? "" : ",tx_pcap=" + spec.device.substr(comma + 1));
        }
        case PortDriver::ring:
        case PortDriver::pci:
            break;
    }
    return {};
}

const char* driver_name(PortDriver driver) {
    switch (driver) {
        case PortDriver::af_xdp:
            return "af_xdp";
        case PortDriver::memif:
            return "memif";
        case PortDriver::ring:
            return "ring";
        case PortDriver::pcap:
            return "pcap";
        case PortDriver::pci:
            return "pci";
    }
    return "";
}

// A device keeps buffers for what is to come; the rest of the pool is for packets on their way.
bool has_room(const rte_mempool& pool, PortDriver driver, std::uint16_t descriptors, std::string& error) {
    unsigned kept = 0;
    if (driver == PortDriver::pci) kept = descriptors;
    if (driver == PortDriver::af_xdp) kept = 2048;  // its fill ring, whatever is asked for
    const unsigned free = rte_mempool_avail_count(&pool);
    const unsigned needed = kept == 0 ? 0 : kept + 1024;
    if (free >= needed) return true;
    error = "its queue needs " + std::to_string(needed) + " packet buffers and its worker has " +
            std::to_string(free) + " left; raise packet_buffers of the system resource";
    return false;
}

}  // namespace

std::unique_ptr<Port> Port::open(const PortSpec& spec, PortId id, std::span<rte_mempool* const> pools,
                                 std::string& error) {
    std::unique_ptr<Port> port(new Port(spec, id, pools.size()));
    std::string why;
    if (port->probe(why) && port->start(pools, why)) return port;
    error = "port " + spec.name + ": " + why;
    return nullptr;
}

bool Port::take_kernel_device(std::string& error) {
    const int device = static_cast<int>(::if_nametoindex(spec_.interface.c_str()));
    if (device == 0) {
        error = "there is no interface " + spec_.interface + "; ip link shows those that there are";
        return false;
    }
    const std::uint16_t queues = kernel_device(spec_.interface).queues;
    if (queues != spec_.queues) {
        // Packets on a queue that we don't read would go to the kernel, which answers that nobody listens.
        error = "interface " + spec_.interface + " has " + std::to_string(queues) + " receive queues and " +
                std::to_string(spec_.queues) + " are configured; set queues: " + std::to_string(queues) +
                ", or run: ethtool -L " + spec_.interface + " combined " + std::to_string(spec_.queues);
        return false;
    }
    claim_ = claim_device(device);
    if (claim_ < 0) {
        error = "interface " + spec_.interface + " is in use by another strowgerd; stop that one first";
        return false;
    }
    if (!clear_interface(device, spec_.interface, error)) return false;
    ifindex_ = device;
    stripped_vlans_ = set_vlan_stripping(spec_.interface, false);
    return true;
}

bool Port::probe(std::string& error) {
    queues_ = spec_.queues;
    if (shared_with_kernel() && !take_kernel_device(error)) return false;
    if (spec_.driver == PortDriver::pci) {
        device_name_ = spec_.device;  // probed with the EAL
    } else if (spec_.driver == PortDriver::ring) {
        if (!make_ring_device(spec_.name, queues_, spec_.descriptors, error)) return false;
        bus_ = "vdev";
        device_name_ = "net_ring_" + spec_.name;
    } else {
        bus_ = "vdev";
        device_name_ = std::string("net_") + driver_name(spec_.driver) + std::to_string(index(id_));
        const std::string arguments = vdev_arguments(spec_, error);
        if (!error.empty()) return false;
        if (rte_eal_hotplug_add("vdev", device_name_.c_str(), arguments.c_str()) != 0) {
            error =
                "DPDK cannot open it (" + device_name_ + "," + arguments + "): " + rte_strerror(rte_errno);
            return false;
        }
    }
    probed_ = true;
    if (rte_eth_dev_get_port_by_name(device_name_.c_str(), &ethdev_) != 0) {
        error = spec_.driver == PortDriver::pci
                    ? "DPDK does not find " + spec_.device + "; bind it first: dpdk-devbind.py -b vfio-pci " +
                          spec_.device
                    : "DPDK lost the device it has just opened";
        return false;
    }
    return true;
}

bool Port::start(std::span<rte_mempool* const> pools, std::string& error) {
    const auto failed = [&](const char* what, int code) {
        error = std::string(what) + ": " + rte_strerror(-code);
        if (code == -EBUSY) error += "; another program has the interface's queue";
        if (shared_with_kernel() && kernel_device(spec_.interface).mtu > 1500)
            error +=
                "; its driver may have no XDP at this MTU: ip link set dev " + spec_.interface + " mtu 1500";
        return false;
    };
    rte_eth_dev_info info{};
    if (const int code = rte_eth_dev_info_get(ethdev_, &info); code != 0)
        return failed("no device information", code);
    const std::uint16_t most = std::min(info.max_rx_queues, info.max_tx_queues);
    if (most < queues_) {
        error = "it has " + std::to_string(most) + " queues, and " + std::to_string(queues_) +
                " are configured; set queues: " + std::to_string(most);
        return false;
    }
    rte_eth_conf configuration{};
    if (queues_ > 1 && (info.flow_type_rss_offloads & RTE_ETH_RSS_NONFRAG_IPV4_UDP) != 0) {
        configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        configuration.rx_adv_conf.rss_conf.rss_hf =
            (RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP) & info.flow_type_rss_offloads;
    }
    if (const int code = rte_eth_dev_configure(ethdev_, queues_, queues_, &configuration); code != 0)
        return failed("it cannot be configured", code);
    const std::vector<int> others = xdp_sockets();
    std::uint16_t rx_descriptors = spec_.descriptors;
    std::uint16_t tx_descriptors = spec_.descriptors;
    rte_eth_dev_adjust_nb_rx_tx_desc(ethdev_, &rx_descriptors, &tx_descriptors);
    for (std::uint16_t queue = 0; queue < queues_; ++queue) {
        rte_mempool* pool = pools[(queue + index(id_)) % pools.size()];
        if (shared_with_kernel() && (pool->flags & RTE_MEMPOOL_F_NO_IOVA_CONTIG) == 0) {
            error =
                "an interface of the kernel and a NIC of our own can't be used together on a host without "
                "IOMMU; switch it on (firmware setup, and intel_iommu=on on the kernel's command line)";
            return false;
        }
        if (!has_room(*pool, spec_.driver, rx_descriptors, error)) return false;
        if (const int code =
                rte_eth_rx_queue_setup(ethdev_, queue, rx_descriptors, SOCKET_ID_ANY, nullptr, pool);
            code != 0)
            return failed("its receive queue cannot be set up", code);
        if (const int code = rte_eth_tx_queue_setup(ethdev_, queue, tx_descriptors, SOCKET_ID_ANY, nullptr);
            code != 0)
            return failed("its transmit queue cannot be set up", code);
    }
    if (const int code = rte_eth_dev_start(ethdev_); code != 0) return failed("it cannot be started", code);
    started_ = true;
    if (shared_with_kernel()) {
        for (const int socket : xdp_sockets())
            if (std::find(others.begin(), others.end(), socket) == others.end())
                xdp_sockets_.push_back(socket);
        if (!filter_.open(ifindex_, error)) return false;
        if (!filter_.native() && spec_.native_xdp_only) {
            error = "the driver of " + spec_.interface +
                    " has no native XDP; native_xdp_only: false accepts the slower generic mode";
            return false;
        }
        return true;
    }
    // The companion tap answers for addresses and groups that the device's own filter doesn't know.
    rte_eth_promiscuous_enable(ethdev_);
    if (spec_.interface.empty()) return true;
    rte_ether_addr mac{};
    rte_eth_macaddr_get(ethdev_, &mac);
    wire::Mac address;
    std::memcpy(address.data(), mac.addr_bytes, address.size());
    std::uint16_t mtu = 1500;
    rte_eth_dev_get_mtu(ethdev_, &mtu);
    tap_ = Tap::open(spec_.interface, address, mtu, workers_, error);
    if (tap_ == nullptr) return false;
    ifindex_ = tap_->ifindex();
    follow_link();
    return true;
}

Port::~Port() {
    if (started_) rte_eth_dev_stop(ethdev_);
    if (probed_ && ethdev_ != 0xffff) rte_eth_dev_close(ethdev_);
    if (probed_ && !bus_.empty()) rte_eal_hotplug_remove(bus_.c_str(), device_name_.c_str());
    if (probed_ && spec_.driver == PortDriver::ring) free_rings(spec_.name);
    if (shared_with_kernel() && ifindex_ != 0) {
        clear_if_ours(ifindex_);  // a start that failed half way leaves it
        if (stripped_vlans_) set_vlan_stripping(spec_.interface, true);
    }
    if (claim_ >= 0) ::close(claim_);
}

PortState Port::state() const {
    PortState out;
    out.name = spec_.name;
    out.driver = driver_name(spec_.driver);
    rte_ether_addr mac{};
    if (rte_eth_macaddr_get(ethdev_, &mac) == 0) std::memcpy(out.mac.data(), mac.addr_bytes, out.mac.size());
    rte_eth_dev_get_mtu(ethdev_, &out.mtu);
    out.ifindex = ifindex_;
    out.tap_fd = tap_ == nullptr ? -1 : tap_->fd();
    out.link_up = link_up();
    rte_eth_stats stats{};
    if (rte_eth_stats_get(ethdev_, &stats) == 0) out.rx_missed = stats.imissed;
    if (shared_with_kernel()) {
        out.generic_xdp = !filter_.native();
        out.driver += filter_.native() ? " native" : " generic";
        const KernelDevice device = kernel_device(spec_.interface);  // the driver does not look after these
        out.mtu = device.mtu;
        out.link_up = device.up;
        for (const int socket : xdp_sockets_) out.tx_invalid += invalid_descriptors(socket);
        const FilterCounts counts = filter_.counts();
        out.taken = counts.taken;
        out.left_to_kernel = counts.passed + counts.fragments;
    }
    return out;
}

bool Port::link_up() const {
    rte_eth_link link{};
    return rte_eth_link_get_nowait(ethdev_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

void Port::follow_link() {
    if (tap_ != nullptr) tap_->set_carrier(link_up());
}

void Port::set_live_ports(const tables::Tables& tables) {
    if (shared_with_kernel()) filter_.set_live_ports(tables, id_);
}

}  // namespace strowger::io
