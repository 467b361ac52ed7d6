#include "call/calls.hpp"

#include "call/engine.hpp"
#include "call/features.hpp"
#include "call/join.hpp"
#include "call/pickup.hpp"
#include "call/session_timer.hpp"
#include "call/transfer.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using transaction::Owner;
using transaction::OwnerKind;
using wire::HeaderId;
using wire::Method;

Role role_of(const Owner& owner) {
    return static_cast<Role>(owner.detail & 0xff);
}
std::uint32_t number_of(const Owner& owner) {
    return owner.detail >> 8;
}

bool is_challenge(std::uint16_t status) {
    return status == 401 || status == 407;
}

// The leg whose dialog a request is in: our tag is in To, and the rest must fit too (RFC 3261 12.2.2).
Call* find_dialog(Engine& e, const wire::SipMessage& sip, LegIndex& leg) {
    const auto to = wire::parse_name_address(sip.header(HeaderId::to));
    if (!to) return nullptr;
    const auto at = e.dialogs.find(dialog::key_of(to->tag()));
    if (at == e.dialogs.end()) return nullptr;
    auto* call = e.calls.find(at->second.call);
    if (call == nullptr) return nullptr;
    leg = at->second.leg;
    const auto& d = call->legs[leg].dialog;
    const auto from = wire::parse_name_address(sip.header(HeaderId::from));
    const bool same = from && from->tag() == d.remote_tag && sip.header(HeaderId::call_id) == d.call_id;
    return same ? call : nullptr;
}

bool is_in_dialog(const wire::SipMessage& sip) {
    const auto to = wire::parse_name_address(sip.header(HeaderId::to));
    return to && !to->tag().empty();
}

// A 2xx of a leg that has moved on to another call: our ACK was lost, and it has to be sent from there.
bool acknowledge_again(Engine& e, const Owner& owner, const message::Incoming& response) {
    const auto& sip = response.sip();
    const auto from = wire::parse_name_address(sip.header(HeaderId::from));
    const auto to = wire::parse_name_address(sip.header(HeaderId::to));
    const auto at = from ? e.dialogs.find(dialog::key_of(from->tag())) : e.dialogs.end();
    if (at == e.dialogs.end() || at->second.call == owner.id || !to) return false;
    auto* call = e.calls.find(at->second.call);
    if (call == nullptr) return false;
    auto& leg = call->legs[at->second.leg];
    const auto cseq = wire::parse_cseq(sip.header(HeaderId::cseq));
    if (to->tag() != leg.dialog.remote_tag || !cseq) return false;
    if (leg.ack && cseq->number == leg.invite_cseq)
        e.layer.send_stateless(flow_of(e, leg), leg.ack);
    else
        send_ack(e, leg, cseq->number, {}, {}, {}, nullptr);
    return true;
}

void give_response(Engine& e, Call& call, Exchange& x, const message::Incoming& response) {
    switch (x.purpose) {
        case Exchange::Purpose::passed:
            return on_exchange_response(e, call, x, response);
        case Exchange::Purpose::standalone:
            return on_standalone_response(e, call, x, response.sip().status(), response);
        case Exchange::Purpose::refresh:
            return on_refresh_response(e, call, x, response);
        case Exchange::Purpose::solicit:
        case Exchange::Purpose::offer:
            return on_negotiation_response(e, call, x, response);
    }
}

std::string_view state_name(const Call& call) {
    switch (call.state) {
        case CallState::inviting:
            return call.ringing ? "ringing" : "inviting";
        case CallState::answered:
            return "answered";
        case CallState::ending:
            return "ending";
    }
    return "";
}

CallSummary summary_of(const Call& call) {
    CallSummary out;
    out.id = call.handle;
    out.state = state_name(call);
    out.record = &call.record;
    out.answered = call.answered_at;
    out.session = &call.media;
    if (call.legs.empty()) return out;
    const auto& inbound = call.legs[kInbound];
    out.caller_media = &inbound.media;
    const auto callee = call.active != kNoLeg ? call.active : call.legs.size() - 1;
    if (callee == kInbound) return out;
    const auto& leg = call.legs[callee];
    out.callee_call_id = leg.dialog.call_id;
    out.callee_media = &leg.media;
    out.on_hold = media::on_hold(inbound.media, leg.media);
    for (const auto& stream : leg.media.streams)
        if (stream.agreed && out.codec.empty()) out.codec = stream.now.codec_name;
    return out;
}

}  // namespace

Calls::Calls(transaction::Layer& layer, net::Transport& transport, transaction::TimerWheel& wheel,
             media::Sessions& media, Directory& directory, RecordSink& records,
             std::function<std::int64_t()> unix_ns)
    : engine_(new Engine{layer, transport, wheel, media, directory, records, std::move(unix_ns)}) {
    layer.attach(OwnerKind::call, *this);
    wheel.attach(OwnerKind::call, *this);
}
Calls::~Calls() = default;

void Calls::configure(Policies policies) {
    engine_->policies = std::move(policies);
}

const Policies& Calls::policies() const {
    return engine_->policies;
}

void Calls::give_settings(FeatureSettings& settings) {
    engine_->settings = &settings;
}

