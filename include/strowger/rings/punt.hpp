// Worker -> control plane: a packet that needs state. The packet stays the worker's; the control plane reads
// it, copies what it keeps, and gives it back with Dataplane::release().
#pragma once

#include <cstdint>

#include "strowger/digest/check.hpp"
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

// Credentials of a request that the worker found right. What is left to look at is whether the nonce's count
// was used before.
struct Verified {
    bool ok = false;
    digest::Role role{};      // whose header they were in
    wire::Slice realm;        // of the credentials, in the message
    wire::Slice user;         // username without "@realm", in the message
    std::uint32_t count = 0;  // nc
    digest::Nonce nonce;
};

// Written by a worker, read by the control thread.
struct Punt {
    PuntKind kind = PuntKind::sip;
    WorkerId worker{};
    RealmId realm{};
    ListenerId listener{};           // sip
    MediaAddressId media_address{};  // stun, dtls
    wire::Endpoint source;
    wire::Endpoint destination;
    Nanoseconds received = 0;
    const char* data = nullptr;  // UDP payload, readable for 64 bytes past its end
    std::uint32_t length = 0;
    const wire::SipView* view = nullptr;  // sip only; lies beside the packet and lives as long
    Verified verified;                    // sip
    void* packet = nullptr;               // the worker's handle; opaque here
};

}  // namespace strowger::rings
