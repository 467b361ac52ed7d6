// Route and Record-Route (RFC 3261 16.4, 16.6 items 4 to 6, 16.12; RFC 5658).
#pragma once

#include "sip/trip.hpp"

namespace strowger::sip {

// False: malformed, or more values than a request may have.
[[nodiscard]] bool read_route_set(Trip& t) noexcept;

enum class OwnRoute : std::uint8_t { none, token, forged };
// Takes off what names us: at the front of the route set, or, from a strict router before us, in the
// Request-URI, whose place the last value of the route set then takes. Fills token.
[[nodiscard]] OwnRoute take_own_routes(Trip& t) noexcept;

// A Request-URI that stands for the other side's Contact becomes that again. False: it looks like one, and we
// did not make it for that side.
[[nodiscard]] bool restore_target(Trip& t) noexcept;

// RFC 3261 16.4: a Request-URI that names us by `maddr` loses that and its port.
void remove_own_maddr(Trip& t) noexcept;

// Whether requests go to the NAT's address of a peer there.
[[nodiscard]] bool behind_nat(const tables::ProxyRealm& realm) noexcept;

// Whether a URI's host and port are a listener's of ours; kNone: no. `preferred` is looked at first, since
// addresses may overlap between VLANs.
[[nodiscard]] ListenerId own_listener(const tables::Tables& tables, const wire::SipUri& uri,
                                      ListenerId preferred) noexcept;

// A route's first value without `lr`: the Request-URI goes to the end of the route set, and the value's URI
// takes its place. False: too many values.
[[nodiscard]] bool prepare_strict_router(Trip& t) noexcept;

// Appends two Record-Route lines to t.text: the out side's, and below it the in side's.
void write_record_routes(Trip& t) noexcept;

}  // namespace strowger::sip
