// Responses that a worker writes itself to malformed requests: 400 and 505.
#pragma once

#include <string_view>

#include "core/worker.hpp"

namespace strowger::sip {

// Answers the request in the packet from what its view holds and settles it; `counter` counts the answer,
// `otherwise` drops the packet when no answer can be written (no Via or another response header, no buffer,
// or the answers' own rate is used up). RFC 3261 8.2.6: Via, From, To, Call-ID and CSeq are copied.
void refuse(core::Worker& w, core::Packet* packet, std::uint16_t status, std::string_view reason,
            std::uint32_t retry_after_s, Counter counter, Drop otherwise) noexcept;

}  // namespace strowger::sip
