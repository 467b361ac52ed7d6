// What the stateless proxy reads of a message: once, into views.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/packet.hpp"
#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::sip {

struct Facts {
    std::string_view via_element;  // topmost
    wire::Via via;
    std::string_view from_tag;
    std::string_view to_tag;
    std::string_view call_id;
    std::uint32_t cseq = 0;
};

// False: a header that every message must have can't be read.
[[nodiscard]] bool read_facts(const wire::SipMessage& message, Facts& out) noexcept;

// Where responses of a request with this Via go (RFC 3261 18.2.2, RFC 3581 4). False: the Via names no address.
[[nodiscard]] bool answer_address(const wire::Via& via, wire::Endpoint& out) noexcept;
// The same for a Via that has just come from `source` and gets received and rport written.
[[nodiscard]] wire::Endpoint answer_address(const wire::Via& via, const wire::Endpoint& source) noexcept;

// The value of the tag parameter of From or To; empty: none.
[[nodiscard]] std::string_view tag_of(std::string_view value) noexcept;

}  // namespace strowger::sip
