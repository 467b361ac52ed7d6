// The caller's half of a dialog: what a 200 to INVITE says about the requests that follow (RFC 3261 12.1.2).
#pragma once

#include "strowger/wire/ip.hpp"
#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_writer.hpp"
#include "text.hpp"

namespace strowger::callgun {

struct Dialog {
    Text<256> to;      // with the other side's tag
    Text<256> target;  // URI of its Contact
    Text<640> routes;  // the route set, in order, as a Route value; empty: none
    wire::Endpoint next_hop;

    // False: something is missing, or longer than there is room for. `fallback`: next hop when the first
    // route or the target is a name.
    [[nodiscard]] bool learn(const wire::SipMessage& answer, const wire::Endpoint& fallback) noexcept;
    void write_routes(wire::SipWriter& out) const noexcept {
        if (!routes.empty()) out.header(wire::HeaderId::route, routes.view());
    }
};

}  // namespace strowger::callgun
