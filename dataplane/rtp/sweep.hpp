// The slow round over live legs: inactivity, settling of latches, next hops that were missing, events that
// found no room.
#pragma once

#include "rtp/context.hpp"

namespace strowger::rtp {

inline constexpr Nanoseconds kSweepPeriod = kSecond;  // within which every live leg is visited

// Visits as many legs as the time since the last call is worth, at most 1024. Call from the worker's idle
// work, at least every few milliseconds.
void sweep(Context& context) noexcept;

}  // namespace strowger::rtp
