// The network of the packet tests: a phone's side and a PBX's side.
#pragma once

#include "packet.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::test {

// Ports 0 (access) and 1 (core), a realm on each: 10.10.0.1 and fd10:a::1 untrusted, 10.20.0.1 and fd10:b::1
// trusted; SIP on 5060, media on 16384-32767. Neighbours .10 and .99 of both are known, with kPeerMac. Not
// sealed.
void two_realms(tables::Tables& tables);

}  // namespace strowger::test
