// What the stateless proxy reads of a message: once, into views.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/packet.hpp"
#include "strowger/wire/sip_message.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::sip {

// A Via with the parameters that routing looks at.
struct ViaFacts {
    std::string_view element;
    std::string_view host;
    std::uint16_t port = 0;  // 0: none given
    std::string_view branch;
    std::string_view rport;  // the parameter's name as it stands; empty: none
    std::string_view rport_value;
    std::string_view received;
    std::string_view maddr;
    std::string_view hidden;  // ours alone: the Vias below it (sip/hidden.hpp)
};

struct Facts {
    ViaFacts via;  // topmost
    std::string_view from_tag;
    std::string_view to_tag;
    std::string_view call_id;
    std::uint32_t cseq = 0;
};

// False: no Via of RFC 3261 20.42.
[[nodiscard]] bool read_via(std::string_view element, ViaFacts& out) noexcept;

// False: a header that every message must have can't be read.
[[nodiscard]] bool read_facts(const wire::SipMessage& message, Facts& out) noexcept;

// Where responses of a request with this Via go (RFC 3261 18.2.2, RFC 3581 4). False: the Via names no
// address.
[[nodiscard]] bool answer_address(const ViaFacts& via, wire::Endpoint& out) noexcept;
// The same for a Via that has just come from `source` and gets received and rport written.
[[nodiscard]] wire::Endpoint answer_address(const ViaFacts& via, const wire::Endpoint& source) noexcept;

}  // namespace strowger::sip
