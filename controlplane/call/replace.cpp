// INVITE with Replaces (RFC 3891), and with Join (RFC 3911), which is refused: nothing mixes here.
#include "call/join.hpp"
#include "call/pickup.hpp"
#include "call/transfer.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

bool is_gone(const Leg& leg) {
    return leg.state == LegState::ended || leg.state == LegState::ending;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

bool refused(Engine& e, Call& call, std::uint16_t status, std::string_view reason,
             std::string_view lines = {}) {
    refuse(e, call, status, reason, lines);
    return true;
}

bool take_join(Engine& e, Call& call, std::string_view join, const wire::SipMessage& sip) {
    if (has_token(sip, HeaderId::require, "join")) return refused(e, call, 420, {}, "Unsupported: join\r\n");
    DialogId id;
    if (!read_dialog_id(join, id)) return refused(e, call, 400, "Join Is Malformed");
    // RFC 3911 4
    if (find_dialog_id(e, id).call == 0) return refused(e, call, 481, {});
    return refused(e, call, 488, "Calls Are Not Joined Here");
}

}  // namespace

bool read_dialog_id(std::string_view value, DialogId& out) {
    const auto semicolon = value.find(';');
    if (semicolon == std::string_view::npos) return false;
    const wire::Parameters parameters(value.substr(semicolon));
    out.call_id = trimmed(value.substr(0, semicolon));
    const auto to = parameters.find("to-tag");
    const auto from = parameters.find("from-tag");
    if (out.call_id.empty() || !parameters.valid() || !to || !from || to->empty() || from->empty())
        return false;
    out.to_tag = *to;
    out.from_tag = *from;
    out.early_only = parameters.find("early-only").has_value();
    return true;
}

DialogRef find_dialog_id(Engine& e, const DialogId& id) {
    const auto at = e.dialogs.find(dialog::key_of(id.to_tag));
    if (at == e.dialogs.end()) return {};
    auto* call = e.calls.find(at->second.call);
    if (call == nullptr) return {};
    const auto& d = call->legs[at->second.leg].dialog;
    const bool ours = id.call_id == d.local_tag;  // translated_refer_to() gave it away
    // RFC 3891 3: to-tag is the local tag of who receives it, from-tag the remote one.
    const bool same = ours || (id.call_id == d.call_id && id.from_tag == d.remote_tag);
    return same ? at->second : DialogRef{};
}

bool take_replaces(Engine& e, Call& call, const message::Incoming& request) {
    const auto& sip = request.sip();
    const auto join = named_header(sip, "Join");
    if (!sip.has(HeaderId::replaces)) return !join.empty() && take_join(e, call, join, sip);
    std::size_t n = 0;
    sip.each(HeaderId::replaces, [&](std::string_view) { ++n; });
    DialogId id;
    // RFC 3891 3: one Replaces, and not with Join.
    if (n != 1 || !join.empty() || !read_dialog_id(sip.header(HeaderId::replaces), id))
        return refused(e, call, 400, "Replaces Is Malformed");
    const auto ref = find_dialog_id(e, id);
    if (ref.call == 0) return refused(e, call, 481, {});
    auto& home = *e.calls.find(ref.call);
    const auto& leg = home.legs[ref.leg];
    if (leg.tenant != call.legs[kInbound].tenant) return refused(e, call, 403, {});
    // RFC 3891 3: it has ended, so the replacement is declined.
    if (home.state == CallState::ending || is_gone(leg)) return refused(e, call, 603, {});
    if (leg.state == LegState::calling || leg.state == LegState::early) {
        // RFC 3891 3: an early dialog can be replaced only by its initiator's side, which we are of outbound
        // legs.
        if (!leg.outbound) return refused(e, call, 481, {});
        take_ringing(e, call, home);
        return true;
    }
    if (id.early_only) return refused(e, call, 486, {});
    const auto partner = partner_of(home, ref.leg);
    if (partner == kNoLeg || is_lent(leg) || home.legs[partner].state != LegState::confirmed)
        return refused(e, call, 481, {});
    take_leg(e, call, home, partner);
    return true;
}

void take_leg(Engine& e, Call& call, Call& home, LegIndex index) {
    const bool ready = home.legs[index].state == LegState::confirmed && is_quiet(home, index) &&
                       home.negotiation.state == Negotiation::State::none && !is_lent(home.legs[index]);
    // Something is under way there; it will be over in a moment.
    if (!ready) return refuse(e, call, 500, {}, "Retry-After: 2\r\n");
    // A transfer of that call is overtaken.
    if (home.transfer.state != Transfer::State::none) abandon_transfer(e, home);
    call.record.callee = party_record(e, home, index);
    lend(e, home, index, call, 1);
    call.active = 1;
    const auto server = call.legs[kInbound].server;
    pass_request(e, call, kInbound, 1, server, call.invite, nullptr);
    // It has been answered already when nothing left.
    if (call.exchanges.empty()) on_leg_answered(e, call, 488, {});
}

void on_leg_answered(Engine& e, Call& call, std::uint16_t status, const message::Incoming& response) {
    auto& inbound = call.legs[kInbound];
    if (status < 300) {
        call.state = CallState::answered;
        ++e.counts.answered;
        inbound.state = LegState::answered;
        call.answered_at = e.wheel.now();
        call.record.answer = e.unix_ns();
        e.media.start(call.media, inbound.media, call.legs[1].media);
        start_duration(e, call, 1);
        return keep(e, call, 1);
    }
    note_end(e, call, EndedBy::callee, status, "not replaced", response);
    call.state = CallState::ending;
    const auto where = call.legs[1].elsewhere;
    leg_ended(e, call, kInbound);
    if (!give_back(e, call, 1)) return end_leg(e, call, 1, {}, {});
    auto& home = *e.calls.find(where.call);
    if (!home.orbit.empty()) return wait_in_orbit(e, home);
    const auto partner = partner_of(home, where.leg);
    if (partner == kNoLeg || is_gone(home.legs[partner]))
        end_call(e, home, EndedBy::appliance, "not replaced", {});
}

}  // namespace strowger::call
