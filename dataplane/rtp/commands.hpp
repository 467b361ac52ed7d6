// The control plane's leg commands, applied by the worker that owns the port.
#pragma once

#include "rtp/context.hpp"
#include "strowger/rings/command.hpp"

namespace strowger::rtp {

// Applies one command. The answer that remove and query owe goes into the event ring: apply only while it has
// room (apply_commands does).
void apply(Context& context, const rings::Command& command) noexcept;

// Takes at most `limit` commands from the ring, no more than the event ring can answer; returns how many.
std::size_t apply_commands(Context& context, rings::Spsc<rings::Command>& commands,
                           std::size_t limit) noexcept;

}  // namespace strowger::rtp
