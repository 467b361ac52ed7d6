// The stateless proxy (RFC 3261 16.11): decides where a message of a stateless call goes and sends it there.
#pragma once

#include "core/worker.hpp"

namespace strowger::sip {

// True: the packet is settled: forwarded, answered or dropped. False: it is the control plane's; where the call would
// have been a stateless one, a counter of stage `fallback` says why.
bool route(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept;

// The two halves of it.
bool route_request(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept;
bool route_response(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept;

// Whether calls from there are stateless: the trunk's word, else the realm's.
struct Source;
[[nodiscard]] Source source_of(const tables::Proxy& proxy, const core::PacketInfo& info) noexcept;

// Takes out what may not pass from one realm to the other: asserted identities unless both are trusted, and what the
// operator removes on the way out.
class Edits;
void remove_private(const tables::Proxy& proxy, const wire::SipMessage& message, RealmId in, RealmId out,
                    Edits& edits) noexcept;

}  // namespace strowger::sip
