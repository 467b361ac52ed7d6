// Worker -> control plane: a packet that needs state. The packet stays the worker's; the control plane reads it,
// copies what it keeps, and gives it back with Dataplane::release().
#pragma once

#include <cstdint>

#include "strowger/ids.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::rings {

enum class PuntKind : std::uint8_t {
    sip,   // a valid message: `view` is its table
    stun,  // on a media port (RFC 7983 first byte 0-3)
    dtls,  // on a media port (first byte 20-63)
};

// Written by a worker, read by the control thread.
struct Punt {
    PuntKind kind = PuntKind::sip;
    WorkerId worker{};
    RealmId realm{};
    ListenerId listener{};                  // sip
    MediaAddressId media_address{};         // stun, dtls
    wire::Endpoint source;
    wire::Endpoint destination;
    Nanoseconds received = 0;
    const char* data = nullptr;             // UDP payload, readable for 64 bytes past its end
    std::uint32_t length = 0;
    const wire::SipView* view = nullptr;    // sip only; lies beside the packet and lives as long
    void* packet = nullptr;                 // the worker's handle; opaque here
};

}  // namespace strowger::rings
