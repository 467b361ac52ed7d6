// Where a new request goes (RFC 3261 16.5): the dial plan's line, then the subscriber's contact or a trunk's target.
#pragma once

#include "sip/trip.hpp"

namespace strowger::sip {

// Decides Request-URI, route set (a registered path) and hop. RFC 3261 16.11: one target, and the same one for all
// messages of the transaction as long as tables do not change between them.
[[nodiscard]] Fate dial(Trip& t) noexcept;

// Whether the caller that From names registered from where this request comes from.
[[nodiscard]] bool is_registered_caller(Trip& t) noexcept;

// The host and port of a URI, its maddr before its host. False: a host name.
[[nodiscard]] bool address_of(const wire::SipUri& uri, wire::Endpoint& out) noexcept;

// A trunk's target for this call. False: none is up, or it can't be reached from its realm.
[[nodiscard]] const tables::TrunkTarget* choose_target(const Trip& t, const tables::Trunk& trunk) noexcept;

}  // namespace strowger::sip
