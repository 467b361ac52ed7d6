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

// The leg is over at once. What its target still says is the transaction layer's: CANCEL as soon as it may
// leave, ACK and BYE for a 2xx.
void abandon(Engine& e, Call& call, LegIndex index) {
    auto& leg = call.legs[index];
    e.directory.target_result(leg.trunk, call.targets[leg.target].trunk_target, false, 0);
    e.layer.abandon(leg.client, reason_line("SIP;cause=408;text=\"No response in time\""));
    leg.client = {};
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
