// 2xx to INVITE, and the ACK that goes the other way.
#include "call/features.hpp"
#include "call/join.hpp"
#include "call/pickup.hpp"
#include "call/session_timer.hpp"
#include "call/transfer.hpp"
#include "dialog/write.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

std::string_view tag_of(const wire::SipMessage& sip, HeaderId id) {
    const auto address = wire::parse_name_address(sip.header(id));
    return address ? address->tag() : std::string_view{};
}

void become_dialog(Leg& leg, const wire::SipMessage& sip) {
    auto target = leg.dialog.remote_target;
    // A re-INVITE refreshes the target alone (RFC 3261 12.2.1.2).
    if (is_lent(leg)) return dialog::refresh_target(leg.dialog, sip);
    leg.dialog.remote_tag = tag_of(sip, HeaderId::to);
    if (!dialog::learn(leg.dialog, sip, true, true)) leg.dialog.remote_target = std::move(target);
}

void confirm(Engine& e, Call& call) {
    auto& inbound = call.legs[kInbound];
    if (call.active != kNoLeg) e.media.start(call.media, inbound.media, call.legs[call.active].media);
}

}  // namespace

void send_ack(Engine& e, Leg& leg, std::uint32_t cseq, const message::Incoming& source,
              const HeaderRules& rules, std::string_view body, message::Outgoing* keep) {
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    const auto flow = flow_of(e, leg);
    const auto message = build_request(e, leg, flow, "ACK", cseq, branch_text, leg.dialog.remote_tag, source,
                                       rules, leg.credentials, body);  // RFC 3261 22.1: those of its INVITE
    e.layer.send_stateless(flow, message);
    if (keep != nullptr && !body.empty()) *keep = message;
}

void send_own_ack(Engine& e, Leg& leg, std::uint32_t cseq, std::string_view lines,
                  std::string_view body, message::Outgoing* keep) {
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    const auto flow = flow_of(e, leg);
    const auto message = build_request(e, leg, flow, "ACK", cseq, branch_text, leg.dialog.remote_tag, {}, {},
                                       std::string(lines).append(leg.credentials), body);
    e.layer.send_stateless(flow, message);
    if (keep != nullptr) *keep = message;
}

void start_duration(Engine& e, Call& call, LegIndex index) {
    auto most = e.policies.max_call_duration;
    const auto also = [&](std::uint32_t seconds) {
        const auto limit = static_cast<Nanoseconds>(seconds) * kSecond;
        if (limit != 0 && (most == 0 || limit < most)) most = limit;
    };
    also(call.plan.max_duration_s);
    if (!call.legs.empty()) also(e.policies.trunk(call.legs[kInbound].trunk).max_call_duration_s);
    if (index < call.legs.size()) also(e.policies.trunk(call.legs[index].trunk).max_call_duration_s);
    e.wheel.cancel(call.duration);
    if (most > 0) call.duration = e.wheel.start(e.wheel.now() + most, owner_of(call, Role::duration, 0));
}

void dismiss(Engine& e, const message::Incoming& response, const DialogRef& of) {
    const auto& sip = response.sip();
    const auto cseq = wire::parse_cseq(sip.header(HeaderId::cseq));
    if (!cseq || cseq->number == 0xffffffff) return;
    Leg leg;
    leg.outbound = true;
    leg.realm = response.flow().realm;
    auto& d = leg.dialog;
    d.call_id = sip.header(HeaderId::call_id);
    d.local_tag = tag_of(sip, HeaderId::from);
    d.remote_tag = tag_of(sip, HeaderId::to);
    d.local = dialog::without_tag(sip.header(HeaderId::from));
    d.remote = dialog::without_tag(sip.header(HeaderId::to));
    d.flow = response.flow();
    d.pinned = true;
    if (!dialog::learn(d, sip, true, true)) return;
    if (const auto* call = e.calls.find(of.call)) {
        leg.account = call->legs[of.leg].account;
        leg.credentials = call->legs[of.leg].credentials;
    }
    send_ack(e, leg, cseq->number, {}, {}, {}, nullptr);
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    const auto bye =
        build_request(e, leg, d.flow, "BYE", cseq->number + 1, branch_text, d.remote_tag, {}, {},
                      credentials_of(e, leg, "BYE"), {});
    e.layer.send_request(d.flow, branch_text, "BYE", bye,
                         {transaction::OwnerKind::call, detail_of(Role::farewell, of.leg), of.call});
}

