// A new call: checks, caller, limits, targets, and the INVITEs that leave.
#include <algorithm>

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

// RFC 3261 16.7 step 6: 6xx wins, then the lowest class.
bool is_better(std::uint16_t status, std::uint16_t than) {
    if (than == 0) return true;
    if (than >= 600) return false;
    return status >= 600 || status / 100 < than / 100;
}

bool is_trying(const Leg& leg) {
    return (leg.outbound || is_lent(leg)) && (leg.state == LegState::calling || leg.state == LegState::early);
}

Outcome send_invite(Engine& e, Call& call, LegIndex index);

// Nothing left, or nothing came: the leg is over, or goes back to its call.
void give_up_leg(Engine& e, Call& call, LegIndex index) {
    if (is_lent(call.legs[index])) return on_pickup_failed(e, call, index);
    leg_ended(e, call, index);
}

// Tells whose limit it was that refused the leg.
void tell_limit(Engine& e, const Leg& leg, const Refusal& refusal) {
    std::string_view name;
    if (refusal.what == "realm") name = e.policies.realm(leg.realm).name;
    if (refusal.what == "tenant") name = leg.tenant;
    if (refusal.what == "subscriber") name = leg.subscriber;
    if (refusal.what == "trunk") name = e.policies.trunk(leg.trunk).name;
    e.records.on_limit(refusal.what, name, refusal.status);
}

// The INVITE to one target. Outcome::none: it left. Otherwise why it did not; the leg is over.
Outcome start_leg(Engine& e, Call& call, std::size_t target_index) {
    const auto index = add_leg(e, call, target_index);
    auto& leg = call.legs[index];
    const auto& target = call.targets[target_index];
    if (target.unpaid) {
        leg_ended(e, call, index);
        call.record.reason = "no credit";
        if (is_better(call.authorisation.code, call.failure_code)) call.failure_code = call.authorisation.code;
        return Outcome::failed;
    }
    auto admission = admission_of(call, leg, target.max_calls);
    admission.subscriber_code = target.full_code;
    admission.now = e.wheel.now();
    const auto refusal = e.limits.take(e.policies, e.directory, admission);
    if (refusal.status != 0) {
        tell_limit(e, leg, refusal);
        leg_ended(e, call, index);
        if (is_better(refusal.status, call.failure_code)) call.failure_code = refusal.status;
        return leg.trunk == kNone<TrunkId> ? Outcome::busy : Outcome::failed;
    }
    leg.counted = true;
    if (leg.trunk != kNone<TrunkId> && !e.directory.target_begins(leg.trunk, target.trunk_target)) {
        leg_ended(e, call, index);
        if (is_better(503, call.failure_code)) call.failure_code = 503;
        return Outcome::failed;
    }
    return send_invite(e, call, index);
}

// The leg's INVITE, or one more that asks for something else. Outcome::none: it left.
Outcome send_invite(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    auto& inbound = call.legs[kInbound];
    const auto& target = call.targets[leg.target];
    std::string_view body;
    // A call that we place has no INVITE to pass: the target is asked for an offer (RFC 3725 4.1).
    const auto passage = call.invite ? pass_offer(e, call, inbound, leg, call.invite, body) : Passage::none;
    if (const auto status = status_of(passage); status != 0) {
        give_up_leg(e, call, index);
        if (is_better(status, call.failure_code)) call.failure_code = status;
        return Outcome::failed;
    }
    auto extra = identity_headers(e, call, target) + diversion_headers(call, target) +
                 session_request_lines(e, leg) + call.placed_lines;
    if (!call.plan.alert_info.empty()) extra += "Alert-Info: " + call.plan.alert_info + "\r\n";
    const auto& trunk = e.policies.trunk(leg.trunk);
    if (trunk.prack == model::Prack::required && call.invite &&
        !has_token(call.invite.sip(), HeaderId::require, "100rel") && (call.offered || inbound.reliable))
        extra += "Require: 100rel\r\n";
    leg.credentials = credentials_of(e, leg, "INVITE");
    extra += leg.credentials;
    char branch[64];
    const std::string_view branch_text(branch, e.layer.new_branch(branch));
    leg.invite_cseq = ++leg.dialog.local_cseq;
    auto rules = rules_between(e, call, inbound, leg);
    rules.own_alert_info = !call.plan.alert_info.empty();
    const bool within = is_lent(leg);
    const auto flow = within ? flow_of(e, leg) : leg.dialog.flow;
    const auto message = build_request(e, leg, flow, "INVITE", leg.invite_cseq, branch_text,
                                       within ? std::string_view(leg.dialog.remote_tag) : std::string_view{},
                                       call.invite, rules, extra, body);
    if (!message.text().empty())
        leg.client =
            e.layer.send_request(flow, branch_text, "INVITE", message, owner_of(call, Role::invite, index));
    if (leg.client == transaction::ClientId{}) {
        if (leg.trunk != kNone<TrunkId>) e.directory.target_result(leg.trunk, target.trunk_target, false, 0);
        give_up_leg(e, call, index);
        if (is_better(503, call.failure_code)) call.failure_code = 503;
        return Outcome::unreachable;
    }
    if (leg.trunk != kNone<TrunkId> && !within && leg.invited == 0) leg.invited = e.wheel.now();
    start_patience(e, call, index);
    return Outcome::none;
}

