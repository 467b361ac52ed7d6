// Calls: the caller's side, the callee's, and their media, in one load.
#pragma once

#include "callee.hpp"
#include "caller.hpp"
#include "media.hpp"
#include "scenario.hpp"

namespace strowger::callgun {

class CallsScenario final : public Scenario {
  public:
    // `addresses`: media addresses of the line.
    CallsScenario(Kit& kit, std::size_t addresses, Nanoseconds now);
    void count_into(Results& results) override;
    void start(std::uint64_t number, Nanoseconds due, Nanoseconds now) override {
        caller_.start(number, due, now);
    }
    void on_response(const Received& received, const Token& token) override;
    void on_request(const Received& received) override;
    void on_media(const core::PacketInfo& info, std::span<const std::uint8_t> datagram,
                  Nanoseconds now) override {
        media_.receive(info, datagram, now);
    }
    void advance(Nanoseconds now) override;
    [[nodiscard]] std::uint32_t active() const override { return caller_.active(); }
    [[nodiscard]] std::uint32_t answering() const override { return callee_.active(); }
    void abandon() override;

  private:
    Kit& kit_;
    std::uint32_t slots_;
    Results* results_ = nullptr;
    Media media_;
    Caller caller_;
    Callee callee_;
};

}  // namespace strowger::callgun
