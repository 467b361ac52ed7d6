// Asks every target of every trunk with OPTIONS whether it lives (RFC 3261 11).
#pragma once

#include <cstdint>
#include <vector>

#include "net/transport.hpp"
#include "transaction/layer.hpp"
#include "transaction/timer_wheel.hpp"
#include "trunk/trunks.hpp"

namespace strowger::trunk {

class Prober final : public transaction::User, public transaction::TimerUser {
  public:
    // All outlive the prober. Attaches itself to both as OwnerKind::trunk_probe.
    Prober(Trunks& trunks, transaction::Layer& layer, transaction::TimerWheel& wheel,
           net::Transport& transport);

    // After every Trunks::configure(): starts and stops probing as the options say. Probes of one trunk are
    // spread over its interval; the first goes out at once.
    void configure();

    void on_timer(const transaction::Owner& owner, Nanoseconds now) override;
    void on_response(const transaction::Owner& owner, transaction::ClientId client,
                     const message::Incoming& response) override;
    void on_failure(const transaction::Owner& owner, transaction::ClientId client,
                    transaction::Failure failure) override;
    void on_cancel(const transaction::Owner&, transaction::ServerId, const message::Incoming&) override {}
    void on_acknowledged(const transaction::Owner&, transaction::ServerId, bool) override {}

  private:
    struct Probe {
        transaction::TimerId timer = 0;
        wire::Endpoint remote;  // that this probe was started for
        Nanoseconds sent = 0;   // 0: none under way
    };
    [[nodiscard]] Probe* probe_of(const transaction::Owner& owner);
    void send(TrunkId id, std::uint16_t target, Probe& probe);
    void settle(const transaction::Owner& owner, std::uint16_t status, bool alive);

    Trunks& trunks_;
    transaction::Layer& layer_;
    transaction::TimerWheel& wheel_;
    net::Transport& transport_;
    std::vector<std::vector<Probe>> probes_;  // by TrunkId, target
    std::uint32_t cseq_ = 1;
};

}  // namespace strowger::trunk
