// A call that we place ourselves, for a leg of another call that waits: the target is asked without an offer,
// and when it answers the waiting leg gets into the caller's place (RFC 3725 4.1).
#include "call/join.hpp"
#include "call/transfer.hpp"

namespace strowger::call {

void place_call(Engine& e, Call& home, LegIndex index, const Origin& origin,
                const model::Destination& destination, std::string lines) {
    auto& call = new_call(e, home, index);
    ++e.counts.attempts;
    call.placed_for = {home.handle, index};
    call.placed_lines = std::move(lines);
    // The place is kept free: who will take it is known, and so is what may be said of it.
    const auto& leg = home.legs[index];
    auto& seat = call.legs.emplace_back();
    seat.state = LegState::ended;
    seat.realm = leg.realm;
    seat.trunk = leg.trunk;
    seat.tenant = leg.tenant;
    seat.subscriber = leg.subscriber;
    seat.dialog.flow = leg.dialog.flow;
    home.transfer.attempt = call.handle;
    home.transfer.state = Transfer::State::placed;
    call.record.callee.received = home.transfer.to;
    note_move(e, call, "transferred", home.transfer.by_uri, {}, home.handle);
    Refusal refusal{404, 0, "no such ring group"};
    if (destination.group.empty())
        refusal = plan_number(e, call, origin, destination.user);
    else if (const auto* group = e.policies.group(destination.group))
        refusal = plan_group(e, call, origin, *group);
    if (refusal.status != 0) {
        call.failure_code = refusal.status;
        call.record.reason = refusal.what;
    }
    try_targets(e, call);
}

void on_placed_ringing(Engine& e, Call& call, std::uint16_t status) {
    call.ringing = true;
    if (call.record.ring == 0) call.record.ring = e.unix_ns();
    if (auto* home = e.calls.find(call.placed_for.call)) transfer_rings(e, *home, status);
}

void on_placed_refused(Engine& e, Call& call, std::uint16_t status) {
    const auto why =
        call.record.reason.empty() ? std::string(wire::reason_phrase(status)) : call.record.reason;
    note_end(e, call, call.refusal ? EndedBy::callee : EndedBy::appliance, status, why, call.refusal);
    call.state = CallState::ending;
    cancel_legs(e, call, kNoLeg, {});
    const auto waiting = call.placed_for;
    call.placed_for = {};
    if (auto* home = e.calls.find(waiting.call)) transfer_failed(e, *home, status);
}

void on_placed_answer(Engine& e, Call& call, LegIndex index, const message::Incoming& response) {
    call.state = CallState::answered;
    ++e.counts.answered;
    call.answered_at = e.wheel.now();
    call.record.answer = e.unix_ns();
    cancel_legs(e, call, index, "SIP;cause=200;text=\"Call completed elsewhere\"");
    call.refusal = {};
    call.negotiation.offer = response;
    start_duration(e, call, index);
    start_credit(e, call, index);
    if (has_description(response)) return;
    // RFC 3261 13.2.1: who is invited without an offer makes one.
    const auto waiting = call.placed_for;
    call.placed_for = {};
    end_call(e, call, EndedBy::appliance, "answer without an offer", {});
    if (auto* home = e.calls.find(waiting.call)) transfer_failed(e, *home, 488);
}

void continue_placed(Engine& e, Call& call) {
    if (call.placed_for.call == 0 || call.state != CallState::answered) return;
    auto* home = e.calls.find(call.placed_for.call);
    if (home == nullptr || home->state == CallState::ending)
        return end_call(e, call, EndedBy::appliance, "nobody waits any more", {});
    const auto index = call.placed_for.leg;
    if (home->legs[index].state != LegState::confirmed || !is_quiet(*home, index) ||
        home->negotiation.state != Negotiation::State::none)
        return;
    call.placed_for = {};
    home->transfer.state = Transfer::State::joining;
    lend(e, *home, index, call, kInbound);
    const auto offer = std::move(call.negotiation.offer);
    negotiate(e, call, call.active, kInbound, offer);
}

}  // namespace strowger::call
