// The digest firewall: requests that need credentials are challenged and checked here, without state, so that
// only verified ones reach the control plane or leave (RFC 3261 22).
#pragma once

#include "core/worker.hpp"
#include "sip/rewrite.hpp"

namespace strowger::sip {

// True: the request may go on: nobody asks it for credentials, or they are right
// (PacketPrivate::authenticated and verified then say so). False: the packet is settled: challenged, refused
// or dropped.
bool authenticate(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept;

// Takes credentials that were meant for us out of a message that leaves in realm `out` (RFC 3261 22.3).
void remove_credentials(const core::Worker& w, core::Packet* packet, const wire::SipMessage& message,
                        RealmId out, Edits& edits) noexcept;

}  // namespace strowger::sip
