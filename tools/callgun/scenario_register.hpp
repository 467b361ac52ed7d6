// REGISTER, with digest (RFC 3261 10.2, 22): first registrations, refreshes with the nonce of last time, and
// the avalanche, in which every endpoint comes back until it is registered.
#pragma once

#include <string>
#include <vector>

#include "challenge.hpp"
#include "kit.hpp"
#include "retransmission.hpp"
#include "scenario.hpp"
#include "slots.hpp"
#include "wheel.hpp"

namespace strowger::callgun {

class RegisterScenario final : public Scenario {
  public:
    RegisterScenario(Kit& kit, Nanoseconds now);
    void count_into(Results& results) override { results_ = &results; }
    void start(std::uint64_t number, Nanoseconds due, Nanoseconds now) override;
    void on_response(const Received& received, const Token& token) override;
    void on_request(const Received& received) override;
    void on_media(const core::PacketInfo&, std::span<const std::uint8_t>, Nanoseconds) override {}
    void advance(Nanoseconds now) override;
    [[nodiscard]] std::uint32_t active() const override { return attempts_.in_use(); }
    void abandon() override;

  private:
    // An endpoint: what a phone keeps between its registrations.
    struct User {
        std::uint32_t cseq = 0;
        std::uint32_t nonce_uses = 0;
        Challenge challenge;
    };
    struct Attempt {
        std::uint32_t user = 0;
        std::uint8_t requests = 0;  // REGISTERs of this attempt, retransmissions left out
        std::uint8_t challenges = 0;
        bool repeated = false;  // one of its requests was retransmitted
        bool waiting = false;   // avalanche: until it may try again
        Nanoseconds due = 0;
        Nanoseconds sent = 0;  // first packet of the present request
        Retransmission repeat;
    };
    void request(std::uint32_t slot, Nanoseconds now);
    void send(std::uint32_t slot);
    void challenged(std::uint32_t slot, const Received& received);
    void refused(std::uint32_t slot, const Received& received);
    // Avalanche: tries again after `pause`; false: this load has no second tries.
    bool try_again(std::uint32_t slot, Nanoseconds now, Nanoseconds pause);
    void finish(std::uint32_t slot);

    Kit& kit_;
    Results* results_ = nullptr;
    std::vector<User> users_;
    Slots<Attempt> attempts_;
    Wheel timers_;  // by slot
    std::string uri_;
};

}  // namespace strowger::callgun
