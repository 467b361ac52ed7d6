// The end of a call: BYE from either side or from us, and what is left when everybody has gone.
#include <algorithm>

#include "call/features.hpp"
#include "call/join.hpp"
#include "call/pickup.hpp"
#include "call/transfer.hpp"

namespace strowger::call {
namespace {

constexpr Nanoseconds kDrain = 3 * kSecond;

void answer_open_exchanges(Engine& e, Call& call) {
    auto open = std::move(call.exchanges);
    call.exchanges.clear();
    for (const auto& x : open)
        if (x.purpose == Exchange::Purpose::passed && x.state == Exchange::State::waiting)
            e.layer.respond(x.server, x.method == wire::Method::invite ? 487 : 481);
}

// What waits for the legs to have nothing under way.
void advance(Engine& e, Call& call) {
    if (call.state != CallState::answered) {
        // A transfer that waits for this call's answer hears of its end.
        if (call.state == CallState::ending && call.awaited_by != 0)
            if (auto* other = e.calls.find(call.awaited_by)) continue_transfer(e, *other);
        return;
    }
    continue_negotiation(e, call);
    continue_placed(e, call);
    continue_pickup(e, call);
    continue_transfer(e, call);
    for (const auto handle : {call.awaited_by, call.transfer.attempt}) {
        auto* other = handle == 0 ? nullptr : e.calls.find(handle);
        if (other == nullptr || other->state != CallState::answered) continue;
        continue_placed(e, *other);
        continue_transfer(e, *other);
    }
}

bool is_over(const Call& call) {
    return call.state == CallState::ending &&
           std::all_of(call.legs.begin(), call.legs.end(),
                       [](const Leg& leg) { return leg.state == LegState::ended; });
}

}  // namespace

void touch(Engine& e, const Call& call) {
    e.touched.push_back(call.handle);
}

void leg_ended(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    touch(e, call);
    if (leg.state == LegState::ended) return;
    // Who has said BYE acknowledges nothing any more: the 2xx need not be repeated.
    if (!leg.outbound && leg.state == LegState::answered) e.layer.acknowledge(leg.server);
    // Whom another branch answered before says nothing of its target.
    if (leg.outbound && call.state != CallState::answered) tell_setup(e, call, leg, false);
    stop_credit(e, call, index);
    leg.state = LegState::ended;
    e.wheel.cancel(leg.patience);
    e.media.release(call.media, leg.media);
    e.dialogs.erase(leg.key);
    leg.ack = {};
    e.wheel.cancel(leg.session.timer);
    if (leg.outbound && (call.active == index || index == kInbound) && call.answered_at != 0 &&
        !call.targets[leg.target].member.empty())
        e.groups.hung_up(call.targets[leg.target].member, e.wheel.now());
    if (!leg.counted) return;
    leg.counted = false;
    e.limits.give_back(e.directory, admission_of(call, leg, 0));
}

void send_bye(Engine& e, Call& call, LegIndex index, const message::Incoming& source,
              std::string_view reason_header) {
    auto& leg = call.legs[index];
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    const auto flow = flow_of(e, leg);
    const auto cseq = ++leg.dialog.local_cseq;
    leg.credentials = credentials_of(e, leg, "BYE");
    leg.challenges = 0;
    const auto extra = reason_line(reason_header) + leg.credentials;
    const auto& other =
        index == kInbound && call.active != kNoLeg ? call.legs[call.active] : call.legs[kInbound];
    const auto body = source ? source.sip().body() : std::string_view{};
    const auto message = build_request(e, leg, flow, "BYE", cseq, branch_text, leg.dialog.remote_tag, source,
                                       rules_between(e, call, other, leg), extra, body);
    leg.state = LegState::ending;
    leg.client = e.layer.send_request(flow, branch_text, "BYE", message, owner_of(call, Role::bye, index));
    if (leg.client == transaction::ClientId{}) leg_ended(e, call, index);
}

void end_leg(Engine& e, Call& call, LegIndex index, const message::Incoming& source,
             std::string_view reason_header) {
    auto& leg = call.legs[index];
    stop_credit(e, call, index);
    switch (leg.state) {
        case LegState::none:
            leg_ended(e, call, index);
            return;
        case LegState::calling:
        case LegState::early:
            // It picked the call up: its dialog stands already.
            if (!leg.outbound && index != kInbound) return send_bye(e, call, index, source, reason_header);
            if (leg.outbound) {
                leg.state = LegState::ending;
                if (leg.client == transaction::ClientId{} ||
                    !e.layer.cancel(leg.client, reason_line(reason_header)))
                    leg_ended(e, call, index);
                return;
            }
            leg_ended(e, call, index);
            return;
        case LegState::answered:
            // The caller's ACK is due. Whoever picked the call up has answered an INVITE of ours.
            if (!leg.outbound && index == kInbound) {
                leg.bye_when_acked = true;
                return;
            }
            send_ack(e, leg, leg.invite_cseq, {}, {}, {}, nullptr);
            return send_bye(e, call, index, source, reason_header);
        case LegState::confirmed:
            return send_bye(e, call, index, source, reason_header);
        case LegState::away:
            return leg_ended(e, call, index);
        case LegState::ending:
        case LegState::ended:
            return;
    }
}

void end_call(Engine& e, Call& call, EndedBy by, std::string_view why, const message::Incoming& source,
              std::string_view reason_header) {
    if (call.state == CallState::ending) return;
    const bool answered = call.state == CallState::answered;
    auto& inbound = call.legs[kInbound];
    const std::uint16_t status = answered                ? 200
                                 : by == EndedBy::caller ? 487
                                 : by == EndedBy::callee ? 480
                                                         : 503;
    note_end(e, call, by, status, why, source);
    if (!answered && inbound.state != LegState::ended) {
        e.layer.respond(inbound.server, status, {}, inbound.dialog.local_tag);
        leg_ended(e, call, kInbound);
    }
    if (answered) --e.counts.answered;
    call.state = CallState::ending;
    e.wheel.cancel(call.duration);
    e.wheel.cancel(call.negotiation.retry);
    e.wheel.cancel(call.orbit_timer);
    call.negotiation = {};
    answer_open_exchanges(e, call);
    abandon_transfer(e, call);
    end_with(e, call, by, why);
    for (LegIndex i = 0; i < call.legs.size(); ++i) {
        // It is being told that the transfer is done.
        if (call.transfer.state == Transfer::State::told && call.transfer.by == i) continue;
        e.media.release(call.media, call.legs[i].media);
        end_leg(e, call, i, source, reason_header);
    }
    touch(e, call);
}

void on_bye(Engine& e, Call& call, LegIndex index, transaction::ServerId server,
            const message::Incoming& request) {
    e.layer.respond(server, 200);
    const bool final_response_due = index == kInbound && call.state == CallState::inviting;
    if (final_response_due) {
        // RFC 3261 15.1.2: pending requests of the dialog get 487.
        return end_call(e, call, EndedBy::caller, "bye", request);
    }
    auto& leg = call.legs[index];
    if (is_lent(leg) && call.state == CallState::inviting) {
        // It was to pick the call up; the others ring on.
        const auto home = leg.elsewhere.call;
        leg.elsewhere = {};
        leg_ended(e, call, index);
        if (auto* its = e.calls.find(home)) {
            for (auto& slot : its->legs) slot.elsewhere = {};
            end_call(e, *its, EndedBy::caller, "bye", request);
        }
        return try_targets(e, call);
    }
    const bool leaves = call.state == CallState::answered && may_leave(call, index);
    // The peer has gone: a BYE of ours that is under way changes nothing any more.
    leg_ended(e, call, index);
    if (leaves) return;
    end_call(e, call, index == kInbound ? EndedBy::caller : EndedBy::callee, "bye", request);
}

void settle(Engine& e) {
    while (!e.touched.empty()) {
        const auto handle = e.touched.back();
        e.touched.pop_back();
        auto* call = e.calls.find(handle);
        if (call == nullptr) continue;
        advance(e, *call);
        if (!is_over(*call)) continue;
        if (call->media.closing != 0) {
            // The last statistics are on their way from the worker.
            if (call->drain == 0)
                call->drain = e.wheel.start(e.wheel.now() + kDrain, owner_of(*call, Role::drain, 0));
            continue;
        }
        e.wheel.cancel(call->drain);
        e.wheel.cancel(call->duration);
        e.wheel.cancel(call->ring);
        e.wheel.cancel(call->orbit_timer);
        e.wheel.cancel(call->negotiation.retry);
        leave_orbit(e, *call);
        if (call->kind == CallKind::session) finish_record(e, *call);
        e.calls.remove(handle);
    }
}

}  // namespace strowger::call
