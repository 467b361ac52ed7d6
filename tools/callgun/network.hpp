// Ports, addresses and neighbours: everything between the kernel and the poll-mode core. The main thread
// opens, serves and closes; the core reads the live tables and owns the worker.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "classify/reassembly.hpp"
#include "core/worker.hpp"
#include "io/port.hpp"
#include "line.hpp"
#include "net/mirror.hpp"
#include "options.hpp"

struct rte_ring;

namespace strowger::callgun {

class Network {
  public:
    ~Network();
    // Starts DPDK, opens the ports and checks our addresses. False and `error`.
    bool open(const Options& options, std::string& error);
    // Waits until the kernel knows the next hop to the target; calls `turn` meanwhile, which moves packets.
    // False and `error`: it does not answer.
    bool reach(const wire::Endpoint& target, const std::function<void()>& turn, std::string& error);

    // Our endpoints: the caller's first, `caller_endpoints()` of them, then the callee's.
    [[nodiscard]] const std::vector<LocalEndpoint>& endpoints() const { return endpoints_; }
    [[nodiscard]] std::size_t caller_endpoints() const { return caller_endpoints_; }
    [[nodiscard]] std::size_t media_addresses() const { return media_.size(); }

    // Main thread, every few milliseconds: neighbours, frames of the kernel's taps, what `line` could not
    // send.
    void serve(Line& line);
    [[nodiscard]] std::vector<PortState> ports() const;

    // Poll-mode core. The tables for this turn; those of the turn before may be freed.
    const tables::Tables& live() noexcept {
        const tables::Tables* now = live_.load(std::memory_order_acquire);
        seen_.store(now->version, std::memory_order_release);
        return *now;
    }
    [[nodiscard]] core::Worker& worker() { return worker_; }
    // What left through a loop comes in again. True: something did.
    bool turn_loops() noexcept;

  private:
    struct Attached {
        const Side* side = nullptr;
        std::unique_ptr<io::Port> port;
        std::unique_ptr<net::Mirror> mirror;  // null: a loop
        rte_ring* out = nullptr;              // of a loop
        rte_ring* in = nullptr;
    };
    struct MediaAddress {
        InterfaceId interface {};
        wire::IpAddress address;
    };
    bool attach(const Side& side, std::string& error);
    bool check_addresses(Attached& attached, InterfaceId id, const Side& side, std::string& error);
    void add_endpoints(const Side& side, InterfaceId id);
    void publish();
    void serve_tap(PortId id);

    PortRange media_range_;
    core::Worker worker_;
    std::unique_ptr<classify::Reassembly> reassembly_;
    rte_mempool* tap_pool_ = nullptr;
    std::vector<Attached> attached_;  // by PortId and InterfaceId
    std::vector<LocalEndpoint> endpoints_;
    std::vector<MediaAddress> media_;  // by MediaAddressId
    std::size_t caller_endpoints_ = 0;
    std::atomic<const tables::Tables*> live_{nullptr};
    std::atomic<std::uint64_t> seen_{0};
    std::deque<std::unique_ptr<const tables::Tables>> published_;  // the last one is live
};

}  // namespace strowger::callgun
