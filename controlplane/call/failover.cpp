// Targets that stand in for one another: within a bounded time, without the caller noticing, and never when
// the one before could still ring.
#include <algorithm>

#include "call/features.hpp"

namespace strowger::call {
namespace {

// The call is too old to be offered to anybody else.
bool is_late(const Engine& e, const Call& call) {
    return e.policies.failover_within != 0 && call.invite &&
           e.wheel.now() - call.invite.received() >= e.policies.failover_within;
}

bool has_more(const Engine& e, const Call& call, const Leg& leg) {
    return (call.targets[leg.target].instead != kNoTarget && !is_late(e, call)) ||
           call.plan.next < call.plan.steps.size();
}

// RFC 3261 9.1: CANCEL may leave only after a provisional response. Until one comes the INVITE is not
// repeated, so that a target which wakes up does not ring for it; should it answer 2xx all the same, that
// gets ACK and BYE (answer.cpp).
void abandon(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    e.directory.target_result(leg.trunk, call.targets[leg.target].trunk_target, false, 0);
    if (!e.layer.heard(leg.client)) e.layer.stop_repeating(leg.client);
    leg.state = LegState::ending;
    e.media.release(call.media, leg.media);
    if (leg.counted) {  // it carries nothing any more
        leg.counted = false;
        e.limits.give_back(e.directory, admission_of(call, leg, 0));
    }
    if (!e.layer.cancel(leg.client, reason_line("SIP;cause=408;text=\"No response in time\"")))
        leg_ended(e, call, index);
    if (call.failure_code == 0 || call.failure_code >= 500) call.failure_code = 408;
}

}  // namespace

void start_patience(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    const auto& trunk = e.policies.trunk(leg.trunk);
    if (leg.trunk == kNone<TrunkId> || trunk.failover_timeout == 0) return;
    leg.patience =
        e.wheel.start(e.wheel.now() + trunk.failover_timeout, owner_of(call, Role::patience, index));
}

void on_patience(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    leg.patience = 0;
    if (call.state != CallState::inviting || leg.state != LegState::calling) return;
    if (e.layer.heard(leg.client)) {
        const auto& trunk = e.policies.trunk(leg.trunk);
        // 100 and then silence: it may ring somewhere unheard, so it is left only for somebody else.
        if (trunk.progress_timeout == 0 || !has_more(e, call, leg)) return;
        const auto left = trunk.progress_timeout - trunk.failover_timeout;
        if (!leg.progress_awaited && left > 0) {
            leg.progress_awaited = true;
            leg.patience = e.wheel.start(e.wheel.now() + left, owner_of(call, Role::patience, index));
            return;
        }
    }
    abandon(e, call, index);
    if (is_late(e, call)) {
        note_outcome(call.plan, Outcome::unreachable);
        return try_targets(e, call);
    }
    try_instead(e, call, index, Outcome::unreachable);
}

bool gives_way(const Engine& e, const Call& call, const Leg& leg, std::uint16_t status, bool answered,
               Outcome outcome) {
    if (leg.state == LegState::early || is_late(e, call)) return false;
    const auto& codes = e.policies.trunk(leg.trunk).failover_codes;
    if (answered && leg.trunk != kNone<TrunkId> && !codes.empty())
        return std::binary_search(codes.begin(), codes.end(), status);
    return outcome == Outcome::failed || outcome == Outcome::unreachable;
}

}  // namespace strowger::call
