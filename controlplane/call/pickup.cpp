// Pick-up of a call that rings elsewhere: by feature code, or by Replaces of an early dialog (RFC 3891 1).
#include "call/pickup.hpp"

#include <algorithm>

#include "call/headers.hpp"
#include "call/join.hpp"
#include "call/session_timer.hpp"
#include "call/transfer.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

std::string_view user_of(std::string_view aor) {
    return aor.substr(0, aor.find('@'));
}

bool is_member(const GroupPolicy& group, std::string_view user) {
    return std::any_of(group.members.begin(), group.members.end(),
                       [&](const auto& m) { return m.destination.user == user; });
}

// Whether the call rings at that number; `number` empty: in a group that the caller is a member of.
bool rings_at(const Engine& e, const Call& ringing, std::string_view number, std::string_view caller) {
    const auto* group = e.policies.group(ringing.plan.group);
    if (number.empty()) return group != nullptr && is_member(*group, caller);
    if (group != nullptr && group->number == number) return true;
    return std::any_of(ringing.legs.begin(), ringing.legs.end(), [&](const Leg& leg) {
        return leg.outbound && leg.state == LegState::early && user_of(leg.subscriber) == number;
    });
}

// The one that rings longest.
Call* find_ringing(Engine& e, const Call& call, std::string_view number) {
    const auto& inbound = call.legs[kInbound];
    std::uint64_t found = 0;
    std::int64_t since = 0;
    e.calls.each([&](const Call& other) {
        if (other.kind != CallKind::session || other.state != CallState::inviting || !other.ringing ||
            other.handle == call.handle || other.placed_for.call != 0 || other.legs.empty())
            return;
        const bool same_tenant = std::any_of(other.legs.begin(), other.legs.end(), [&](const Leg& leg) {
            return leg.outbound && leg.tenant == inbound.tenant;
        });
        if (!same_tenant || !rings_at(e, other, number, user_of(inbound.subscriber))) return;
        if (found != 0 && other.record.ring >= since) return;
        found = other.handle;
        since = other.record.ring;
    });
    return e.calls.find(found);
}

}  // namespace

bool take_feature(Engine& e, Call& call, const Called& called) {
    const auto& inbound = call.legs[kInbound];
    std::string domain;
    std::string tenant;
    if (!e.directory.find_domain(inbound.realm, called.domain, inbound.dialog.flow.local, domain, tenant) ||
        tenant != inbound.tenant)
        return false;
    const auto number = plain(called.user);
    if (take_feature_code(e, call, called, number)) return true;
    const auto code = e.policies.pickup_code(tenant);
    if (!code.empty() && number.starts_with(code)) {
        auto* ringing = find_ringing(e, call, std::string_view(number).substr(code.size()));
        if (ringing == nullptr)
            refuse(e, call, 404, "Nothing Rings There", {});
        else
            take_ringing(e, call, *ringing);
        return true;
    }
    if (e.policies.parking_lot(tenant, number) == nullptr) return false;
    retrieve(e, call, tenant, number);
    return true;
}

bool answer_on_hold(Engine& e, Call& call, std::string_view more) {
    auto& inbound = call.legs[kInbound];
    const auto answer = hold_answer(e, inbound, call.invite);
    if (answer.empty()) return false;
    auto lines = agree_session(e, call, kInbound, call.invite) + "Content-Type: application/sdp\r\n";
    lines += more;
    const auto response = build_response(e, call, inbound, inbound, call.invite, {}, 200, lines, answer);
    call.state = CallState::answered;
    ++e.counts.answered;
    call.answered_at = e.wheel.now();
    call.record.answer = e.unix_ns();
    inbound.state = LegState::answered;
    e.layer.respond(inbound.server, 200, response);
    call.invite = {};
    return true;
}

void take_ringing(Engine& e, Call& call, Call& ringing) {
    if (!answer_on_hold(e, call, {})) return refuse(e, call, 488, "An Offer Is Needed", {});
    call.picks_up = ringing.handle;
}

void continue_pickup(Engine& e, Call& call) {
    if (call.picks_up == 0 || call.state != CallState::answered) return;
    if (call.legs[kInbound].state != LegState::confirmed) return;
    auto* ringing = e.calls.find(call.picks_up);
    call.picks_up = 0;
    if (ringing == nullptr || ringing->state != CallState::inviting || ringing->legs.size() >= kNoLeg - 1)
        return end_call(e, call, EndedBy::appliance, "nothing rings any more", {},
                        "SIP;cause=487;text=\"Nothing rings any more\"");
    const auto at = static_cast<LegIndex>(ringing->legs.size());
    note_move(e, *ringing, "picked up", "sip:" + call.legs[kInbound].subscriber, {}, call.handle);
    lend(e, call, kInbound, *ringing, at);
    ringing->legs[at].state = LegState::calling;
    ask_within(e, *ringing, at);
}

void on_pickup_failed(Engine& e, Call& ringing, LegIndex index) {
    auto& leg = ringing.legs[index];
    const auto home = leg.elsewhere.call;
    leg.client = {};
    leg.state = LegState::confirmed;
    if (!give_back(e, ringing, index))
        send_bye(e, ringing, index, {}, {});
    else if (auto* call = e.calls.find(home))
        end_call(e, *call, EndedBy::appliance, "not picked up", {});
}

}  // namespace strowger::call
