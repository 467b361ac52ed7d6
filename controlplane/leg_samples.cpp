#include "leg_samples.hpp"

namespace strowger {

void LegSamples::ask(const call::Calls& calls, Dataplane& dataplane) {
    ++round_;
    std::size_t asked = 0;
    calls.each([&](const call::CallSummary& call) {
        for (const media::Side* side : {call.caller_media, call.callee_media}) {
            if (side == nullptr) continue;
            for (const media::Stream& stream : side->streams) {
                if (!stream.installed || asked >= kLegsASample) continue;
                const rings::LegId leg{side->address, stream.port};
                rings::Command query;
                query.kind = rings::CommandKind::query;
                query.leg = leg;
                query.session = kAsker;
                if (!dataplane.command(query)) return;
                samples_[key_of(leg)].round = round_;
                ++asked;
            }
        }
    });
    std::erase_if(samples_, [&](const auto& entry) { return entry.second.round != round_; });
}

bool LegSamples::take(const rings::Event& event) {
    if (event.kind != rings::EventKind::statistics || event.session != kAsker) return false;
    if (const auto found = samples_.find(key_of(event.leg)); found != samples_.end())
        found->second.event = event;
    return true;
}

const rings::Event* LegSamples::find(rings::LegId leg) const {
    const auto found = samples_.find(key_of(leg));
    return found == samples_.end() || found->second.event.leg != leg ? nullptr : &found->second.event;
}

}  // namespace strowger
