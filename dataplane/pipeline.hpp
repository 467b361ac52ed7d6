// The order of the stages.
#pragma once

#include "core/worker.hpp"

namespace strowger {

// Packets as they came from a queue. When this returns every one is settled.
void run_burst(core::Worker& w, core::Burst& burst) noexcept;

// Packets that were classified already: handed over by another worker, or injected from a socket of the
// kernel.
void run_classified(core::Worker& w, core::Burst& burst) noexcept;

}  // namespace strowger