// The target, or what stands in for it until one can be asked.
void try_target(Engine& e, Call& call, std::uint16_t target) {
    while (target != kNoTarget) {
        const auto outcome = start_leg(e, call, target);
        if (outcome == Outcome::none) return;
        const bool next = outcome == Outcome::failed || outcome == Outcome::unreachable;
        target = next ? call.targets[target].instead : kNoTarget;
        if (target == kNoTarget) note_outcome(call.plan, outcome);
    }
}

void ring(Engine& e, Call& call, const Step& step) {
    e.wheel.cancel(call.ring);
    call.ring = 0;
    for (const auto target : step.targets) try_target(e, call, target);
    if (step.ring_ms != 0)
        call.ring = e.wheel.start(e.wheel.now() + step.ring_ms * kMillisecond, owner_of(call, Role::ring, 0));
}

// The better of what was answered and of what went wrong here.
void give_up(Engine& e, Call& call) {
    const auto answered = call.refusal ? call.refusal.sip().status() : std::uint16_t{0};
    if (answered != 0 && (call.failure_code == 0 || !is_better(call.failure_code, answered)))
        return refuse(e, call, answered, {}, {});
    call.refusal = {};
    const auto status = call.failure_code == 0 ? std::uint16_t{480} : call.failure_code;
    refuse(e, call, status, {}, status == 503 ? retry_after(e.policies.retry_after_s) : std::string{});
}

}  // namespace

Admission admission_of(const Call& call, const Leg& leg, std::uint32_t subscriber_max) {
    return {leg.realm,      leg.trunk,     leg.tenant,     leg.subscriber,
            subscriber_max, !leg.outbound, call.emergency, call.kbit};
}

void ask_within(Engine& e, Call& call, LegIndex index) {
    send_invite(e, call, index);
}

void try_instead(Engine& e, Call& call, LegIndex index, Outcome outcome) {
    const auto instead = call.targets[call.legs[index].target].instead;
    if (instead == kNoTarget)
        note_outcome(call.plan, outcome);
    else
        try_target(e, call, instead);
    try_targets(e, call);
}

