// Responses that a worker writes itself, without state (RFC 3261 8.2.6, 8.2.7): Via, From, To, Call-ID and
// CSeq are the request's; a To without tag gets one that is the same for every retransmission.
#pragma once

#include <string_view>

#include "core/worker.hpp"

namespace strowger::sip {

struct Answer {
    std::uint16_t status = 0;
    std::string_view reason;
    std::uint32_t retry_after_s = 0;
    wire::HeaderId extra = wire::HeaderId::other;  // one header more; other: none
    std::string_view extra_value;
    std::string_view lines;  // complete header lines more, each with CRLF
    Counter counter{};
    Drop otherwise{};      // when no answer can be written: an ACK, a header missing, no buffer
    bool limited = false;  // by the answers' own rate: for what anybody may provoke
};

// Settles the packet.
void answer(core::Worker& w, core::Packet* packet, const Answer& with) noexcept;

// The ACK to an answer that a worker wrote: its To tag is ours.
[[nodiscard]] bool acknowledges_answer(const core::Worker& w, const wire::SipMessage& request) noexcept;

// Gives the control plane a copy of a message that it would not see, for the trace. Only as often as
// SourceLimits::take_copy() allows.
void copy_for_trace(core::Worker& w, const core::PacketInfo& info, bool outgoing,
                    std::string_view text) noexcept;

}  // namespace strowger::sip