void on_answer(Engine& e, Call& call, LegIndex index, const message::Incoming& response) {
    auto& leg = call.legs[index];
    auto& inbound = call.legs[kInbound];
    const auto& sip = response.sip();
    const bool known = tag_of(sip, HeaderId::to) == leg.dialog.remote_tag;
    if (leg.state == LegState::confirmed && known) {
        // Our ACK was lost.
        if (leg.ack)
            e.layer.send_stateless(flow_of(e, leg), leg.ack);
        else
            send_ack(e, leg, leg.invite_cseq, {}, {}, {}, nullptr);
        return;
    }
    if (leg.state == LegState::answered && known) return;  // the caller's ACK is still on its way
    if (call.state != CallState::inviting || leg.state == LegState::ended || leg.state == LegState::ending) {
        if (is_lent(leg)) {
            send_own_ack(e, leg, leg.invite_cseq, {}, {}, nullptr);
            return on_pickup_failed(e, call, index);
        }
        // Too late (CANCEL crossed it), or another branch answered first, or a fork beyond the peer did.
        dismiss(e, response, {call.handle, index});
        if (leg.state == LegState::ending && leg.client != transaction::ClientId{}) {
            leg.client = {};
            leg_ended(e, call, index);
        }
        return;
    }
    become_dialog(leg, sip);
    flow_of(e, leg);  // a Contact by name is looked up while the caller's ACK is on its way
    leg.state = LegState::answered;
    if (leg.trunk != kNone<TrunkId>)
        e.directory.target_result(leg.trunk, call.targets[leg.target].trunk_target, true, sip.status());
    note_ringing(e, leg);
    tell_setup(e, call, leg, true);
    call.active = index;
    e.wheel.cancel(call.ring);
    call.ring = 0;
    if (const auto& member = call.targets[leg.target].member; !member.empty())
        e.groups.taken(call.plan.group, member);
    if (call.placed_for.call != 0) return on_placed_answer(e, call, index, response);
    std::string_view body = sip.body();
    const auto passage = call.offered ? pass_answer(e, call, leg, inbound, response, true, body)
                                      : pass_offer(e, call, leg, inbound, response, body);
    if (status_of(passage) != 0) {
        const auto status = status_of(passage) == 503 ? std::uint16_t{503} : std::uint16_t{488};
        note_end(e, call, EndedBy::appliance, status, phrase_of(passage), response);
        call.refusal = {};
        refuse(e, call, status, phrase_of(passage), {});
        end_leg(e, call, index, {}, {});
        return;
    }
    call.state = CallState::answered;
    ++e.counts.answered;
    call.record.answer = e.unix_ns();
    call.answered_at = e.wheel.now();
    e.records.on_answer(call.record, call.targets[leg.target].request_uri, e.policies.trunk(leg.trunk).name);
    cancel_legs(e, call, index, "SIP;cause=200;text=\"Call completed elsewhere\"");
    // What was told to the caller of other branches is over.
    std::erase_if(call.reliable, [&](const auto& r) { return r.leg != index; });
    if (call.offered) confirm(e, call);
    inbound.state = LegState::answered;
    on_session_answer(e, call, index, response);
    const auto extra = agree_session(e, call, kInbound, call.invite);
    const auto message =
        build_response(e, call, inbound, leg, call.invite, response, sip.status(), extra, body);
    e.layer.respond(inbound.server, sip.status(), message);
    call.invite = {};
    call.refusal = {};
    start_duration(e, call, index);
    start_credit(e, call, index);
    if (is_lent(leg)) keep(e, call, index);
}

void on_ack(Engine& e, Call& call, LegIndex index, const message::Incoming& ack) {
    auto& inbound = call.legs[index];
    e.layer.acknowledge(inbound.server);
    if (inbound.state != LegState::answered) return;
    inbound.state = LegState::confirmed;
    if (call.active != kNoLeg && call.legs[call.active].state == LegState::answered) {
        auto& leg = call.legs[call.active];
        std::string_view body = ack.sip().body();
        const auto passage =
            call.offered ? Passage::none : pass_answer(e, call, inbound, leg, ack, true, body);
        leg.state = LegState::confirmed;
        send_ack(e, leg, leg.invite_cseq, ack, rules_between(e, call, inbound, leg),
                 status_of(passage) == 0 ? body : std::string_view{}, &leg.ack);
        if (!call.offered) confirm(e, call);
        if (status_of(passage) != 0) end_call(e, call, EndedBy::appliance, phrase_of(passage), {});
    }
    if (inbound.bye_when_acked) send_bye(e, call, index, {}, {});
}

}  // namespace strowger::call