bool check_request(Engine& e, transaction::ServerId server, const message::Incoming& request) {
    const auto& sip = request.sip();
    const auto from = wire::parse_name_address(sip.header(HeaderId::from));
    const auto to = wire::parse_name_address(sip.header(HeaderId::to));
    if (!from || !to || from->tag().empty()) {
        e.layer.respond(server, 400, "From or To Is Malformed");
        return false;
    }
    Called called;
    if (!read_called(request, called)) {
        e.layer.respond(server, 416);
        return false;
    }
    if (sip.has(HeaderId::max_forwards)) {
        const auto left = wire::parse_number(sip.header(HeaderId::max_forwards));
        if (!left) {
            e.layer.respond(server, 400, "Max-Forwards Is Malformed");
            return false;
        }
        if (*left == 0) {
            e.layer.respond(server, 483);
            return false;
        }
    }
    // The one extension that we serve as the callers' proxy is privacy (RFC 3323).
    std::string unknown;
    sip.each(HeaderId::proxy_require, [&](std::string_view list) {
        const auto rest = without_token(list, "privacy");
        if (!rest.empty()) unknown += (unknown.empty() ? "" : ", ") + rest;
    });
    if (!unknown.empty()) {
        e.layer.respond(server, 420, {}, {}, "Unsupported: " + unknown + "\r\n");
        return false;
    }
    // From a listener of our own: a route leads back here.
    if (request.flow().remote == request.flow().local) {
        e.layer.respond(server, 482);
        return false;
    }
    return true;
}

void respond_challenge(Engine& e, transaction::ServerId server, const Caller& caller) {
    if (caller.status == 407 || caller.status == 401) ++e.counts.challenged;
    e.layer.respond(server, caller.status, caller.reason, e.tokens.tag(), caller.headers);
}

Call& add_call(Engine& e, CallKind kind, const Caller& caller, transaction::ServerId server,
               const message::Incoming& request) {
    std::uint64_t handle = 0;
    auto& call = e.calls.add(handle);
    const auto& sip = request.sip();
    call.handle = handle;
    call.kind = kind;
    call.media.handle = handle;
    call.digest_realm = caller.digest_realm;
    call.invite = request;
    auto& leg = call.legs.emplace_back();
    leg.state = LegState::calling;
    leg.realm = request.flow().realm;
    leg.trunk = caller.trunk;
    leg.tenant = caller.tenant;
    leg.subscriber = caller.aor;
    leg.server = server;
    auto& d = leg.dialog;
    d.call_id = sip.header(HeaderId::call_id);
    d.local_tag = e.tokens.tag();
    leg.key = dialog::key_of(d.local_tag);
    if (const auto from = wire::parse_name_address(sip.header(HeaderId::from))) d.remote_tag = from->tag();
    d.remote = dialog::without_tag(sip.header(HeaderId::from));
    d.local = dialog::without_tag(sip.header(HeaderId::to));
    d.flow = request.flow();
    if (const auto cseq = wire::parse_cseq(sip.header(HeaderId::cseq)))
        leg.invite_cseq = d.remote_cseq = cseq->number;
    const auto& realm = e.policies.realm(leg.realm);
    const auto nat = leg.trunk != kNone<TrunkId> ? e.policies.trunk(leg.trunk).nat : realm.nat;
    d.pinned =
        caller.behind_nat || nat == model::NatMode::on || (leg.trunk == kNone<TrunkId> && !realm.trusted);
    dialog::learn(d, sip, true, false);
    Called called;
    read_called(request, called);
    d.contact = dialog::contact_of(d.flow, called.user);
    if (const auto* account = e.policies.account(leg.trunk, called.user)) leg.account = account->name;
    leg.reliable =
        e.policies.trunk(leg.trunk).prack != model::Prack::off &&
        (has_token(sip, HeaderId::supported, "100rel") || has_token(sip, HeaderId::require, "100rel"));
    e.dialogs[leg.key] = {handle, kInbound};
    flow_of(e, leg);
    start_record(e, call, request);
    touch(e, call);
    return call;
}

bool admit(Engine& e, Call& call, const Caller& caller) {
    auto& inbound = call.legs[kInbound];
    auto admission = admission_of(call, inbound, caller.max_calls);
    admission.subscriber_rate = caller.calls_per_second;
    admission.subscriber_code = caller.full_code;
    admission.now = e.wheel.now();
    const auto refusal = e.limits.take(e.policies, e.directory, admission);
    if (refusal.status == 0) {
        inbound.counted = true;
        return true;
    }
    ++e.counts.refused_limit;
    tell_limit(e, inbound, refusal);
    call.record.reason = std::string("limit of ") + std::string(refusal.what);
    refuse(e, call, refusal.status, {}, retry_after(refusal.retry_after_s));
    return false;
}

