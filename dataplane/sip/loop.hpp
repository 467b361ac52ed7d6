// Loops (RFC 3261 16.3 item 4, RFC 5393 4.2).
#pragma once

#include "sip/trip.hpp"

namespace strowger::sip {

// What a branch carries against loops (RFC 5393 4.2.2): a hash of everything that routing looks at.
[[nodiscard]] std::uint32_t loop_value(const Trip& t) noexcept;
// Whether the request was here before with that value. Vias that we hid are looked into.
[[nodiscard]] bool has_looped(const Trip& t, std::uint32_t loop) noexcept;

}  // namespace strowger::sip