message::Incoming Calls::edited(const message::Incoming& message) {
    auto& e = *engine_;
    if (!e.policies.edits_in) return message;
    const auto& flow = message.flow();
    std::string text;
    if (!edit(e.policies.headers(flow.realm, e.directory.trunk_of(flow)).in, message.sip(), text)) return message;
    auto out = message.with(text);
    return out ? out : message;
}

void Calls::on_request(transaction::ServerId server, const message::Incoming& received) {
    auto& e = *engine_;
    const auto request = edited(received);
    const auto& sip = request.sip();
    if (is_in_dialog(sip)) {
        LegIndex leg = 0;
        auto* call = find_dialog(e, sip, leg);
        if (call == nullptr) {
            ++e.counts.unknown_dialog;
            e.layer.respond(server, 481);
            return;
        }
        touch(e, *call);
        on_dialog_request(e, *call, leg, server, request);
    } else if (sip.method() == Method::invite) {
        on_new_invite(e, server, request);
    } else {
        on_standalone(e, server, request);
    }
    settle(e);
}

void Calls::on_ack(const message::Incoming& received) {
    auto& e = *engine_;
    const auto ack = edited(received);
    LegIndex leg = 0;
    auto* call = find_dialog(e, ack.sip(), leg);
    const auto cseq = wire::parse_cseq(ack.sip().header(HeaderId::cseq));
    if (call == nullptr || !cseq) return;
    touch(e, *call);
    const auto& its = call->legs[leg];
    if (leg == kInbound && !its.outbound && cseq->number == its.invite_cseq) call::on_ack(e, *call, leg, ack);
    on_exchange_ack(e, *call, leg, ack, cseq->number);
    settle(e);
}

void Calls::on_stray_response(const message::Incoming& response) {
    const auto& sip = response.sip();
    const auto cseq = wire::parse_cseq(sip.header(HeaderId::cseq));
    if (!cseq || cseq->method != "INVITE" || sip.status() < 200 || sip.status() >= 300) return;
    // Only of an INVITE that we can have sent: our tags have a form of their own.
    const auto from = wire::parse_name_address(sip.header(HeaderId::from));
    if (from && dialog::key_of(from->tag()) != 0) dismiss(*engine_, response);
}

void Calls::on_names() {
    call::on_names(*engine_);
    settle(*engine_);
}

void Calls::give_credit(credit::Authority& authority) {
    engine_->authority = &authority;
    authority.tell([this](const credit::Answer& answer) {
        on_credit(*engine_, answer);
        settle(*engine_);
    });
}

void Calls::on_media_event(const rings::Event& event) {
    call::on_media_event(*engine_, event);
    settle(*engine_);
}

void Calls::on_response(const Owner& owner, transaction::ClientId, const message::Incoming& received) {
    auto& e = *engine_;
    const auto response = edited(received);
    const auto status = response.sip().status();
    const auto role = role_of(owner);
    const auto number = number_of(owner);
    auto* call = e.calls.find(owner.id);
    if (role == Role::invite && status >= 200 && status < 300 && acknowledge_again(e, owner, response))
        return;
    if (call == nullptr) {
        if (role == Role::invite && status >= 200 && status < 300) dismiss(e, response);
        return;
    }
    touch(e, *call);
    if (role == Role::invite && number < call->legs.size()) {
        const auto leg = static_cast<LegIndex>(number);
        if (status < 200)
            on_provisional(e, *call, leg, response);
        else if (status < 300)
            on_answer(e, *call, leg, response);
        else
            on_refused(e, *call, leg, status, response);
    } else if (role == Role::exchange) {
        if (auto* x = find_exchange(*call, number);
            x != nullptr && (!is_challenge(status) || !answer_challenge(e, *call, *x, response)))
            give_response(e, *call, *x, response);
    } else if (role == Role::farewell && is_challenge(status)) {
        answer_challenge(e, *call, role, number, response);
    } else if (role == Role::told && status >= 200) {
        if (!is_challenge(status) || !answer_challenge(e, *call, role, number, response))
            on_told(e, *call, leg_of(number));
    } else if (role == Role::bye && status >= 200 && number < call->legs.size()) {
        if (!is_challenge(status) ||
            !answer_bye_challenge(e, *call, static_cast<LegIndex>(number), response))
            leg_ended(e, *call, static_cast<LegIndex>(number));
    }
    settle(e);
}

void Calls::on_failure(const Owner& owner, transaction::ClientId, transaction::Failure failure) {
    auto& e = *engine_;
    auto* call = e.calls.find(owner.id);
    if (call == nullptr) return;
    touch(e, *call);
    const std::uint16_t status = failure == transaction::Failure::timeout ? 408 : 503;
    const auto number = number_of(owner);
    switch (role_of(owner)) {
        case Role::invite:
            if (number < call->legs.size()) on_refused(e, *call, static_cast<LegIndex>(number), status, {});
            break;
        case Role::exchange:
            if (auto* x = find_exchange(*call, number);
                x != nullptr && x->purpose == Exchange::Purpose::standalone)
                on_standalone_response(e, *call, *x, status, {});
            else if (x != nullptr && x->purpose == Exchange::Purpose::refresh)
                on_refresh_failure(e, *call, *x, failure);
            else if (x != nullptr && x->purpose != Exchange::Purpose::passed)
                on_negotiation_failure(e, *call, *x, failure);
            else if (x != nullptr)
                on_exchange_failure(e, *call, *x, failure);
            break;
        case Role::told:
            on_told(e, *call, leg_of(number));
            break;
        case Role::bye:
            if (number < call->legs.size()) leg_ended(e, *call, static_cast<LegIndex>(number));
            break;
        default:
            break;
    }
    settle(e);
}

