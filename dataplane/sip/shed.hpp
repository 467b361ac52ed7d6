// New work is refused while the control plane is behind, so that what is in progress goes on and what is let
// in is served (docs/operate/overload.md).
#pragma once

#include "core/worker.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::sip {

enum class Way : std::uint8_t {
    settled,   // refused, or the ACK to a refusal
    progress,  // belongs to something that was let in, or is an emergency: core::punt
    arrival,   // begins something: core::punt_arrival
};

// How a valid message gets to the control plane. Cost of a new request: a hash over its Via and CSeq.
[[nodiscard]] Way way_of(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept;

}  // namespace strowger::sip
