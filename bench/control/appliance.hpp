// The whole appliance in this process, as its daemon starts it: the control thread and one worker, with ports
// that are rings in memory and a network namespace of its own for the taps beside them. What comes and goes
// are frames; everything behind them is the product.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "strowger/wire/ip.hpp"

struct rte_mempool;
struct rte_ring;

namespace strowger {
class Daemon;
}

namespace strowger::bench {

enum class Side : std::uint8_t { access, core };

// A datagram that left the appliance. `payload` is valid until the next take().
struct Datagram {
    wire::Endpoint source;
    wire::Endpoint destination;
    std::string_view payload;
};

class Appliance {
  public:
    // Before any other thread is started: the process moves to a namespace of its own, which needs root or
    // the right to make user namespaces. False and `error` otherwise.
    static bool isolate(std::string& error);

    // `more`: resources and options behind those of bench/control/appliance.cpp. Ends the process when the
    // appliance does not start, and says why.
    explicit Appliance(const std::string& more = {});
    ~Appliance();
    Appliance(const Appliance&) = delete;
    Appliance& operator=(const Appliance&) = delete;

    // False: the port is full or there is no buffer.
    bool put(Side side, const wire::Endpoint& source, const wire::Endpoint& destination,
             std::string_view payload);
    bool take(Side side, Datagram& out);

    // A CPU for the control thread alone, the others for all else of this process, as far as it may use two.
    void part_cpus() const;

    // CPU seconds of the control thread so far.
    [[nodiscard]] double control_seconds() const;

  private:
    void run_daemon();
    std::string folder_;
    std::unique_ptr<Daemon> daemon_;
    std::thread control_;
    std::atomic<bool> started_{false};
    pid_t control_id_ = 0;
    rte_mempool* pool_ = nullptr;
    rte_ring* in_[2] = {};
    rte_ring* out_[2] = {};
    void* taken_ = nullptr;
};

}  // namespace strowger::bench
