// CANCEL (RFC 3261 9), from the caller and toward those that are still asked.
#include "call/features.hpp"
#include "call/join.hpp"

namespace strowger::call {

void on_cancel(Engine& e, Call& call, const message::Incoming& cancel) {
    // The caller takes a leg out of another call, which is done in a moment: its 2xx crosses the CANCEL.
    if (call.active != kNoLeg && is_lent(call.legs[call.active]) &&
        call.legs[call.active].state == LegState::confirmed)
        return;
    if (call.state != CallState::inviting) return;  // crossed our final response: nothing to do
    auto& inbound = call.legs[kInbound];
    e.layer.respond(inbound.server, 487, {}, inbound.dialog.local_tag);
    note_end(e, call, EndedBy::caller, 487, "cancel", cancel);
    call.state = CallState::ending;
    leg_ended(e, call, kInbound);
    cancel_legs(e, call, kNoLeg, cancel.sip().header(wire::HeaderId::reason));
}

void cancel_legs(Engine& e, Call& call, LegIndex except, std::string_view reason) {
    for (LegIndex i = 1; i < call.legs.size(); ++i) {
        auto& leg = call.legs[i];
        if (i == except || (leg.state != LegState::calling && leg.state != LegState::early)) continue;
        // Its media is over at once; the leg itself when the final response is in (487, or a 2xx that
        // crosses).
        leg.state = LegState::ending;
        e.media.release(call.media, leg.media);
        if (leg.client == transaction::ClientId{} || !e.layer.cancel(leg.client, reason_line(reason)))
            leg_ended(e, call, i);
    }
    touch(e, call);
}

}  // namespace strowger::call
