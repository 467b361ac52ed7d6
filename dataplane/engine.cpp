#include "engine.hpp"

#include <pthread.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_rcu_qsbr.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "classify/reassembly.hpp"
#include "io/eal.hpp"
#include "rtp/leg_table.hpp"
#include "sip/screen.hpp"

namespace strowger {
namespace {

constexpr std::size_t kCrossing = 4096;  // packets a ring between two workers holds
constexpr Nanoseconds kLinkLook = 100 * kMillisecond;
constexpr unsigned kLargePackets = 255;  // reassembled datagrams of one worker, 64 KB each
constexpr unsigned kTapPackets = 4095;   // apart from the workers', so that bulk TCP takes none of theirs
constexpr std::size_t kTapBatch = 64;
constexpr std::uint16_t kLargeRoom = 65'535;
constexpr std::size_t kMaxInjected = kLargeRoom - RTE_PKTMBUF_HEADROOM - 64;

std::uint64_t random_key() {
    std::uint64_t key = 0;
    if (::getrandom(&key, sizeof key, 0) != sizeof key)
        key = static_cast<std::uint64_t>(::getpid()) * 0x9E3779B97F4A7C15ULL;
    return key;
}

void pin(std::thread& thread, int cpu) {
    if (cpu < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(cpu), &set);
    ::pthread_setaffinity_np(thread.native_handle(), sizeof set, &set);
}

}  // namespace

Engine::~Engine() {
    stop();
}

bool Engine::start(const DataplaneSpec& spec, std::string& error) {
    const std::size_t count = spec.worker_cpus.size();
    if (!io::start_eal(spec, core::kPacketPrivateSize, error)) return false;
    injected_pool_ = io::make_pool("injected", kLargePackets, core::kPacketPrivateSize, kLargeRoom, error);
    if (injected_pool_ == nullptr) return false;
    tap_pool_ = io::make_packet_pool("taps", kTapPackets, core::kPacketPrivateSize, error);
    if (tap_pool_ == nullptr) return false;
    for (std::size_t i = 0; i < count; ++i) {
        auto worker = std::make_unique<core::Worker>();
        worker->id = static_cast<WorkerId>(i);
        worker->workers = static_cast<std::uint16_t>(count);
        const std::string number = std::to_string(i);
        worker->pool =
            io::make_packet_pool("packets" + number, spec.packet_buffers, core::kPacketPrivateSize, error);
        if (worker->pool == nullptr) return false;
        worker->large_pool =
            io::make_pool("large" + number, kLargePackets, core::kPacketPrivateSize, kLargeRoom, error);
        if (worker->large_pool == nullptr) return false;
        leg_tables_.push_back(std::make_unique<rtp::LegTable>(worker->id, worker->workers));
        reassemblies_.push_back(std::make_unique<classify::Reassembly>());
        limits_.push_back(std::make_unique<sip::SourceLimits>(random_key()));
        worker->legs = leg_tables_.back().get();
        worker->reassembly = reassemblies_.back().get();
        worker->limits = limits_.back().get();
        workers_.push_back(std::move(worker));
    }
    connect_workers();
    return open_ports(spec, error) && start_workers(spec, error);
}

void Engine::connect_workers() {
    const auto ring = [&] {
        crossings_.push_back(std::make_unique<rings::Spsc<core::Packet*>>(kCrossing));
        return crossings_.back().get();
    };
    for (auto& w : workers_) {
        for (auto* rings : {&w->handoff_out, &w->handoff_in, &w->transmit_out, &w->transmit_in})
            rings->resize(workers_.size());
    }
    for (std::size_t from = 0; from < workers_.size(); ++from) {
        for (std::size_t to = 0; to < workers_.size(); ++to) {
            if (from == to) continue;
            workers_[from]->handoff_out[to] = workers_[to]->handoff_in[from] = ring();
            workers_[from]->transmit_out[to] = workers_[to]->transmit_in[from] = ring();
        }
    }
}

bool Engine::open_ports(const DataplaneSpec& spec, std::string& error) {
    std::vector<rte_mempool*> pools;
    for (const auto& w : workers_) pools.push_back(w->pool);
    for (std::size_t p = 0; p < spec.ports.size(); ++p) {
        auto port = io::Port::open(spec.ports[p], static_cast<PortId>(p), pools, error);
        if (port == nullptr) return false;
        for (std::size_t i = 0; i < workers_.size(); ++i) {
            core::Worker& w = *workers_[i];
            const io::QueueShare share = port->share_of(static_cast<WorkerId>(i));
            w.tx.push_back({.ethdev = port->ethdev(),
                            .queue = share.tx_queue,
                            .own_queue = share.owns_tx,
                            .hw_ip_checksum = false,
                            .hw_udp_checksum = false,
                            .owner = share.tx_owner,
                            .to_kernel = port->tap() == nullptr ? nullptr : port->tap()->ring(w.id)});
            for (const std::uint16_t queue : share.rx_queues)
                w.rx.push_back({static_cast<PortId>(p), port->ethdev(), queue});
        }
        ports_.push_back(std::move(port));
    }
    return true;
}

bool Engine::start_workers(const DataplaneSpec& spec, std::string& error) {
    const auto readers = static_cast<std::uint32_t>(workers_.size());
    shared_.grace = static_cast<rte_rcu_qsbr*>(
        rte_zmalloc("grace", rte_rcu_qsbr_get_memsize(readers), RTE_CACHE_LINE_SIZE));
    shared_.wake_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (shared_.grace == nullptr || rte_rcu_qsbr_init(shared_.grace, readers) != 0 || shared_.wake_fd < 0) {
        error = "the workers cannot be started: no memory";
        return false;
    }
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        threads_.emplace_back([this, i] {
            const std::string name = "worker" + std::to_string(i);
            ::pthread_setname_np(::pthread_self(), name.c_str());
            rte_thread_register();  // for the packet pools' caches
            run_worker(*workers_[i], shared_);
            rte_thread_unregister();
        });
        pin(threads_.back(), spec.worker_cpus[i]);
    }
    return true;
}

