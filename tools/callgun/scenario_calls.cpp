#include "scenario_calls.hpp"

#include "message.hpp"

namespace strowger::callgun {
namespace {

constexpr std::uint32_t kMostCalls = 65'536;  // about 4 KB each, both sides

}  // namespace

CallsScenario::CallsScenario(Kit& kit, std::size_t addresses, Nanoseconds now)
    : kit_(kit),
      slots_(slots_for(kit.options, kit.options.ring + kit.options.hold, kMostCalls)),
      media_(kit, addresses, kit.options.rtp ? 2 * slots_ : 1, now),
      caller_(kit, media_, kit.options.role == Role::callee ? 1 : slots_, now),
      callee_(kit, media_, kit.options.role == Role::caller ? 1 : slots_, now) {}

void CallsScenario::count_into(Results& results) {
    results_ = &results;
    media_.count_into(results);
    caller_.count_into(results);
    callee_.count_into(results);
}

void CallsScenario::on_response(const Received& received, const Token& token) {
    if (token.kind == TokenKind::invite || token.kind == TokenKind::bye)
        return caller_.on_response(received, token);
    results_->stray.add();
}

void CallsScenario::on_request(const Received& received) {
    const auto token = token_of_tag(received.message.header(wire::HeaderId::to));
    if (token && token->run == kit_.run && token->kind == TokenKind::caller_dialog)
        return caller_.on_request(received, *token);
    callee_.on_request(received);
}

void CallsScenario::advance(Nanoseconds now) {
    media_.advance(now);
    callee_.advance(now);
    caller_.advance(now);
}

void CallsScenario::abandon() {
    caller_.abandon();
    callee_.abandon();
}

}  // namespace strowger::callgun