LegIndex add_leg(Engine& e, Call& call, std::size_t target_index) {
    const auto& target = call.targets[target_index];
    const auto index = static_cast<LegIndex>(call.legs.size());
    auto& leg = call.legs.emplace_back();
    leg.outbound = true;
    leg.state = LegState::calling;
    leg.realm = target.realm;
    leg.trunk = target.trunk;
    leg.target = static_cast<std::uint16_t>(target_index);
    leg.tenant = target.tenant;
    leg.subscriber = target.subscriber;
    leg.media.label = index;
    if (const auto* account = e.policies.account(leg.trunk, call.caller_user)) leg.account = account->name;
    // Until the call is over the record names the target that was tried last.
    call.record.callee.realm = e.policies.realm(leg.realm).name;
    call.record.callee.trunk = e.policies.trunk(leg.trunk).name;
    auto& d = leg.dialog;
    d.call_id = e.tokens.call_id();
    d.local_tag = e.tokens.tag();
    leg.key = dialog::key_of(d.local_tag);
    d.local = from_header(e, call, target);
    d.remote = "<" + target.to_uri + ">";
    d.remote_target = target.request_uri;
    d.route_set = target.path;
    d.flow = target.flow;
    d.pinned = target.pinned;
    d.contact = dialog::contact_of(d.flow, call.privacy ? std::string{} : caller_toward(e, call, target));
    e.dialogs[leg.key] = {call.handle, index};
    return index;
}

void on_new_invite(Engine& e, transaction::ServerId server, const message::Incoming& request) {
    if (!check_request(e, server, request)) return;
    const auto& sip = request.sip();
    if (!sip.has(HeaderId::contact)) return void(e.layer.respond(server, 400, "Contact Is Missing"));
    const auto caller = e.directory.identify(request);
    if (caller.status != 0) return respond_challenge(e, server, caller);
    ++e.counts.attempts;
    auto& call = add_call(e, CallKind::session, caller, server, request);
    e.layer.own(server, owner_of(call, Role::invite, kInbound), call.legs[kInbound].dialog.local_tag);
    read_caller(e, call, caller, request);
    if (call.legs[kInbound].dialog.remote_target.empty())
        return refuse(e, call, 400, "Contact Is Malformed", {});
    e.records.on_start(call.record);
    Called called;
    read_called(request, called);
    if (is_loop(e, call, request)) return refuse(e, call, 482, {}, {});
    translate_called(e, call, called);
    call.emergency = is_emergency(e, call, called);
    if (e.policies.bandwidth) call.kbit = offered_kbit(request);
    if (!admit(e, call, caller)) return;
    if (!admit_session_request(e, call, kInbound, server, request)) return;
    call.offered = has_description(request);
    if (take_replaces(e, call, request)) return;
    if (take_feature(e, call, called)) return;
    const auto refusal = choose_targets(e, call, called, request);
    if (refusal.status != 0) {
        call.record.reason = refusal.what;
        return refuse(e, call, refusal.status, {}, retry_after(refusal.retry_after_s));
    }
    const auto& media = e.policies.realm(call.legs[kInbound].realm);
    call.media.inactivity_ms = media.inactivity_ms;
    call.media.hold_ms = media.hold_ms;
    try_targets(e, call);
}

void try_targets(Engine& e, Call& call) {
    while (call.state == CallState::inviting) {
        for (const auto& leg : call.legs)
            if (is_trying(leg)) return;
        if (call.lookup.waiting || awaits_credit(e, call)) return;
        const auto* step = take_step(call.plan);
        if (step == nullptr) return give_up(e, call);
        if (step->destination.empty())
            ring(e, call, *step);
        else
            lead_on(e, call, model::Destination(step->destination));
    }
}

void on_ring_timeout(Engine& e, Call& call) {
    call.ring = 0;
    if (call.state != CallState::inviting) return;
    note_outcome(call.plan, Outcome::no_answer);
    if (is_better(480, call.failure_code)) call.failure_code = 480;
    cancel_legs(e, call, kNoLeg, "SIP;cause=480;text=\"No answer\"");
    try_targets(e, call);
}