void Engine::publish(std::unique_ptr<const tables::Tables> next) {
    reclaim();
    for (std::size_t i = 0; i < next->media_addresses.size(); ++i) {
        const tables::MediaAddress& media = next->media_addresses[i];
        if (media.interface == kNone<InterfaceId>) continue;
        for (auto& legs : leg_tables_)
            legs->add_address(static_cast<MediaAddressId>(i), media.low, media.high);
    }
    shared_.live.store(next.get(), std::memory_order_release);
    auto old = std::exchange(live_, std::move(next));
    if (old != nullptr) retired_.push_back({rte_rcu_qsbr_start(shared_.grace), std::move(old)});
    for (auto& port : ports_) port->set_live_ports(*live_);
}

void Engine::reclaim() {
    while (!retired_.empty() && rte_rcu_qsbr_check(shared_.grace, retired_.front().token, false) == 1)
        retired_.pop_front();
}

bool Engine::send(const rings::Send& datagram) {
    // Through the worker that has the queue, so that the frame crosses no second ring.
    const PortId port = live_->interfaces[index(datagram.interface)].port;
    core::Worker& any = *workers_[datagram.source.port.wire() % workers_.size()];
    const core::TxPath& path = any.tx[index(port)];
    return (path.own_queue ? any : *workers_[index(path.owner)]).sends.push(datagram);
}

bool Engine::command(const rings::Command& command) {
    return workers_[index(owner(command.leg.port))]->commands.push(command);
}

bool Engine::arm() {
    std::uint64_t drained = 0;
    [[maybe_unused]] const auto n = ::read(shared_.wake_fd, &drained, sizeof drained);
    shared_.armed.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const bool work =
        std::any_of(
            workers_.begin(), workers_.end(),
            [](const auto& w) { return !w->punts.empty() || !w->arrivals.empty() || !w->events.empty(); }) ||
        std::any_of(ports_.begin(), ports_.end(),
                    [](const auto& port) { return port->tap() != nullptr && port->tap()->waiting(); });
    if (work) shared_.armed.store(false, std::memory_order_relaxed);
    return !work;
}

std::size_t Engine::punts(std::span<rings::Punt> out) {
    // No worker is always the first. New requests get a share that is over soon, so that what is in progress
    // never waits long.
    ++turn_;
    const auto worker = [&](std::size_t i) -> core::Worker& {
        return *workers_[(turn_ + i) % workers_.size()];
    };
    std::size_t taken = 0;
    for (std::size_t i = 0; i < workers_.size(); ++i) taken += worker(i).punts.pop(out.subspan(taken));
    const std::size_t share = std::max<std::size_t>(1, out.size() / 4);
    const std::size_t end = std::min(out.size(), taken + share);
    for (std::size_t i = 0; i < workers_.size(); ++i)
        taken += worker(i).arrivals.pop(out.subspan(taken, end - taken));
    return taken;
}

