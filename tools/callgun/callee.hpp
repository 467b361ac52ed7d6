// The answering side: rings, answers, waits for ACK and BYE. What else it is asked it answers without keeping
// anything.
#pragma once

#include "key_index.hpp"
#include "kit.hpp"
#include "media.hpp"
#include "retransmission.hpp"
#include "scenario.hpp"
#include "strowger/siphash.hpp"

namespace strowger::callgun {

class Callee {
  public:
    Callee(Kit& kit, Media& media, std::uint32_t slots, Nanoseconds now);
    void count_into(Results& results) { results_ = &results; }
    void on_request(const Received& received);
    void advance(Nanoseconds now);
    [[nodiscard]] std::uint32_t active() const { return calls_.in_use(); }
    void abandon();

  private:
    enum class State : std::uint8_t { ringing, answered, cancelled, talking };
    struct Call {
        State state{};
        std::uint16_t endpoint = 0;
        std::uint64_t key = 0;  // of the INVITE's transaction
        wire::Endpoint peer;    // where responses go
        Nanoseconds answered_at = 0;
        std::uint32_t leg = kNoLeg;
        wire::Endpoint remote_media;
        bool has_remote_media = false;
        Retransmission repeat;  // of the final response, until the ACK (RFC 3261 13.3.1.4, 17.2.1)
        Text<1536> head;        // all of a response between its status line and its Contact
    };
    [[nodiscard]] std::uint64_t key_of(const Received& received) const;
    void invited(const Received& received);
    void cancelled(const Received& received);
    void within_dialog(const Received& received, const Token& token);
    void answer(std::uint32_t slot, Nanoseconds now);
    // Writes and sends the call's response of that status; a 200 with our description.
    void send(std::uint32_t slot, std::uint16_t status);
    void finish(std::uint32_t slot);

    Kit& kit_;
    Media& media_;
    Results* results_ = nullptr;
    Slots<Call> calls_;
    KeyIndex by_key_;
    Wheel timers_;  // by slot
    HashKey hash_key_;
};

}  // namespace strowger::callgun
