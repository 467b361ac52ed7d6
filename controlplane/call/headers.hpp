// Which headers of one side's message reach the other side, and how.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::call {

// Views live as long as the engine's policies and the call.
struct HeaderRules {
    std::span<const std::string> remove;  // operator's `remove_headers` where the message leaves
    std::string_view server_name;         // replaces User-Agent and Server when hide_user_agent
    std::string_view digest_realm;        // credentials for it end here
    std::string our_host;                 // where the message leaves: Warning agents become this
    std::string their_host;               // where it came from: URIs that name it are rewritten
    std::string new_host;                 // to this
    std::string refer_to;                 // replaces Refer-To's value; empty: it is rewritten like any URI
    bool replaces_done = false;           // Replaces has been served here
    bool own_alert_info = false;          // we write Alert-Info ourselves
    bool hide_user_agent = false;
    bool identity = false;      // both sides are trusted: asserted identities pass
    bool own_identity = false;  // we write P-Asserted-Identity or Remote-Party-ID ourselves
    bool no_100rel = false;     // the option tag is taken out of Supported and Require
    bool no_timer = false;      // session timers end here: their headers and option tag do not pass
    bool no_privacy = false;    // withheld already: Privacy was served
};

// Copies every header that is not the dialog's own (Via, From, To, Call-ID, CSeq, Contact, routes,
// Max-Forwards, Content-Length, RSeq, RAck: all rewritten by us), in order, under the rules. `with_type`:
// Content-Type, -Encoding and -Disposition too (there is a body).
void copy_headers(wire::SipWriter& w, const wire::SipMessage& message, const HeaderRules& rules,
                  bool with_type);

// A URI's user with its escapes undone (RFC 3261 19.1.2); one that is malformed as it is.
[[nodiscard]] std::string plain(std::string_view user);
// The URI of a name-addr or addr-spec; a value that is neither as it is.
[[nodiscard]] std::string uri_of(std::string_view value);
// The first header of that name, for names that HeaderId does not list; empty: there is none.
[[nodiscard]] std::string_view named_header(const wire::SipMessage& message, std::string_view name);
// A Supported or Require value without `tag`; empty when nothing is left.
[[nodiscard]] std::string without_token(std::string_view list, std::string_view tag);
[[nodiscard]] bool has_token(const wire::SipMessage& message, wire::HeaderId id, std::string_view tag);

}  // namespace strowger::call