void Engine::release(std::span<const rings::Punt> done) {
    for (const rings::Punt& punt : done) {
        auto* packet = static_cast<core::Packet*>(punt.packet);
        // As many as the punt ring holds fit; a packet beyond that is freed here, past the worker's cache.
        if (!workers_[index(punt.worker)]->released.push(packet)) rte_pktmbuf_free(packet);
    }
}

std::size_t Engine::events(std::span<rings::Event> out) {
    reclaim();
    std::size_t taken = 0;
    for (auto& w : workers_) taken += w->events.pop(out.subspan(taken));
    return taken;
}

std::size_t Engine::sent(std::span<void*> tokens) {
    std::size_t taken = 0;
    for (auto& w : workers_) taken += w->sent.pop(tokens.subspan(taken));
    return taken;
}

std::size_t Engine::copies(std::span<rings::Copy> out) {
    std::size_t taken = 0;
    for (auto& w : workers_) taken += w->copies.pop(out.subspan(taken));
    return taken;
}

bool Engine::inject(const wire::Endpoint& source, const wire::Endpoint& destination, InterfaceId interface,
                    std::span<const char> data) {
    const tables::LocalAddress* local =
        live_ == nullptr ? nullptr : live_->local(interface, destination.address);
    if (local == nullptr || data.size() > kMaxInjected) return false;
    const auto listener = std::find_if(local->sip.begin(), local->sip.end(),
                                       [&](const auto& sip) { return sip.port == destination.port; });
    if (listener == local->sip.end()) return false;
    core::Packet* packet = rte_pktmbuf_alloc(injected_pool_);
    if (packet == nullptr) return false;
    std::memcpy(rte_pktmbuf_append(packet, static_cast<std::uint16_t>(data.size())), data.data(),
                data.size());
    core::info_of(packet) = {.lane = core::Lane::sip,
                             .is_v4 = source.address.is_v4(),
                             .from_kernel = true,
                             .port = live_->interfaces[index(interface)].port,
                             .interface = interface,
                             .realm = live_->listeners[index(listener->listener)].realm,
                             .listener = listener->listener,
                             .payload_length = static_cast<std::uint16_t>(data.size()),
                             .source = source,
                             .destination = destination,
                             .received = clock_now()};
    if (workers_.front()->injected.push(packet)) return true;
    rte_pktmbuf_free(packet);
    return false;
}

void Engine::poll_taps() {
    const Nanoseconds now = clock_now();
    const bool look_at_links = now >= next_link_look_;
    if (look_at_links) next_link_look_ = now + kLinkLook;
    for (std::size_t p = 0; p < ports_.size(); ++p) {
        io::Tap* tap = ports_[p]->tap();
        if (tap == nullptr) continue;
        if (look_at_links) ports_[p]->follow_link();
        tap->write_waiting(kTapBatch);
        // The kernel's frames go out through the worker that has the port's first queue.
        core::Worker& w = *workers_[p % workers_.size()];
        for (std::size_t n = 0; n < kTapBatch && w.injected.size() < w.injected.capacity(); ++n) {
            core::Packet* packet = tap->read(tap_pool_);
            if (packet == nullptr) break;
            core::info_of(packet) = {.lane = core::Lane::done, .port = static_cast<PortId>(p)};
            if (w.injected.push(packet)) continue;
            rte_pktmbuf_free(packet);
            break;
        }
    }
}

const CounterBlock& Engine::counters(WorkerId worker) const {
    return workers_[index(worker)]->books;
}

std::vector<PortState> Engine::ports() const {
    std::vector<PortState> out;
    for (const auto& port : ports_) out.push_back(port->state());
    return out;
}

std::size_t Engine::backlog() const {
    std::size_t sum = 0;
    for (const auto& w : workers_) sum += w->punts.size() + w->arrivals.size();
    return sum;
}

void Engine::stop() {
    shared_.stop.store(true);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    ports_.clear();  // gives the devices back to the kernel
    retired_.clear();
    if (shared_.wake_fd >= 0) ::close(std::exchange(shared_.wake_fd, -1));
}

std::unique_ptr<Dataplane> start_dataplane(const DataplaneSpec& spec, std::string& error) {
    auto engine = std::make_unique<Engine>();
    if (!engine->start(spec, error)) return nullptr;
    return engine;
}

}  // namespace strowger
