#include "call/join.hpp"

#include <algorithm>

#include "call/features.hpp"
#include "call/pickup.hpp"
#include "call/session_timer.hpp"
#include "call/transfer.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

// What a leg that was not called by its new call would have been: so that whoever reads Leg::target finds it.
Target target_of(const Call& home, const Leg& leg) {
    if (leg.outbound && leg.target < home.targets.size()) return home.targets[leg.target];
    Target t;
    t.realm = leg.realm;
    t.trunk = leg.trunk;
    t.flow = leg.dialog.flow;
    t.request_uri = t.to_uri = leg.dialog.remote_target;
    t.subscriber = leg.subscriber;
    t.tenant = leg.tenant;
    return t;
}

// A side for the other call's media: other ports, the same origin (RFC 3264 8: the peer sees one session).
media::Side side_of(Engine& e, const Leg& leg, LegIndex label) {
    media::Side side;
    side.label = label;
    side.nat = leg.media.nat;
    if (leg.media.is_open() && e.media.open(side, leg.realm, leg.dialog.flow.remote.address,
                                            leg.media.origin.session_id) == media::Outcome::ok)
        side.origin = leg.media.origin;
    side.lines = leg.media.lines;
    return side;
}

bool is_held(const Leg& leg) {
    return media::on_hold(leg.media, leg.media);
}

}  // namespace

bool is_lent(const Leg& leg) {
    return leg.elsewhere.call != 0 && leg.state != LegState::away;
}

LegIndex partner_of(const Call& call, LegIndex leg) {
    return leg == kInbound ? call.active : kInbound;
}

PartyRecord party_record(const Engine& e, const Call& call, LegIndex index) {
    const auto& leg = call.legs[index];
    auto out = index == kInbound ? call.record.caller : call.record.callee;
    out.realm = e.policies.realm(leg.realm).name;
    out.trunk = e.policies.trunk(leg.trunk).name;
    out.subscriber = leg.subscriber;
    out.address = wire::to_string(leg.dialog.flow.remote);
    out.call_id = leg.dialog.call_id;
    return out;
}

void note_move(Engine& e, Call& call, const char* what, std::string by, std::string to, std::uint64_t other) {
    call.record.moves.push_back({what, std::move(by), std::move(to), other, e.unix_ns()});
}

Call& new_call(Engine& e, const Call& of, LegIndex index) {
    std::uint64_t handle = 0;
    auto& call = e.calls.add(handle);
    const auto& leg = of.legs[index];
    call.handle = handle;
    call.media.handle = handle;
    call.digest_realm = of.digest_realm;
    if (index == kInbound) {
        call.caller_user = of.caller_user;
        call.caller_display = of.caller_display;
        call.caller_identity = of.caller_identity;
        call.privacy = of.privacy;
    } else {
        const auto address = wire::parse_name_address(leg.dialog.remote);
        const auto uri = address ? wire::parse_uri(address->uri) : std::nullopt;
        if (uri && uri->is_sip()) call.caller_user = uri->user;
        call.caller_identity = call.caller_user;
    }
    const auto& realm = e.policies.realm(leg.realm);
    call.media.inactivity_ms = realm.inactivity_ms;
    call.media.hold_ms = realm.hold_ms;
    call.record.id = handle;
    call.record.tenant = leg.tenant;
    call.record.setup = e.unix_ns();
    call.record.caller = party_record(e, of, index);
    touch(e, call);
    return call;
}

void lend(Engine& e, Call& home, LegIndex index, Call& to, LegIndex at) {
    auto& slot = home.legs[index];
    to.targets.push_back(target_of(home, slot));
    Leg leg = slot;
    leg.target = static_cast<std::uint16_t>(to.targets.size() - 1);
    leg.media = side_of(e, slot, at);
    leg.elsewhere = {home.handle, index};
    leg.session.timer = 0;
    slot.state = LegState::away;
    slot.elsewhere = {to.handle, at};
    slot.key = 0;
    slot.counted = false;
    e.wheel.cancel(slot.session.timer);
    while (to.legs.size() <= at) to.legs.emplace_back().state = LegState::ended;
    to.legs[at] = std::move(leg);
    e.dialogs[to.legs[at].key] = {to.handle, at};
    resume_session(e, to, at);
    move_credit(e, slot.credit, to, at);
    touch(e, home);
    touch(e, to);
}

