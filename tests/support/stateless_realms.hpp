// two_realms() with stateless calls between them.
#pragma once

#include <string>

#include "strowger/tables/tables.hpp"

namespace strowger::test {

// Both realms are stateless; domain lab.example with subscribers 1001 to 1099 and a ring group 1200 (1002 is registered from
// 10.10.0.99:5070, 1003 from [fd10:a::99]:5070); 00… goes to trunk `carriers` (10.20.0.99 and 10.20.0.10, weights 2 and 1),
// 999 is refused with 603, a subscriber's number rings its contact, all else from access goes to trunk `pbx`
// (10.20.0.10:5060, domain pbx.example). Tests may change `tables` further before the first packet.
void stateless_realms(tables::Tables& tables);

// Registers a contact.
void register_contact(tables::Tables& tables, const char* aor, const char* uri, ListenerId listener,
                      const char* remote, const char* path = "");

}  // namespace strowger::test
