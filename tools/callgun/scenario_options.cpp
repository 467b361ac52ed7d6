#include "scenario_options.hpp"

#include "message.hpp"

namespace strowger::callgun {
namespace {

constexpr std::uint32_t kMostPings = 262'144;

}  // namespace

OptionsScenario::OptionsScenario(Kit& kit, Nanoseconds now)
    : kit_(kit), pings_(slots_for(kit.options, 0, kMostPings)), timers_(pings_.capacity(), now) {}

void OptionsScenario::start(std::uint64_t number, Nanoseconds due, Nanoseconds now) {
    results_->attempted.add();
    const auto slot = pings_.take();
    if (!slot) return results_->fail(Failure::no_slot);
    pings_[*slot] = {.number = number, .due = due, .repeat = {}};
    send(*slot);
    timers_.start(*slot, pings_[*slot].repeat.begin(now, kit_.options.t1));
}

void OptionsScenario::send(std::uint32_t slot) {
    const Ping& ping = pings_[slot];
    const LocalEndpoint& from = kit_.caller_of(ping.number);
    const Token token{kit_.run, slot, pings_.generation(slot), TokenKind::options, 0};
    char name[Names::kMaxLength];
    const std::string_view user = kit_.options.users.write(ping.number % kit_.options.users.size(), name);
    char uri[320];
    const std::size_t length = kit_.domain.copy(uri + 4, sizeof uri - 4);
    std::memcpy(uri, "sip:", 4);
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    out.request_line("OPTIONS", {uri, length + 4});
    write_via(out, from, token);
    out.header(wire::HeaderId::max_forwards, std::uint32_t{70});
    write_party(out, wire::HeaderId::from, user, kit_.domain, &token);
    write_party(out, wire::HeaderId::to, {}, kit_.domain, nullptr);
    write_call_id(out, token, from);
    write_cseq(out, 1, "OPTIONS");
    write_contact(out, user, from);
    out.finish();
    if (out.ok()) kit_.line.send(from, kit_.options.target, out.text());
}

void OptionsScenario::finish(std::uint32_t slot) {
    timers_.stop(slot);
    pings_.give_back(slot);
}

void OptionsScenario::on_response(const Received& received, const Token& token) {
    const Ping* ping = token.kind == TokenKind::options ? pings_.find(token.slot, token.generation) : nullptr;
    if (ping == nullptr) return results_->stray.add();
    const std::uint16_t status = received.message.status();
    if (status < 200) return;
    results_->delay(Pair::options_answer, received.now - ping->due);
    if (status < 300) {
        results_->completed.add();
        if (ping->repeat.repeated) results_->completed_after_retransmission.add();
    } else {
        results_->fail_with(status);
    }
    finish(token.slot);
}

void OptionsScenario::on_request(const Received& received) {
    if (received.message.method() == wire::Method::ack) return;
    respond(kit_.line, received.message.method() == wire::Method::options ? 200 : 405, received, nullptr);
}

void OptionsScenario::advance(Nanoseconds now) {
    timers_.advance(now, [&](std::uint32_t slot, Nanoseconds) {
        Ping& ping = pings_[slot];
        if (ping.repeat.over(now)) {
            results_->fail(Failure::timeout);
            return finish(slot);
        }
        results_->retransmissions.add();
        send(slot);
        timers_.start(slot, ping.repeat.again(now, kit_.options.t2));
    });
}

void OptionsScenario::abandon() {
    for (std::uint32_t slot = 0; slot < pings_.capacity(); ++slot) {
        if (!pings_.used(slot)) continue;
        results_->fail(Failure::unfinished);
        finish(slot);
    }
}

}  // namespace strowger::callgun
