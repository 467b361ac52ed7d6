// What a kind of load does. The generator calls it; everything happens on the poll-mode core.
#pragma once

#include <optional>
#include <span>

#include "core/packet.hpp"
#include "line.hpp"
#include "results.hpp"
#include "strowger/wire/sip_message.hpp"
#include "token.hpp"

namespace strowger::callgun {

// A SIP message that has arrived.
struct Received {
    wire::SipMessage message;
    wire::Endpoint source;
    std::uint16_t endpoint = 0;  // index of the local endpoint it came to
    Nanoseconds now = 0;
};

class Scenario {
  public:
    virtual ~Scenario() = default;
    // Results count into `results` from now on.
    virtual void count_into(Results& results) = 0;
    // Attempt `number` of this run, which was due at `due`. It is counted, whether it can be made or not.
    virtual void start(std::uint64_t number, Nanoseconds due, Nanoseconds now) = 0;
    // A response whose branch bears a token of ours.
    virtual void on_response(const Received& received, const Token& token) = 0;
    virtual void on_request(const Received& received) = 0;
    virtual void on_media(const core::PacketInfo& info, std::span<const std::uint8_t> datagram,
                          Nanoseconds now) = 0;
    // Timers.
    virtual void advance(Nanoseconds now) = 0;
    // Attempts in progress.
    [[nodiscard]] virtual std::uint32_t active() const = 0;
    // What others have asked of us and not yet finished.
    [[nodiscard]] virtual std::uint32_t answering() const { return 0; }
    // Gives up what is in progress: it counts as unfinished.
    virtual void abandon() = 0;
};

}  // namespace strowger::callgun
