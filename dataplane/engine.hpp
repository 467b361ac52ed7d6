// The dataplane as the control plane sees it: starts ports and workers, carries messages in and out of their
// rings.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/port.hpp"
#include "strowger/dataplane.hpp"
#include "worker.hpp"

namespace strowger {

class Engine final : public Dataplane {
  public:
    ~Engine() override;
    // False and `error`: nothing runs.
    bool start(const DataplaneSpec& spec, std::string& error);

    void publish(std::unique_ptr<const tables::Tables> next) override;
    [[nodiscard]] std::size_t workers() const override { return workers_.size(); }
    bool send(const rings::Send& datagram) override;
    bool command(const rings::Command& command) override;
    [[nodiscard]] int wake_fd() const override { return shared_.wake_fd; }
    bool arm() override;
    std::size_t punts(std::span<rings::Punt> out) override;
    void release(std::span<const rings::Punt> done) override;
    std::size_t events(std::span<rings::Event> out) override;
    std::size_t sent(std::span<void*> tokens) override;
    std::size_t copies(std::span<rings::Copy> out) override;
    bool inject(const wire::Endpoint& source, const wire::Endpoint& destination, InterfaceId interface,
                std::span<const char> data) override;
    void poll_taps() override;
    [[nodiscard]] const CounterBlock& counters(WorkerId worker) const override;
    [[nodiscard]] std::vector<PortState> ports() const override;
    [[nodiscard]] std::size_t backlog() const override;
    [[nodiscard]] std::vector<Decision> explain(PortId port, std::span<const char> frame) override;
    void stop() override;

  private:
    static constexpr std::size_t kMaxInjectedFrame = 65'000;
    struct Retired {
        std::uint64_t token;  // of the grace period that must end first
        std::unique_ptr<const tables::Tables> tables;
    };
    bool open_ports(const DataplaneSpec& spec, std::string& error);
    bool start_workers(const DataplaneSpec& spec, std::string& error);
    void connect_workers();
    void reclaim();

    Shared shared_;
    std::vector<std::unique_ptr<io::Port>> ports_;                        // by PortId
    std::vector<std::unique_ptr<core::Worker>> workers_;                  // by WorkerId
    std::vector<std::unique_ptr<rings::Spsc<core::Packet*>>> crossings_;  // hand-off and transmit rings
    std::vector<std::unique_ptr<rtp::LegTable>> leg_tables_;
    std::vector<std::unique_ptr<classify::Reassembly>> reassemblies_;
    std::vector<std::unique_ptr<sip::SourceLimits>> limits_;
    std::vector<std::thread> threads_;
    std::unique_ptr<const tables::Tables> live_;
    std::deque<Retired> retired_;
    Nanoseconds next_link_look_ = 0;
    std::size_t turn_ = 0;  // of punts()
    rte_mempool* injected_pool_ = nullptr;
    rte_mempool* tap_pool_ = nullptr;
};

}  // namespace strowger
