// What becomes of a transfer: RFC 5589, with the appliance in the place of the transferee.
#include "call/transfer.hpp"

#include <fmt/format.h>

#include "call/join.hpp"
#include "call/pickup.hpp"

namespace strowger::call {
namespace {

using State = Transfer::State;

// NOTIFY of the implicit subscription (RFC 3515 2.4.5). False: there is none, or it did not leave.
bool tell(Engine& e, Call& call, std::uint16_t status, bool last) {
    const auto& t = call.transfer;
    if (!t.subscribed || t.by == kNoLeg) return false;
    const auto id = t.event_id == 0 ? std::string{} : fmt::format(";id={}", t.event_id);
    const auto lines = fmt::format(
        "Event: refer{}\r\nSubscription-State: {}\r\nContent-Type: message/sipfrag;version=2.0\r\n", id,
        last ? "terminated;reason=noresource" : "active;expires=180");
    const auto body = fmt::format("SIP/2.0 {} {}\r\n", status, wire::reason_phrase(status));
    return send_within(e, call, t.by, "NOTIFY", last ? Role::told : Role::farewell, lines, body);
}

bool is_gone(const Leg& leg) {
    return leg.state == LegState::ended || leg.state == LegState::ending;
}

// The transferor's other call, whose far leg is to be joined with the one that moves.
void continue_attended(Engine& e, Call& call) {
    auto& t = call.transfer;
    auto* other = e.calls.find(t.replaced.call);
    if (other == nullptr || other->state == CallState::ending) return transfer_failed(e, call, 481);
    // It still rings: the transfer is done when it is answered.
    if (other->state == CallState::inviting) return;
    const auto far = partner_of(*other, t.replaced.leg);
    if (far == kNoLeg || is_gone(other->legs[far])) return transfer_failed(e, call, 481);
    if (other->transfer.state != State::none) return transfer_failed(e, call, 491);
    const bool ready = other->legs[far].state == LegState::confirmed && is_quiet(*other, far) &&
                       other->negotiation.state == Negotiation::State::none;
    if (!ready) return;
    other->awaited_by = 0;
    t.state = State::joining;
    auto& joined = join(e, call, t.moved, *other, far);
    t.attempt = joined.handle;
    note_move(e, joined, "joined", t.by_uri, {}, call.handle);
    note_move(e, *other, "transferred", t.by_uri, {}, joined.handle);
}

}  // namespace

void continue_transfer(Engine& e, Call& call) {
    auto& t = call.transfer;
    if (t.state != State::waiting || call.state != CallState::answered) return;
    if (call.legs[t.moved].state != LegState::confirmed || !is_quiet(call, t.moved) ||
        call.negotiation.state != Negotiation::State::none)
        return;
    if (t.replaced.call != 0) return continue_attended(e, call);
    if (t.orbit.empty()) return;
    if (const auto refusal = park(e, call, t.moved, t.orbit, t.by_uri); refusal != 0)
        transfer_failed(e, call, refusal);
}

void transfer_rings(Engine& e, Call& home, std::uint16_t status) {
    if (home.transfer.state != State::none) tell(e, home, status, false);
}

void transfer_failed(Engine& e, Call& home, std::uint16_t status) {
    auto& t = home.transfer;
    if (t.state == State::none) return;
    tell(e, home, status, true);
    const bool alone = t.by != kNoLeg && is_gone(home.legs[t.by]);
    if (auto* other = e.calls.find(t.replaced.call)) other->awaited_by = 0;
    t = {};
    touch(e, home);
    if (!home.orbit.empty()) return wait_in_orbit(e, home);
    if (alone)
        end_call(e, home, EndedBy::appliance, "transfer failed", {}, fmt::format("SIP;cause={}", status));
}

void on_leg_taken(Engine& e, Call& home, LegIndex leg, Call& by) {
    auto& t = home.transfer;
    if (t.state != State::none && t.moved == leg) {
        t.attempt = 0;
        const char* what = t.by == kNoLeg ? "returned" : !t.orbit.empty() ? "parked" : "transferred";
        note_move(e, home, what, t.by_uri, t.to, by.handle);
        // The transferor hears of it before its own dialog ends.
        const bool waits = tell(e, home, 200, true) && !is_gone(home.legs[t.by]);
        t.state = waits ? State::told : State::none;
        return end_call(e, home, EndedBy::appliance, what, {}, "SIP;cause=200;text=\"Call transferred\"");
    }
    const auto* what = !home.orbit.empty() ? "retrieved" : home.active == kNoLeg ? "picked up" : "replaced";
    note_move(e, home, what, {}, {}, by.handle);
    end_call(e, home, EndedBy::appliance, what, {}, "SIP;cause=200;text=\"Call moved\"");
}

void on_told(Engine& e, Call& call, LegIndex leg) {
    if (call.transfer.state != State::told || call.transfer.by != leg) return;
    call.transfer.state = State::none;
    end_leg(e, call, leg, {}, {});
}

bool may_leave(const Call& call, LegIndex leg) {
    if (call.transfer.state != State::none && call.transfer.by == leg) return true;
    const auto partner = partner_of(call, leg);
    return partner != kNoLeg && call.legs[partner].state == LegState::away;
}

void abandon_transfer(Engine& e, Call& call) {
    if (call.transfer.state != State::none && call.transfer.state != State::told) {
        auto* attempt = e.calls.find(call.transfer.attempt);
        tell(e, call, 487, true);
        call.transfer = {};
        if (attempt != nullptr) {
            attempt->placed_for = {};
            end_call(e, *attempt, EndedBy::appliance, "transferee hung up", {});
        }
    }
    if (auto* home = e.calls.find(call.placed_for.call)) {
        call.placed_for = {};
        transfer_failed(e, *home, 487);
    }
}

}  // namespace strowger::call
