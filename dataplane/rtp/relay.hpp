// The rtp stage: datagrams of media ports to their legs, and out through the peers.
#pragma once

#include "core/worker.hpp"

namespace strowger::rtp {

// STUN and DTLS packets that one leg may hand to the control plane a second.
inline constexpr std::uint16_t kPuntsASecond = 100;

// Settles every packet of the burst whose lane is media. Two passes: find and prefetch the legs, then work.
// Cost: see bench/micro/relay.cpp.
void run(core::Worker& w, core::Burst& burst) noexcept;

// Applies waiting leg commands, at most 64; returns how many. Call once a loop.
std::size_t run_commands(core::Worker& w) noexcept;

// The slow round over live legs (sweep.hpp). Call once a loop or at least every few milliseconds.
void run_sweep(core::Worker& w) noexcept;

}  // namespace strowger::rtp
