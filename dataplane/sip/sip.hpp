// Stage 2b: SIP. Keep-alives are answered here; every valid message goes to the control plane with its table.
#pragma once

#include "core/worker.hpp"

namespace strowger::sip {

// Settles every packet of lane sip.
void run(core::Worker& w, core::Burst& burst) noexcept;

}  // namespace strowger::sip
