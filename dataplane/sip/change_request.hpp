// What a forwarded request leaves with (RFC 3261 16.6): Via, Record-Route, Route, Max-Forwards, Request-URI.
#pragma once

#include "sip/trip.hpp"

namespace strowger::sip {

// Whether the request makes a dialog, so that we stay on its path.
[[nodiscard]] bool makes_dialog(const Trip& t) noexcept;

// Lists the changes; `loop` goes into the branch. False: what has to be hidden does not fit.
[[nodiscard]] bool change_request(Trip& t, std::uint32_t loop, Edits& edits) noexcept;

}  // namespace strowger::sip
