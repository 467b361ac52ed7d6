#include "caller.hpp"

#include "message.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::callgun {

using wire::HeaderId;

Caller::Caller(Kit& kit, Media& media, std::uint32_t slots, Nanoseconds now)
    : kit_(kit), media_(media), calls_(slots), timers_(slots, now) {}

void Caller::start(std::uint64_t number, Nanoseconds due, Nanoseconds now) {
    results_->attempted.add();
    const auto slot = calls_.take();
    if (!slot) return results_->fail(Failure::no_slot);
    Call& call = calls_[*slot];
    call = {.number = number, .due = due};
    if (kit_.options.rtp) {
        call.leg = media_.open(kit_.caller_of(number));
        if (call.leg == kNoLeg) {
            results_->fail(Failure::no_slot);
            return calls_.give_back(*slot);
        }
    }
    invite(*slot, now);
}

// An INVITE of its own CSeq and branch.
void Caller::invite(std::uint32_t slot, Nanoseconds now) {
    Call& call = calls_[slot];
    call.state = State::inviting;
    call.repeated |= call.repeat.repeated;
    call.sent = now;
    ++call.invites;
    send_invite(slot);
    timers_.start(slot, call.repeat.begin(now, kit_.options.t1));
}

void Caller::finish(std::uint32_t slot) {
    timers_.stop(slot);
    if (calls_[slot].leg != kNoLeg) media_.close(calls_[slot].leg);
    calls_.give_back(slot);
}

void Caller::on_response(const Received& received, const Token& token) {
    const std::uint16_t status = received.message.status();
    Call* call = calls_.find(token.slot, token.generation);
    if (call == nullptr) {
        results_->stray.add();
        // A failure that came again because our ACK was lost, or to an INVITE that we have cancelled.
        if (token.kind == TokenKind::invite && received.message.method() == wire::Method::invite &&
            status >= 300)
            acknowledge_failure(received, token);
        return;
    }
    if (token.kind == TokenKind::bye) {
        if (call->state == State::releasing && status >= 200) released(token.slot, received);
        return;
    }
    if (received.message.method() != wire::Method::invite) return;  // the answer to a CANCEL
    if (token.sequence != call->invites) {
        if (status >= 300) acknowledge_failure(received, token);  // the challenge again
        return;
    }
    if (call->state == State::inviting || call->state == State::proceeding) {
        if (status < 200) return provisional(token.slot, received);
        if (status < 300) return answered(token.slot, received);
        return refused(token.slot, received);
    }
    if (status >= 200 && status < 300) send_ack(token.slot);  // our ACK was lost
}

void Caller::provisional(std::uint32_t slot, const Received& received) {
    Call& call = calls_[slot];
    if (call.state == State::inviting) {
        call.state = State::proceeding;
        timers_.start(slot, call.sent + kit_.options.ring + 64 * kit_.options.t1);
        if (received.message.status() == 100)
            results_->delay(Pair::invite_100, received.now - (call.invites == 1 ? call.due : call.sent));
    }
    if (received.message.status() < 180 || call.rang) return;
    call.rang = true;
    results_->delay(Pair::invite_180, received.now - call.due);
}

void Caller::answered(std::uint32_t slot, const Received& received) {
    Call& call = calls_[slot];
    if (!call.rang) results_->delay(Pair::invite_180, received.now - call.due);
    results_->delay(Pair::invite_200, received.now - call.due);
    results_->answered.add();
    call.repeated |= call.repeat.repeated;
    if (!call.dialog.learn(received.message, kit_.options.target)) {
        results_->fail(Failure::too_large);
        return finish(slot);
    }
    call.state = State::talking;
    send_ack(slot);
    timers_.start(slot, received.now + kit_.options.hold);
    if (call.leg == kNoLeg) return;
    if (const auto remote = audio_address(received.message.body()))
        media_.send_to(call.leg, *remote, received.now);
}

void Caller::refused(std::uint32_t slot, const Received& received) {
    Call& call = calls_[slot];
    const std::uint16_t status = received.message.status();
    acknowledge_failure(received, token(slot, TokenKind::invite, call.invites));
    const bool challenged = status == 401 || status == 407;
    if (challenged) {
        results_->challenged.add();
        results_->delay(Pair::invite_challenge, received.now - (call.invites == 1 ? call.due : call.sent));
        Challenge challenge;
        if (!kit_.options.password.empty() && !call.challenge.present()) {
            if (choose_challenge(received.message, challenge) == digest::ChallengeStatus::ok) {
                call.challenge = challenge;
                call.proxy_challenge = status == 407;
                return invite(slot, received.now);
            }
            results_->fail(Failure::challenge);
            return finish(slot);
        }
    }
    results_->delay(Pair::invite_failure, received.now - call.due);
    results_->fail_with(status);
    finish(slot);
}

void Caller::released(std::uint32_t slot, const Received& received) {
    const Call& call = calls_[slot];
    results_->delay(Pair::bye_200, received.now - call.bye_due);
    if (received.message.status() < 300) {
        results_->completed.add();
        if (call.repeated || call.repeat.repeated) results_->completed_after_retransmission.add();
    } else {
        results_->fail(Failure::bye_refused);
    }
    finish(slot);
}

void Caller::release(std::uint32_t slot, Nanoseconds due, Nanoseconds now) {
    Call& call = calls_[slot];
    call.state = State::releasing;
    call.bye_due = due;
    if (call.leg != kNoLeg) media_.stop(call.leg);
    send_bye(slot);
    timers_.start(slot, call.repeat.begin(now, kit_.options.t1));
}

void Caller::on_request(const Received& received, const Token& dialog) {
    const wire::Method method = received.message.method();
    Call* call = calls_.find(dialog.slot, dialog.generation);
    if (method == wire::Method::ack) return;
    if (call == nullptr)
        return respond(kit_.line, method == wire::Method::bye ? 200 : 481, received, nullptr);
    if (method != wire::Method::bye)
        return respond(kit_.line, method == wire::Method::invite ? 488 : 200, received, nullptr);
    respond(kit_.line, 200, received, nullptr);
    if (call->state == State::releasing) return;  // both at once: our own BYE will be answered
    results_->fail(Failure::released_early);
    finish(dialog.slot);
}

void Caller::advance(Nanoseconds now) {
    timers_.advance(now, [&](std::uint32_t slot, Nanoseconds due) { on_timer(slot, due, now); });
}

void Caller::on_timer(std::uint32_t slot, Nanoseconds due, Nanoseconds now) {
    Call& call = calls_[slot];
    switch (call.state) {
        case State::talking:
            return release(slot, due, now);
        case State::proceeding:
            send_cancel(slot);
            results_->fail(Failure::timeout);
            return finish(slot);
        case State::inviting:
        case State::releasing:
            break;
    }
    const bool inviting = call.state == State::inviting;
    if (call.repeat.over(now)) {
        results_->fail(inviting ? Failure::timeout : Failure::bye_timeout);
        return finish(slot);
    }
    results_->retransmissions.add();
    inviting ? send_invite(slot) : send_bye(slot);
    timers_.start(slot, call.repeat.again(now, inviting ? kNoLongest : kit_.options.t2));
}

void Caller::abandon() {
    for (std::uint32_t slot = 0; slot < calls_.capacity(); ++slot) {
        if (!calls_.used(slot)) continue;
        // The other side need not wait for what will not come.
        const State state = calls_[slot].state;
        if (state == State::talking) send_bye(slot);
        if (state == State::proceeding) send_cancel(slot);
        results_->fail(Failure::unfinished);
        finish(slot);
    }
}

}  // namespace strowger::callgun
