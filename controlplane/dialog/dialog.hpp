// A dialog (RFC 3261 12) as plain data. Both sides of a call have one each; nothing but this survives a
// message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/transport.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::dialog {

struct Dialog {
    std::string call_id;
    std::string local_tag;
    std::string remote_tag;              // empty: not known yet
    std::string local;                   // From of our requests without tag: "Alice" <sip:alice@example.com>
    std::string remote;                  // To of our requests without tag
    std::string remote_target;           // Request-URI of our requests
    std::string contact;                 // ours: <sip:user@host:port>
    std::vector<std::string> route_set;  // name-addrs with their parameters, in the order of a request
    net::Flow flow;                      // where the first message went or came from
    std::uint32_t local_cseq = 0;
    std::uint32_t remote_cseq = 0;
    // Where the next hop was found, when it is a name: a later change of DNS moves no dialog.
    std::string settled_for;  // the name
    wire::Endpoint settled;
    bool pinned = false;  // requests always go along `flow`: the peer is behind NAT, or its Contact is not to
                          // be trusted
};

// Takes what a dialog-creating message of the peer says: remote target (Contact) and, when `with_routes`, the
// route set (Record-Route; `reversed` for responses, RFC 3261 12.1.2). False: there is no usable Contact.
bool learn(Dialog& dialog, const wire::SipMessage& message, bool with_routes, bool reversed);
// A target refresh (12.2): the new Contact, when there is one.
void refresh_target(Dialog& dialog, const wire::SipMessage& message);

// The address of the next hop by route set or remote target, when it is an IP address; otherwise, and when
// the dialog is pinned, where the flow leads. False: use the flow as it is.
bool next_hop(const Dialog& dialog, wire::Endpoint& out);

// The same hop when it is a host name. False: it is an address, or the flow is to be used. Views into the
// dialog.
bool named_next_hop(const Dialog& dialog, net::NamedHop& out);

// The header value without its tag parameter: what goes into Dialog::local and remote.
[[nodiscard]] std::string without_tag(std::string_view value);

}  // namespace strowger::dialog
