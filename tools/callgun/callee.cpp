#include "callee.hpp"

#include <span>

#include "message.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::callgun {

using wire::HeaderId;
using wire::Method;

namespace {

// Beyond the time that our own callers talk: who has not released a call by then never will.
constexpr Nanoseconds kPatience = 64 * kSecond;

}  // namespace

Callee::Callee(Kit& kit, Media& media, std::uint32_t slots, Nanoseconds now)
    : kit_(kit),
      media_(media),
      calls_(slots),
      by_key_(slots),
      timers_(slots, now),
      hash_key_{kit.run * 0x9E3779B97F4A7C15ULL, kit.run ^ 0xD6E8FEB86659FD93ULL} {}

// INVITE, its repetitions and its CANCEL have the branch and the sender of their top Via in common (17.2.3).
std::uint64_t Callee::key_of(const Received& received) const {
    std::string_view list = received.message.header(HeaderId::via);
    std::string_view element;
    wire::next_in_list(list, element);
    const auto via = wire::parse_via(element);
    SipHash hash(hash_key_);
    if (via) hash.add(via->branch()).add(via->host).add(std::uint64_t{via->port});
    return hash.add(received.message.header(HeaderId::call_id)).finish();
}

void Callee::on_request(const Received& received) {
    const auto token = token_of_tag(received.message.header(HeaderId::to));
    if (token && token->run == kit_.run && token->kind == TokenKind::callee_dialog)
        return within_dialog(received, *token);
    switch (received.message.method()) {
        case Method::ack:
            return;  // to a response that we kept nothing of
        case Method::invite:
            return invited(received);
        case Method::cancel:
            return cancelled(received);
        case Method::bye:
            results_->stray.add();
            return respond(kit_.line, 481, received, nullptr);
        default:
            results_->callee.other_requests.add();
            respond(kit_.line, 200, received, nullptr);
    }
}

void Callee::invited(const Received& received) {
    const std::uint64_t key = key_of(received);
    if (const auto known = by_key_.find(key)) {
        results_->callee.repeated_requests.add();
        const State state = calls_[*known].state;
        if (state == State::ringing) send(*known, 180);
        return;  // a final response has a timer of its own
    }
    results_->callee.offered.add();
    const auto slot = calls_.take();
    if (!slot) {
        results_->callee.refused.add();
        return respond(kit_.line, 503, received, nullptr);
    }
    Call& call = calls_[*slot];
    call.state = State::ringing;
    call.endpoint = received.endpoint;
    call.key = key;
    call.peer = response_address(received);
    call.leg = kNoLeg;
    const Token tag{kit_.run, *slot, calls_.generation(*slot), TokenKind::callee_dialog, 0};
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    write_response_head(out, 180, received, &tag);
    // The status line is another one each time; the rest stays.
    const bool fits = out.ok() && call.head.assign(out.text().substr(out.text().find('\n') + 1));
    const auto remote = audio_address(received.message.body());
    call.has_remote_media = remote.has_value();
    if (remote) call.remote_media = *remote;
    const LocalEndpoint& at = kit_.line.endpoint(received.endpoint);
    if (fits && kit_.options.rtp && remote) call.leg = media_.open(at);
    if (!fits || (kit_.options.rtp && remote && call.leg == kNoLeg)) {
        results_->callee.refused.add();
        calls_.give_back(*slot);
        return respond(kit_.line, fits ? 503 : 513, received, nullptr);
    }
    by_key_.insert(key, *slot);
    send(*slot, 180);
    if (kit_.options.ring == 0) return answer(*slot, received.now);
    timers_.start(*slot, received.now + kit_.options.ring);
}

void Callee::cancelled(const Received& received) {
    const auto known = by_key_.find(key_of(received));
    respond(kit_.line, known ? 200 : 481, received, nullptr);
    if (!known || calls_[*known].state != State::ringing) return;
    Call& call = calls_[*known];
    results_->callee.cancelled.add();
    call.state = State::cancelled;
    send(*known, 487);
    timers_.start(*known, call.repeat.begin(received.now, kit_.options.t1));
}

void Callee::within_dialog(const Received& received, const Token& token) {
    const Method method = received.message.method();
    Call* call = calls_.find(token.slot, token.generation);
    if (method == Method::ack) {
        if (call == nullptr) return;
        if (call->state == State::cancelled) return finish(token.slot);
        if (call->state != State::answered) return;
        call->state = State::talking;
        results_->callee.confirmed.add();
        results_->delay(Pair::answer_ack, received.now - call->answered_at);
        timers_.start(token.slot, received.now + kit_.options.hold + kPatience);
        if (call->leg != kNoLeg) media_.send_to(call->leg, call->remote_media, received.now);
        return;
    }
    if (method == Method::bye) {
        respond(kit_.line, 200, received, nullptr);  // also when the first answer to it was lost
        if (call == nullptr) {
            results_->callee.repeated_requests.add();
            return;
        }
        results_->callee.released.add();
        return finish(token.slot);
    }
    if (call == nullptr) return respond(kit_.line, 481, received, nullptr);
    respond(kit_.line, method == Method::invite ? 488 : 200, received, nullptr);
}

void Callee::answer(std::uint32_t slot, Nanoseconds now) {
    Call& call = calls_[slot];
    call.state = State::answered;
    call.answered_at = now;
    results_->callee.answered.add();
    send(slot, 200);
    timers_.start(slot, call.repeat.begin(now, kit_.options.t1));
}

void Callee::send(std::uint32_t slot, std::uint16_t status) {
    const Call& call = calls_[slot];
    const LocalEndpoint& at = kit_.line.endpoint(call.endpoint);
    char head[kMessageRoom];
    wire::SipWriter first(head);
    first.status_line(status, wire::reason_phrase(status));
    const std::size_t lines = first.size();
    const std::size_t rest = call.head.view().copy(head + lines, sizeof head - lines);
    // A writer of its own behind it: what is kept is whole lines.
    wire::SipWriter out(std::span<char>(head + lines + rest, sizeof head - lines - rest));
    if (status < 300) write_contact(out, "callgun", at);
    char room[512];
    if (status == 200) {
        out.header(HeaderId::content_type, "application/sdp");
        out.finish(write_description(room, at,
                                     call.leg == kNoLeg ? kit_.options.media.low : media_.port(call.leg),
                                     kit_.options.pcmu));
    } else {
        out.finish();
    }
    if (out.ok()) kit_.line.send(at, call.peer, {head, lines + rest + out.size()});
}

void Callee::finish(std::uint32_t slot) {
    Call& call = calls_[slot];
    timers_.stop(slot);
    if (call.leg != kNoLeg) media_.close(call.leg);
    by_key_.erase(call.key);
    calls_.give_back(slot);
}

void Callee::advance(Nanoseconds now) {
    timers_.advance(now, [&](std::uint32_t slot, Nanoseconds) {
        Call& call = calls_[slot];
        if (call.state == State::ringing) return answer(slot, now);
        if (call.state == State::talking) {
            results_->callee.never_released.add();
            return finish(slot);
        }
        if (call.repeat.over(now)) {
            results_->callee.unacknowledged.add();
            return finish(slot);
        }
        results_->callee.retransmissions.add();
        send(slot, call.state == State::answered ? 200 : 487);
        timers_.start(slot, call.repeat.again(now, kit_.options.t2));
    });
}

void Callee::abandon() {
    for (std::uint32_t slot = 0; slot < calls_.capacity(); ++slot) {
        if (!calls_.used(slot)) continue;
        if (calls_[slot].state == State::talking) results_->callee.never_released.add();
        finish(slot);
    }
}

}  // namespace strowger::callgun
