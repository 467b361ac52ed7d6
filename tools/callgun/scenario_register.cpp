#include "scenario_register.hpp"

#include <algorithm>

#include "message.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::callgun {
namespace {

constexpr std::uint32_t kMostAttempts = 262'144;
constexpr std::uint8_t kMostChallenges = 2;  // the second for a nonce that was too old
constexpr Nanoseconds kTryAgain = kSecond;
constexpr std::uint32_t kLongestRetryAfter = 30;

}  // namespace

RegisterScenario::RegisterScenario(Kit& kit, Nanoseconds now)
    : kit_(kit),
      users_(kit.options.users.size()),
      attempts_(slots_for(kit.options, 0, kMostAttempts)),
      timers_(attempts_.capacity(), now),
      uri_("sip:" + kit.domain) {}

void RegisterScenario::start(std::uint64_t number, Nanoseconds due, Nanoseconds now) {
    results_->attempted.add();
    const auto slot = attempts_.take();
    if (!slot) return results_->fail(Failure::no_slot);
    attempts_[*slot] = {.user = static_cast<std::uint32_t>(number % users_.size()), .due = due};
    if (kit_.options.fresh) users_[attempts_[*slot].user].challenge = {};
    request(*slot, now);
}

// A REGISTER of its own CSeq and branch.
void RegisterScenario::request(std::uint32_t slot, Nanoseconds now) {
    Attempt& attempt = attempts_[slot];
    User& user = users_[attempt.user];
    ++user.cseq;
    ++attempt.requests;
    attempt.waiting = false;
    attempt.sent = now;
    if (user.challenge.present()) ++user.nonce_uses;
    send(slot);
    timers_.start(slot, attempt.repeat.begin(now, kit_.options.t1));
}

void RegisterScenario::send(std::uint32_t slot) {
    const Attempt& attempt = attempts_[slot];
    const User& user = users_[attempt.user];
    const LocalEndpoint& from = kit_.caller_of(attempt.user);
    const Token token{kit_.run, slot, attempts_.generation(slot), TokenKind::register_, attempt.requests};
    // One Call-ID for all registrations of an endpoint (RFC 3261 10.2).
    const Token phone{kit_.run, attempt.user, 0, TokenKind::register_, 0};
    char room[Names::kMaxLength];
    const std::string_view name = kit_.options.users.write(attempt.user, room);
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    out.request_line("REGISTER", uri_);
    write_via(out, from, token);
    out.header(wire::HeaderId::max_forwards, std::uint32_t{70});
    write_party(out, wire::HeaderId::from, name, kit_.domain, &phone);
    write_party(out, wire::HeaderId::to, name, kit_.domain, nullptr);
    write_call_id(out, phone, from);
    write_cseq(out, user.cseq, "REGISTER");
    write_contact(out, name, from);
    out.header(wire::HeaderId::expires, kit_.options.expires);
    if (user.challenge.present()) {
        const PasswordRoom password(kit_.options.password, name);
        const TokenText cnonce = to_text(token);
        write_answer(out, wire::HeaderId::authorization, user.challenge,
                     {.user = name,
                      .password = password.view(),
                      .method = "REGISTER",
                      .uri = uri_,
                      .count = user.nonce_uses,
                      .cnonce = {cnonce.data(), 16}});
    }
    out.finish();
    if (out.ok()) kit_.line.send(from, kit_.options.target, out.text());
}

void RegisterScenario::finish(std::uint32_t slot) {
    timers_.stop(slot);
    attempts_.give_back(slot);
}

void RegisterScenario::on_response(const Received& received, const Token& token) {
    Attempt* attempt =
        token.kind == TokenKind::register_ ? attempts_.find(token.slot, token.generation) : nullptr;
    if (attempt == nullptr || attempt->requests != token.sequence || attempt->waiting)
        return results_->stray.add();
    const std::uint16_t status = received.message.status();
    if (status < 200) return;
    attempt->repeated |= attempt->repeat.repeated;
    if (status < 300) {
        results_->delay(Pair::register_200, received.now - attempt->due);
        results_->completed.add();
        if (attempt->repeated) results_->completed_after_retransmission.add();
        return finish(token.slot);
    }
    if (status == 401 || status == 407) return challenged(token.slot, received);
    refused(token.slot, received);
}

void RegisterScenario::challenged(std::uint32_t slot, const Received& received) {
    Attempt& attempt = attempts_[slot];
    User& user = users_[attempt.user];
    results_->challenged.add();
    results_->delay(Pair::register_challenge,
                    received.now - (attempt.requests == 1 ? attempt.due : attempt.sent));
    Challenge challenge;
    const bool wrong_password = user.challenge.present() && attempt.challenges != 0;
    if (kit_.options.password.empty() || attempt.challenges == kMostChallenges || wrong_password) {
        user.challenge = {};
        return refused(slot, received);
    }
    if (choose_challenge(received.message, challenge) != digest::ChallengeStatus::ok) {
        results_->fail(Failure::challenge);
        return finish(slot);
    }
    ++attempt.challenges;
    user.challenge = challenge;
    user.nonce_uses = 0;
    timers_.stop(slot);
    request(slot, received.now);
}

void RegisterScenario::refused(std::uint32_t slot, const Received& received) {
    const std::uint16_t status = received.message.status();
    Nanoseconds pause = kTryAgain;
    if (const auto after = wire::parse_number(received.message.header(wire::HeaderId::retry_after)))
        pause = std::clamp<Nanoseconds>(*after, 1, kLongestRetryAfter) * kSecond;
    // A server that is busy is asked again; one that says no is not.
    if (status >= 500 && status < 600 && try_again(slot, received.now, pause)) return;
    results_->fail_with(status);
    finish(slot);
}

bool RegisterScenario::try_again(std::uint32_t slot, Nanoseconds now, Nanoseconds pause) {
    if (!kit_.options.avalanche) return false;
    Attempt& attempt = attempts_[slot];
    attempt.waiting = true;
    attempt.repeated |= attempt.repeat.repeated;
    attempt.challenges = 0;
    results_->retried.add();
    timers_.start(slot, now + pause);
    return true;
}

void RegisterScenario::on_request(const Received& received) {
    if (received.message.method() == wire::Method::ack) return;
    respond(kit_.line, received.message.method() == wire::Method::options ? 200 : 405, received, nullptr);
}

void RegisterScenario::advance(Nanoseconds now) {
    timers_.advance(now, [&](std::uint32_t slot, Nanoseconds) {
        Attempt& attempt = attempts_[slot];
        if (attempt.waiting) return request(slot, now);
        if (attempt.repeat.over(now)) {
            if (try_again(slot, now, kTryAgain)) return;
            results_->fail(Failure::timeout);
            return finish(slot);
        }
        results_->retransmissions.add();
        send(slot);
        timers_.start(slot, attempt.repeat.again(now, kit_.options.t2));
    });
}

void RegisterScenario::abandon() {
    for (std::uint32_t slot = 0; slot < attempts_.capacity(); ++slot) {
        if (!attempts_.used(slot)) continue;
        results_->fail(Failure::unfinished);
        finish(slot);
    }
}

}  // namespace strowger::callgun
