// Keep-alives on a SIP port: CRLF (RFC 3261 7.5, RFC 5626 3.5.1), STUN binding (RFC 5626 3.5.2), and the
// short all-zero datagrams that some phones send.
#pragma once

#include "core/worker.hpp"

namespace strowger::sip {

// True: the packet was one and is settled.
bool keepalive(core::Worker& w, core::Packet* packet) noexcept;

}  // namespace strowger::sip
