// What the workers tell of a call's media: latches, final statistics, silence.
#include <algorithm>

#include "call/features.hpp"

namespace strowger::call {
namespace {

// One silent leg is no reason to end a call (a listener may be mute, a caller on hold): all legs are asked
// when they last heard something.
void ask_all(Engine& e, Call& call) {
    if (call.queries != 0 || call.state != CallState::answered) return;
    call.last_media = call.answered_at;
    std::size_t asked = e.media.query(call.media, call.legs[kInbound].media);
    if (call.active != kNoLeg) asked += e.media.query(call.media, call.legs[call.active].media);
    call.queries = static_cast<std::uint16_t>(asked);
}

void judge(Engine& e, Call& call) {
    if (call.state != CallState::answered || call.active == kNoLeg) return;
    const bool held = media::on_hold(call.legs[kInbound].media, call.legs[call.active].media);
    const auto limit = held ? call.media.hold_ms : call.media.inactivity_ms;
    if (limit == 0 || e.wheel.now() - call.last_media < limit * kMillisecond) return;
    ++e.counts.inactive;
    end_call(e, call, EndedBy::appliance, "media inactive", {}, "SIP;cause=200;text=\"Media inactive\"");
}

}  // namespace

void on_media_event(Engine& e, const rings::Event& event) {
    auto* call = e.calls.find(event.session);
    if (call == nullptr) return e.media.on_orphan(event);
    touch(e, *call);
    switch (event.kind) {
        case rings::EventKind::removed:
        case rings::EventKind::latched: {
            if (call->legs.empty()) return;
            auto& other = call->legs[call->active != kNoLeg ? call->active : call->legs.size() - 1];
            return e.media.on_event(call->media, call->legs[kInbound].media, other.media, event);
        }
        case rings::EventKind::inactive:
            return ask_all(e, *call);
        case rings::EventKind::statistics:
            if (call->queries == 0) return;
            call->last_media = std::max(call->last_media, event.statistics.last_packet);
            if (--call->queries == 0) judge(e, *call);
            return;
        case rings::EventKind::ssrc_changed:
        case rings::EventKind::hop_wanted:  // of no leg
            return;
    }
}

}  // namespace strowger::call
