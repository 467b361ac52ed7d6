// The end of a call: BYE from either side or from us, and what is left when everybody has gone.
#include <algorithm>

#include "call/features.hpp"

namespace strowger::call {
namespace {

constexpr Nanoseconds kDrain = 3 * kSecond;

void answer_open_exchanges(Engine& e, Call& call) {
    auto open = std::move(call.exchanges);
    call.exchanges.clear();
    for (const auto& x : open)
        if (x.state == Exchange::State::waiting)
            e.layer.respond(x.server, x.method == wire::Method::invite ? 487 : 481);
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
    leg.state = LegState::ended;
    e.wheel.cancel(leg.patience);
    e.media.release(call.media, leg.media);
    e.dialogs.erase(leg.key);
    leg.ack = {};
    if (leg.outbound && call.active == index && call.answered_at != 0 &&
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
    switch (leg.state) {
        case LegState::none:
            leg_ended(e, call, index);
            return;
        case LegState::calling:
        case LegState::early:
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
            if (!leg.outbound) {
                leg.bye_when_acked = true;
                return;
            }
            send_ack(e, leg, leg.invite_cseq, {}, {}, {}, nullptr);
            return send_bye(e, call, index, source, reason_header);
        case LegState::confirmed:
            return send_bye(e, call, index, source, reason_header);
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
    if (!answered && inbound.state != LegState::ended) {
        const std::uint16_t status = by == EndedBy::caller ? 487 : by == EndedBy::callee ? 480 : 503;
        e.layer.respond(inbound.server, status, {}, inbound.dialog.local_tag);
        note_end(e, call, by, status, why, source);
        leg_ended(e, call, kInbound);
    }
    note_end(e, call, by, 200, why, source);
    if (answered) --e.counts.answered;
    call.state = CallState::ending;
    e.wheel.cancel(call.duration);
    answer_open_exchanges(e, call);
    for (LegIndex i = 0; i < call.legs.size(); ++i) {
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
    // The peer has gone: a BYE of ours that is under way changes nothing any more.
    leg_ended(e, call, index);
    end_call(e, call, index == kInbound ? EndedBy::caller : EndedBy::callee, "bye", request);
}

void settle(Engine& e) {
    while (!e.touched.empty()) {
        const auto handle = e.touched.back();
        e.touched.pop_back();
        auto* call = e.calls.find(handle);
        if (call == nullptr || !is_over(*call)) continue;
        if (call->media.closing != 0) {
            // The last statistics are on their way from the worker.
            if (call->drain == 0)
                call->drain = e.wheel.start(e.wheel.now() + kDrain, owner_of(*call, Role::drain, 0));
            continue;
        }
        e.wheel.cancel(call->drain);
        e.wheel.cancel(call->duration);
        e.wheel.cancel(call->ring);
        if (call->kind == CallKind::session) finish_record(e, *call);
        e.calls.remove(handle);
    }
}

}  // namespace strowger::call
