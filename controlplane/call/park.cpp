// Orbits: a call waits at a number until somebody dials it, or returns to who parked it.
#include "call/join.hpp"
#include "call/pickup.hpp"
#include "call/transfer.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

// The call in the orbit; nullptr: the orbit is free.
Call* parked_call(Engine& e, const std::string& tenant, const std::string& orbit) {
    const auto at = e.orbits.find({tenant, orbit});
    auto* call = at == e.orbits.end() ? nullptr : e.calls.find(at->second);
    return call == nullptr || call->state == CallState::ending ? nullptr : call;
}

}  // namespace

std::uint16_t park(Engine& e, Call& home, LegIndex index, const std::string& orbit, const std::string& by) {
    const auto& parker = home.legs[home.transfer.by];
    if (e.policies.parking_lot(parker.tenant, orbit) == nullptr) return 404;
    if (parked_call(e, parker.tenant, orbit) != nullptr) return 486;
    auto& call = new_call(e, home, index);
    call.orbit = orbit;
    call.parked_by = by;
    call.record.tenant = parker.tenant;
    call.record.callee.received = "sip:" + orbit;
    call.state = CallState::answered;
    ++e.counts.answered;
    call.answered_at = e.wheel.now();
    call.record.answer = e.unix_ns();
    note_move(e, call, "parked", by, orbit, home.handle);
    e.orbits[{parker.tenant, orbit}] = call.handle;
    home.transfer.attempt = call.handle;
    home.transfer.state = Transfer::State::joining;
    start_duration(e, call, index);
    lend(e, home, index, call, kInbound);
    wait_in_orbit(e, call);
    negotiate(e, call, kInbound, kNoLeg, {});
    return 0;
}

void wait_in_orbit(Engine& e, Call& call) {
    e.wheel.cancel(call.orbit_timer);
    const auto* lot = e.policies.parking_lot(call.record.tenant, call.orbit);
    const auto wait = lot == nullptr ? 5'000u : lot->timeout_ms;
    call.orbit_timer = e.wheel.start(e.wheel.now() + static_cast<Nanoseconds>(wait) * kMillisecond,
                                     owner_of(call, Role::orbit, 0));
}

void leave_orbit(Engine& e, const Call& call) {
    const auto at = e.orbits.find({call.record.tenant, call.orbit});
    if (at != e.orbits.end() && at->second == call.handle) e.orbits.erase(at);
}

void retrieve(Engine& e, Call& call, const std::string& tenant, const std::string& orbit) {
    auto* parked = parked_call(e, tenant, orbit);
    if (parked == nullptr) return refuse(e, call, 404, "Nothing Is Parked Here", {});
    note_move(e, call, "retrieved", "sip:" + call.legs[kInbound].subscriber, orbit, parked->handle);
    e.wheel.cancel(parked->orbit_timer);
    take_leg(e, call, *parked, kInbound);
    if (parked->state != CallState::ending && parked->legs[kInbound].state == LegState::confirmed)
        wait_in_orbit(e, *parked);
}

void on_orbit_timeout(Engine& e, Call& call) {
    call.orbit_timer = 0;
    auto& leg = call.legs[kInbound];
    if (call.state != CallState::answered || call.transfer.state != Transfer::State::none) return;
    if (leg.state != LegState::confirmed) return wait_in_orbit(e, call);
    const auto* lot = e.policies.parking_lot(call.record.tenant, call.orbit);
    auto to = lot == nullptr ? model::Destination{} : lot->return_to;
    Origin origin{kNone<RealmId>, call.record.tenant, to.domain, leg.dialog.flow.local, {}};
    const auto parker = wire::parse_uri(call.parked_by);
    if (origin.domain.empty() && parker) origin.domain = parker->host;
    if (to.empty() && parker) to.user = parker->user;
    call.transfer.moved = kInbound;
    call.transfer.by_uri = call.parked_by;
    call.transfer.to = "sip:" + (to.group.empty() ? to.user : to.group);
    place_call(e, call, kInbound, origin, to, {});
}

}  // namespace strowger::call
