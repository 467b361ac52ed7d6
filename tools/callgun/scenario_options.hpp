// OPTIONS, one after the other, each answered or not.
#pragma once

#include "kit.hpp"
#include "retransmission.hpp"
#include "scenario.hpp"
#include "slots.hpp"
#include "wheel.hpp"

namespace strowger::callgun {

class OptionsScenario final : public Scenario {
  public:
    OptionsScenario(Kit& kit, Nanoseconds now);
    void count_into(Results& results) override { results_ = &results; }
    void start(std::uint64_t number, Nanoseconds due, Nanoseconds now) override;
    void on_response(const Received& received, const Token& token) override;
    void on_request(const Received& received) override;
    void on_media(const core::PacketInfo&, std::span<const std::uint8_t>, Nanoseconds) override {}
    void advance(Nanoseconds now) override;
    [[nodiscard]] std::uint32_t active() const override { return pings_.in_use(); }
    void abandon() override;

  private:
    struct Ping {
        std::uint64_t number = 0;
        Nanoseconds due = 0;
        Retransmission repeat;
    };
    void send(std::uint32_t slot);
    void finish(std::uint32_t slot);

    Kit& kit_;
    Results* results_ = nullptr;
    Slots<Ping> pings_;
    Wheel timers_;  // by slot
};

}  // namespace strowger::callgun
