#include "pipeline.hpp"

#include "classify/classify.hpp"
#include "rtp/relay.hpp"
#include "sip/sip.hpp"

namespace strowger {

// Stages are free functions over the burst, called statically. Each takes the packets of its lane and settles
// them by a verdict of core/worker.hpp.
template <auto Run>
concept Stage = std::is_nothrow_invocable_r_v<void, decltype(Run), core::Worker&, core::Burst&>;

static_assert(Stage<classify::run> && Stage<rtp::run> && Stage<sip::run>);

void run_burst(core::Worker& w, core::Burst& burst) noexcept {
    classify::run(w, burst);  // which lane: media, sip, or not ours
    run_classified(w, burst);
}

void run_classified(core::Worker& w, core::Burst& burst) noexcept {
    rtp::run(w, burst);  // leg, source check, statistics, rewrite, transmit
    sip::run(w, burst);  // keep-alive, screen, tokenise, punt
    core::flush(w);      // one transmit call a port
}

}  // namespace strowger
