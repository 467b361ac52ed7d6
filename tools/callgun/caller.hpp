// The calling side: INVITE, ACK, the time of the call, BYE; digest where it is asked for.
#pragma once

#include "challenge.hpp"
#include "dialog.hpp"
#include "kit.hpp"
#include "media.hpp"
#include "retransmission.hpp"
#include "scenario.hpp"

namespace strowger::callgun {

class Caller {
  public:
    Caller(Kit& kit, Media& media, std::uint32_t slots, Nanoseconds now);
    void count_into(Results& results) { results_ = &results; }
    void start(std::uint64_t number, Nanoseconds due, Nanoseconds now);
    void on_response(const Received& received, const Token& token);
    // A request within one of our dialogs.
    void on_request(const Received& received, const Token& dialog);
    void advance(Nanoseconds now);
    [[nodiscard]] std::uint32_t active() const { return calls_.in_use(); }
    void abandon();

  private:
    enum class State : std::uint8_t { inviting, proceeding, talking, releasing };
    struct Call {
        State state{};
        std::uint8_t invites = 0;  // with a CSeq of their own
        bool rang = false;
        bool repeated = false;  // an INVITE or BYE was retransmitted
        std::uint64_t number = 0;
        Nanoseconds due = 0;   // when the attempt was due
        Nanoseconds sent = 0;  // first packet of the present INVITE
        Nanoseconds bye_due = 0;
        std::uint32_t leg = kNoLeg;
        Retransmission repeat;
        Dialog dialog;
        Challenge challenge;  // present(): the INVITE bears an answer to it
        bool proxy_challenge = false;
    };
    [[nodiscard]] Token token(std::uint32_t slot, TokenKind kind, std::uint8_t sequence = 0) const {
        return {kit_.run, slot, calls_.generation(slot), kind, sequence};
    }
    void invite(std::uint32_t slot, Nanoseconds now);
    void write_request(wire::SipWriter& out, std::uint32_t slot, std::string_view method,
                       std::string_view uri, const Token& branch, std::uint32_t cseq, std::string_view to);
    void send_invite(std::uint32_t slot);
    void send_ack(std::uint32_t slot);
    void send_cancel(std::uint32_t slot);
    void send_bye(std::uint32_t slot);
    void provisional(std::uint32_t slot, const Received& received);
    void answered(std::uint32_t slot, const Received& received);
    void refused(std::uint32_t slot, const Received& received);
    void released(std::uint32_t slot, const Received& received);
    void release(std::uint32_t slot, Nanoseconds due, Nanoseconds now);
    void on_timer(std::uint32_t slot, Nanoseconds due, Nanoseconds now);
    void finish(std::uint32_t slot);
    // To a failure response, from nothing but itself: it has the INVITE's branch (RFC 3261 17.1.1.3).
    void acknowledge_failure(const Received& received, const Token& token);

    Kit& kit_;
    Media& media_;
    Results* results_ = nullptr;
    Slots<Call> calls_;
    Wheel timers_;  // by slot
};

}  // namespace strowger::callgun
