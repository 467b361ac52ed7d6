// The one change that a server makes to a Via: where the request really came from.
#pragma once

#include <string_view>

#include "strowger/wire/ip.hpp"
#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::wire {

// Appends a top Via element with `received` set to the source address (RFC 3261 18.2.1) and, where the
// element asks with `rport`, the source port (RFC 3581 4). What a client had put there itself is replaced.
void append_via_with_source(SipWriter& out, std::string_view element, const Endpoint& source) noexcept;

// Copies all Via fields of `request` into a response, the top one with its source.
void copy_vias_with_source(SipWriter& out, const SipMessage& request, const Endpoint& source) noexcept;

}  // namespace strowger::wire
