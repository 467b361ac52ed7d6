// The part of a message that the dialog decides. What follows (Contact, passed headers, body) is the
// caller's.
#pragma once

#include <cstdint>
#include <string_view>

#include "dialog/dialog.hpp"
#include "message/incoming.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::dialog {

// Request line, Via, Max-Forwards, Route, From, To, Call-ID, CSeq (RFC 3261 12.2.1.1). `flow` is the one the
// request leaves on: Via names its local address. `remote_tag`: another than the dialog's (forked early
// dialogs).
void write_request(wire::SipWriter& w, const Dialog& dialog, const net::Flow& flow, std::string_view method,
                   std::uint32_t cseq, std::string_view branch, std::uint32_t max_forwards,
                   std::string_view remote_tag);

// Status line, Via (with received and rport, RFC 3581 4), Record-Route when `dialog_creating`, From, To with
// `local_tag` when it has none, Call-ID, CSeq.
void write_response(wire::SipWriter& w, const message::Incoming& request, std::uint16_t status,
                    std::string_view reason, std::string_view local_tag, bool dialog_creating);

// "<sip:user@192.0.2.1:5060>": our Contact toward a flow. `user` may be empty.
[[nodiscard]] std::string contact_of(const net::Flow& flow, std::string_view user);
// "192.0.2.1:5060" or "[2001:db8::1]"; the port is left out when it is 5060.
[[nodiscard]] std::string host_of(const wire::Endpoint& endpoint);

}  // namespace strowger::dialog