bool give_back(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    const auto where = leg.elsewhere;
    auto* home = e.calls.find(where.call);
    if (home == nullptr || home->state == CallState::ending) {
        leg.elsewhere = {};
        return false;
    }
    auto& slot = home->legs[where.leg];
    e.media.release(call.media, leg.media);
    auto media = std::move(slot.media);
    media.origin = leg.media.origin;
    media.lines = std::max(media.lines, leg.media.lines);
    const auto target = slot.target;
    e.wheel.cancel(leg.session.timer);
    slot = leg;
    slot.media = std::move(media);
    slot.target = target;
    slot.state = LegState::confirmed;
    slot.elsewhere = {};
    e.dialogs[slot.key] = {home->handle, where.leg};
    resume_session(e, *home, where.leg);
    move_credit(e, leg.credit, *home, where.leg);
    leg.key = 0;
    leg.counted = false;
    leg.elsewhere = {};
    leg_ended(e, call, index);
    touch(e, *home);
    return true;
}

void keep(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    const auto where = leg.elsewhere;
    leg.elsewhere = {};
    auto* home = e.calls.find(where.call);
    if (home == nullptr) return;
    home->legs[where.leg].elsewhere = {};
    on_leg_taken(e, *home, where.leg, call);
    leg_ended(e, *home, where.leg);
}

Call& join(Engine& e, Call& one, LegIndex leg, Call& other, LegIndex other_leg) {
    auto& call = new_call(e, one, leg);
    call.record.callee = party_record(e, other, other_leg);
    call.state = CallState::answered;
    ++e.counts.answered;
    lend(e, one, leg, call, kInbound);
    lend(e, other, other_leg, call, 1);
    call.active = 1;
    call.answered_at = e.wheel.now();
    call.record.answer = e.unix_ns();
    start_duration(e, call, 1);
    // Who is on hold may offer less than it could: the other one is asked.
    const bool first_asks = is_held(other.legs[other_leg]) && !is_held(one.legs[leg]);
    negotiate(e, call, first_asks ? kInbound : LegIndex{1}, first_asks ? LegIndex{1} : kInbound, {});
    return call;
}

void on_joined(Engine& e, Call& call) {
    for (LegIndex i = 0; i < call.legs.size(); ++i)
        if (is_lent(call.legs[i])) keep(e, call, i);
}

void on_join_failed(Engine& e, Call& call, std::uint16_t status) {
    const auto source = call.negotiation.source;
    bool returned = false;
    for (LegIndex i = 0; i < call.legs.size(); ++i) {
        if (!is_lent(call.legs[i])) continue;
        const auto where = call.legs[i].elsewhere;
        if (!give_back(e, call, i)) continue;
        returned = true;
        auto& home = *e.calls.find(where.call);
        const auto partner = partner_of(home, where.leg);
        const bool alone = partner == kNoLeg || home.legs[partner].state == LegState::ended;
        transfer_failed(e, home, status);
        if (home.state == CallState::ending) continue;
        if (alone && home.orbit.empty()) {
            end_call(e, home, EndedBy::appliance, "join failed", {});
        } else if (i == source && !alone) {
            // It was told that nobody takes its offer up: it talks with its partner again.
            negotiate(e, home, partner, where.leg, {});
        }
    }
    end_call(e, call, EndedBy::appliance, returned ? "join failed" : "media could not be agreed on", {},
             "SIP;cause=488;text=\"Media Could Not Be Agreed On\"");
}

void end_with(Engine& e, Call& call, EndedBy by, std::string_view why) {
    for (LegIndex i = 0; i < call.legs.size(); ++i) {
        auto* other = e.calls.find(call.legs[i].elsewhere.call);
        call.legs[i].elsewhere = {};
        if (other == nullptr || other == &call) continue;
        end_call(e, *other, by, why, {});
    }
}

}  // namespace strowger::call
