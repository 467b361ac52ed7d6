#include "network.hpp"

#include <rte_mbuf.h>
#include <rte_ring.h>
#include <time.h>

#include <algorithm>

#include "io/eal.hpp"
#include "io/kernel_device.hpp"
#include "io/ring_port.hpp"
#include "namespace.hpp"
#include "tap_addresses.hpp"

namespace strowger::callgun {
namespace {

constexpr unsigned kLargePackets = 255;
constexpr unsigned kTapPackets = 1023;
constexpr std::uint16_t kLargeRoom = 65'535;
constexpr std::size_t kTapBatch = 64;
constexpr Nanoseconds kReach = 5 * kSecond;
constexpr wire::Mac kLoopMac{0x02, 0, 0, 0, 0, 0x01};

void pause_5_ms() {
    const timespec pause{0, 5 * kMillisecond};
    ::nanosleep(&pause, nullptr);
}

}  // namespace

Network::~Network() {
    for (Attached& attached : attached_) {
        std::string error;
        const Namespace inside(attached.side->netns, error);
        attached.port.reset();
    }
}

bool Network::open(const Options& options, std::string& error) {
    media_range_ = options.media;
    DataplaneSpec spec;
    spec.worker_cpus = {options.cpu};
    spec.packet_buffers = options.packet_buffers;
    if (!io::start_eal(spec, core::kPacketPrivateSize, error)) return false;
    worker_.pool = io::make_packet_pool("callgun", options.packet_buffers, core::kPacketPrivateSize, error);
    if (worker_.pool == nullptr) return false;
    worker_.large_pool =
        io::make_pool("callgun_large", kLargePackets, core::kPacketPrivateSize, kLargeRoom, error);
    if (worker_.large_pool == nullptr) return false;
    tap_pool_ = io::make_packet_pool("callgun_taps", kTapPackets, core::kPacketPrivateSize, error);
    if (tap_pool_ == nullptr) return false;
    reassembly_ = std::make_unique<classify::Reassembly>();
    worker_.reassembly = reassembly_.get();
    worker_.handoff_in = worker_.handoff_out = worker_.transmit_in = worker_.transmit_out = {nullptr};

    if (!attach(options.caller, error)) return false;
    caller_endpoints_ = endpoints_.size();
    if (!options.callee.addresses.empty()) {
        if (same_port(options.caller, options.callee)) {
            if (!check_addresses(attached_.front(), InterfaceId{0}, options.callee, error)) return false;
            add_endpoints(options.callee, InterfaceId{0});
        } else if (!attach(options.callee, error)) {
            return false;
        }
    }
    publish();
    for (Attached& attached : attached_) attached.port->set_live_ports(*published_.back());
    return true;
}

bool Network::attach(const Side& side, std::string& error) {
    const auto id = static_cast<PortId>(attached_.size());
    const auto interface = static_cast<InterfaceId>(attached_.size());
    const Namespace inside(side.netns, error);
    if (!error.empty()) return false;
    PortSpec spec = side.port;
    if (spec.driver == PortDriver::af_xdp) spec.queues = io::kernel_device(spec.interface).queues;
    rte_mempool* const pools[] = {worker_.pool};
    Attached attached{.side = &side};
    attached.port = io::Port::open(spec, id, pools, error);
    if (attached.port == nullptr) return false;
    const io::QueueShare share = attached.port->share_of(worker_.id);
    io::Tap* tap = attached.port->tap();
    worker_.tx.push_back({.ethdev = attached.port->ethdev(),
                          .queue = share.tx_queue,
                          .own_queue = true,
                          .owner = worker_.id,
                          .to_kernel = tap == nullptr ? nullptr : tap->ring(worker_.id)});
    for (const std::uint16_t queue : share.rx_queues)
        worker_.rx.push_back({id, attached.port->ethdev(), queue});
    if (spec.driver == PortDriver::ring) {
        const io::RingEnds ends = io::ring_ends(spec.name);
        attached.in = ends.in.front();
        attached.out = ends.out.front();
    } else {
        if (tap != nullptr && !give_addresses(tap->ifindex(), side.addresses, side.prefix, error))
            return false;
        attached.mirror = std::make_unique<net::Mirror>();
        if (!attached.mirror->open(error)) return false;
        attached.mirror->bind({{interface, id, spec.interface, 0}});
    }
    attached_.push_back(std::move(attached));
    if (!check_addresses(attached_.back(), interface, side, error)) return false;
    add_endpoints(side, interface);
    return true;
}

bool Network::check_addresses(Attached& attached, InterfaceId id, const Side& side, std::string& error) {
    if (attached.mirror == nullptr) return true;
    for (const wire::IpAddress& address : side.addresses) {
        if (attached.mirror->has_address(id, address)) continue;
        error = "interface " + side.port.interface + " has no address " + wire::to_string(address) +
                ", and the kernel must answer for it; add it: ip addr add " + wire::to_string(address) +
                (address.is_v4() ? "/24" : "/64") + " dev " + side.port.interface;
        return false;
    }
    return true;
}

void Network::add_endpoints(const Side& side, InterfaceId id) {
    for (std::uint32_t port = side.sip.low; port <= side.sip.high; ++port) {
        for (const wire::IpAddress& address : side.addresses) {
            LocalEndpoint endpoint;
            endpoint.endpoint = {address, wire::be16::from_host(static_cast<std::uint16_t>(port))};
            endpoint.interface = id;
            endpoint.text.assign(wire::to_string(endpoint.endpoint));
            endpoint.address.assign(wire::to_string(address));
            const auto known = std::find_if(media_.begin(), media_.end(), [&](const MediaAddress& m) {
                return m.interface == id && m.address == address;
            });
            endpoint.media = static_cast<MediaAddressId>(known - media_.begin());
            if (known == media_.end()) media_.push_back({id, address});
            endpoints_.push_back(endpoint);
        }
    }
}

void Network::publish() {
    auto next = std::make_unique<tables::Tables>();
    next->version = published_.empty() ? 1 : published_.back()->version + 1;
    std::vector<tables::Route> routes;
    std::vector<tables::Adjacency> adjacencies;
    for (std::size_t i = 0; i < attached_.size(); ++i) {
        const auto id = static_cast<InterfaceId>(i);
        tables::Interface interface { .port = static_cast<PortId>(i), .mac = kLoopMac };
        const auto before = static_cast<std::uint32_t>(adjacencies.size());
        if (const net::Mirror* mirror = attached_[i].mirror.get()) {
            mirror->describe(id, interface);
            for (tables::Route route : mirror->routes()->routes()) {
                if (route.adjacency != kNone<AdjacencyId>)
                    route.adjacency = static_cast<AdjacencyId>(index(route.adjacency) + before);
                routes.push_back(route);
            }
            const auto& known = mirror->adjacencies();
            adjacencies.insert(adjacencies.end(), known.begin(), known.end());
        } else {
            for (const char* all : {"0.0.0.0/0", "::/0"})
                routes.push_back({id, *wire::parse_prefix(all), static_cast<AdjacencyId>(before)});
            adjacencies.push_back(
                {.interface = id, .resolved = true, .destination = kLoopMac, .next_hop = {}});
        }
        next->interfaces.push_back(interface);
    }
    next->routes.build(std::move(routes), std::move(adjacencies));
    next->realms.push_back({.name = "callgun"});
    for (const LocalEndpoint& e : endpoints_)
        next->listeners.push_back({RealmId{0}, e.interface, e.endpoint});
    for (const MediaAddress& m : media_)
        next->media_addresses.push_back(
            {RealmId{0}, m.interface, m.address, media_range_.low, media_range_.high});
    next->seal();
    published_.push_back(std::move(next));
    live_.store(published_.back().get(), std::memory_order_release);
}

bool Network::reach(const wire::Endpoint& target, const std::function<void()>& turn, std::string& error) {
    Attached& attached = attached_.front();
    if (attached.mirror == nullptr) return true;
    const Nanoseconds end = clock_now() + kReach;
    for (;;) {
        const net::Resolution way =
            attached.mirror->resolve(InterfaceId{0}, target.address, clock_now(), true);
        if (way.reach == net::Reach::resolved) break;
        if (way.reach == net::Reach::unreachable) {
            error = "there is no route to " + wire::to_string(target.address) + " through " +
                    attached.side->port.interface + "; ip route shows those that there are";
            return false;
        }
        if (clock_now() > end) {
            error = "nobody answers for " + wire::to_string(target.address) + " on " +
                    attached.side->port.interface + " (no ARP or neighbour discovery reply within 5 s)";
            return false;
        }
        for (std::size_t i = 0; i < attached_.size(); ++i) serve_tap(static_cast<PortId>(i));
        turn();
        pause_5_ms();
        attached.mirror->on_readable();
    }
    publish();
    return true;
}

void Network::serve(Line& line) {
    bool changed = false;
    Miss miss;
    while (line.misses.pop({&miss, 1}) == 1)
        if (net::Mirror* mirror = attached_[index(miss.interface)].mirror.get())
            mirror->resolve(miss.interface, miss.destination, clock_now());
    for (std::size_t i = 0; i < attached_.size(); ++i) {
        if (attached_[i].mirror != nullptr) changed |= attached_[i].mirror->on_readable();
        serve_tap(static_cast<PortId>(i));
    }
    if (changed) publish();
    while (published_.size() > 1 && seen_.load(std::memory_order_acquire) > published_.front()->version)
        published_.pop_front();
}

// As Engine::poll_taps(): what the core gave goes to the kernel, the kernel's frames go out through the core.
void Network::serve_tap(PortId id) {
    io::Port& port = *attached_[index(id)].port;
    io::Tap* tap = port.tap();
    if (tap == nullptr) return;
    port.follow_link();
    tap->write_waiting(kTapBatch);
    for (std::size_t n = 0; n < kTapBatch && worker_.injected.size() < worker_.injected.capacity(); ++n) {
        core::Packet* packet = tap->read(tap_pool_);
        if (packet == nullptr) return;
        core::info_of(packet) = {.lane = core::Lane::done, .port = id};
        if (worker_.injected.push(packet)) continue;
        rte_pktmbuf_free(packet);
        return;
    }
}

bool Network::turn_loops() noexcept {
    bool turned = false;
    for (const Attached& attached : attached_) {
        if (attached.out == nullptr) continue;
        void* packets[core::kBurst];
        const unsigned n = rte_ring_dequeue_burst(attached.out, packets, core::kBurst, nullptr);
        if (n == 0) continue;
        turned = true;
        const unsigned put = rte_ring_enqueue_burst(attached.in, packets, n, nullptr);
        for (unsigned i = put; i < n; ++i) rte_pktmbuf_free(static_cast<rte_mbuf*>(packets[i]));
    }
    return turned;
}

std::vector<PortState> Network::ports() const {
    std::vector<PortState> out;
    for (const Attached& attached : attached_) {
        std::string error;
        const Namespace inside(attached.side->netns, error);
        out.push_back(attached.port->state());
    }
    return out;
}

}  // namespace strowger::callgun
