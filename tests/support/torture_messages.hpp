// Messages after RFC 4475 and RFC 5118, each with what the wire code must say of it. The names are the RFCs'
// own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_tokenise.hpp"

namespace strowger::test {

struct TortureMessage {
    std::string_view name;
    std::string_view section;
    std::string bytes;
    wire::TokeniseStatus status = wire::TokeniseStatus::ok;
    // Of a message that is a table of headers: which value does not parse.
    bool bad_request_uri = false;
    std::vector<wire::HeaderId> bad_values;
};

[[nodiscard]] std::vector<TortureMessage> valid_torture();     // RFC 4475 3.1.1
[[nodiscard]] std::vector<TortureMessage> invalid_torture();   // RFC 4475 3.1.2
[[nodiscard]] std::vector<TortureMessage> semantic_torture();  // RFC 4475 3.2 to 3.4
[[nodiscard]] std::vector<TortureMessage> ipv6_torture();      // RFC 5118 4
[[nodiscard]] std::vector<TortureMessage> all_torture();

}  // namespace strowger::test