void on_refused(Engine& e, Call& call, LegIndex index, std::uint16_t status,
                const message::Incoming& response) {
    auto& leg = call.legs[index];
    if (leg.state == LegState::ended) return;
    if (status == 401 || status == 407) {
        if (answer_challenge(e, call, index, response)) return;
        // Our own login is wrong: nothing that the caller could answer.
        if (!leg.account.empty() && leg.state == LegState::calling && !is_lent(leg)) {
            e.directory.target_result(leg.trunk, call.targets[leg.target].trunk_target, true, status);
            leg.client = {};
            leg_ended(e, call, index);
            if (is_better(503, call.failure_code)) call.failure_code = 503;
            if (call.state == CallState::inviting) try_instead(e, call, index, Outcome::failed);
            return;
        }
    }
    if (is_lent(leg)) return on_pickup_failed(e, call, index), try_targets(e, call);
    const auto& target = call.targets[leg.target];
    const bool cancelled = leg.state == LegState::ending;
    // RFC 4028 7.3: the same call once more, with a longer session.
    if (status == 422 && response && !cancelled && call.state == CallState::inviting &&
        lengthen_session(leg, response) && send_invite(e, call, index) == Outcome::none)
        return;
    if (leg.state == LegState::ended) return try_targets(e, call);
    const auto outcome = outcome_of(status, static_cast<bool>(response), leg.state == LegState::early);
    if (leg.trunk != kNone<TrunkId> && !cancelled)
        e.directory.target_result(leg.trunk, target.trunk_target, static_cast<bool>(response),
                                  response ? status : 0);
    leg.client = {};
    if (call.active == index && call.state == CallState::inviting) call.active = kNoLeg;
    const bool next = gives_way(e, call, leg, status, static_cast<bool>(response), outcome);
    leg_ended(e, call, index);
    if (call.state != CallState::inviting || cancelled) return;
    if (next && target.instead != kNoTarget) return try_instead(e, call, index, outcome);
    if (follow_redirect(e, call, leg, response)) return try_targets(e, call);
    note_outcome(call.plan, outcome);
    if (!response) {
        if (is_better(status, call.failure_code)) call.failure_code = status;
    } else if (is_better(status, call.refusal ? call.refusal.sip().status() : std::uint16_t{0})) {
        call.refusal = response;
        // So that the record names the party that answered.
        call.record.callee.call_id = leg.dialog.call_id;
    }
    const auto& stop = call.plan.stop_codes;
    const bool for_all =
        call.plan.hunting ? std::find(stop.begin(), stop.end(), status) != stop.end() : status >= 600;
    if (for_all) {
        call.plan.final = true;
        cancel_legs(e, call, kNoLeg, {});
    }
    try_targets(e, call);
}

void refuse(Engine& e, Call& call, std::uint16_t status, std::string_view reason, std::string_view headers) {
    if (call.state != CallState::inviting) return;
    if (call.placed_for.call != 0) return on_placed_refused(e, call, status);
    auto& inbound = call.legs[kInbound];
    if (call.refusal) {
        const auto request = call.invite;
        const Leg* from = &inbound;
        for (const auto& leg : call.legs)
            if (leg.outbound) from = &leg;
        std::string_view body;
        // Bodies of refusals pass as they are, unless they tell of media on the other side.
        if (!has_description(call.refusal)) body = call.refusal.sip().body();
        const auto message =
            build_response(e, call, inbound, *from, request, call.refusal, status, headers, body);
        e.layer.respond(inbound.server, status, message);
    } else {
        e.layer.respond(inbound.server, status, reason, inbound.dialog.local_tag, headers);
    }
    const auto why = call.record.reason.empty()
                         ? std::string(reason.empty() ? wire::reason_phrase(status) : reason)
                         : call.record.reason;
    note_end(e, call, call.refusal ? EndedBy::callee : EndedBy::appliance, status, why, call.refusal);
    call.state = CallState::ending;
    leg_ended(e, call, kInbound);
    cancel_legs(e, call, kNoLeg, {});
}

}  // namespace strowger::call