void Calls::on_cancel(const Owner& owner, transaction::ServerId, const message::Incoming& cancel) {
    auto& e = *engine_;
    auto* call = e.calls.find(owner.id);
    if (call == nullptr) return;
    touch(e, *call);
    if (role_of(owner) == Role::invite)
        call::on_cancel(e, *call, cancel);
    else if (auto* x = find_exchange(*call, number_of(owner)); x != nullptr)
        e.layer.cancel(x->client, reason_line(cancel.sip().header(HeaderId::reason)));
    settle(e);
}

void Calls::on_acknowledged(const Owner& owner, transaction::ServerId server, bool acknowledged) {
    auto& e = *engine_;
    auto* call = e.calls.find(owner.id);
    // RFC 3261 13.3.1.4: a 2xx that is never acknowledged ends the session.
    if (acknowledged || call == nullptr) return;
    touch(e, *call);
    auto& inbound = call->legs[kInbound];
    if (inbound.server == server && inbound.state == LegState::answered) {
        inbound.state = LegState::confirmed;
        if (inbound.bye_when_acked) {
            send_bye(e, *call, kInbound, {}, {});
            return settle(e);
        }
    }
    end_call(e, *call, EndedBy::appliance, "no ACK", {});
    settle(e);
}

void Calls::on_timer(const Owner& owner, Nanoseconds) {
    auto& e = *engine_;
    auto* call = e.calls.find(owner.id);
    if (call == nullptr) return;
    touch(e, *call);
    if (role_of(owner) == Role::duration) {
        call->duration = 0;
        end_call(e, *call, EndedBy::appliance, "max_call_duration reached", {},
                 "SIP;cause=200;text=\"Call lasted too long\"");
    } else if (role_of(owner) == Role::ring) {
        on_ring_timeout(e, *call);
    } else if (role_of(owner) == Role::patience) {
        if (const auto leg = number_of(owner); leg < call->legs.size())
            on_patience(e, *call, static_cast<LegIndex>(leg));
    } else if (role_of(owner) == Role::session && number_of(owner) < call->legs.size()) {
        on_session_timer(e, *call, static_cast<LegIndex>(number_of(owner)));
    } else if (role_of(owner) == Role::credit && number_of(owner) < call->legs.size()) {
        on_credit_timer(e, *call, static_cast<LegIndex>(number_of(owner)));
    } else if (role_of(owner) == Role::retry) {
        call->negotiation.retry = 0;
    } else if (role_of(owner) == Role::orbit) {
        on_orbit_timeout(e, *call);
    } else if (role_of(owner) == Role::drain) {
        call->drain = 0;
        call->media.closing = 0;
    }
    settle(e);
}

bool Calls::end(std::uint64_t id, std::string_view why) {
    auto& e = *engine_;
    auto* call = e.calls.find(id);
    if (call == nullptr || call->kind != CallKind::session) return false;
    end_call(e, *call, EndedBy::appliance, why, {}, "SIP;cause=200;text=\"Ended by the operator\"");
    settle(e);
    return true;
}

std::size_t Calls::end_all(std::string_view why) {
    std::vector<std::uint64_t> ids;
    engine_->calls.each([&](const Call& call) { ids.push_back(call.handle); });
    std::size_t n = 0;
    for (const auto id : ids) n += end(id, why) ? 1 : 0;
    return n;
}

void Calls::each(const std::function<void(const CallSummary&)>& visit) const {
    engine_->calls.each([&](const Call& call) {
        if (call.kind == CallKind::session) visit(summary_of(call));
    });
}

bool Calls::find(std::uint64_t id, CallSummary& out) const {
    const auto* call = engine_->calls.find(id);
    if (call == nullptr) return false;
    out = summary_of(*call);
    return true;
}

bool Calls::find(std::string_view call_id, CallSummary& out) const {
    bool found = false;
    engine_->calls.each([&](const Call& call) {
        for (const auto& leg : call.legs)
            if (!found && leg.dialog.call_id == call_id) {
                out = summary_of(call);
                found = true;
            }
    });
    return found;
}

std::vector<Explanation> Calls::explain(const Question& question) {
    return call::explain(*engine_, question);
}

const Counts& Calls::counts() const {
    engine_->counts.calls = engine_->calls.size();
    return engine_->counts;
}

bool Calls::idle() const {
    return engine_->calls.size() == 0 && engine_->dialogs.empty() && engine_->limits.idle() &&
           engine_->tickets.empty();
}

}  // namespace strowger::call
