// A REGISTER read: everything that RFC 3261 10.3 asks of it, as views into the message. No table is touched.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/accounts.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::registrar {

struct ContactRequest {
    std::string_view uri;
    std::string parameters;     // without q and expires
    std::string_view instance;  // in `parameters`: valid as long as the request is not moved
    std::uint32_t reg_id = 0;
    std::uint32_t expires = 0;  // seconds, granted; 0: remove
    std::uint16_t q = 1000;
};

struct RegisterRequest {
    bool star = false;                     // Contact: * with Expires: 0
    std::vector<ContactRequest> contacts;  // none and no star: a fetch
    std::string_view call_id;
    std::uint32_t cseq = 0;
    std::uint32_t branch = 0;  // hash of the top Via's branch
    std::string path;          // values joined by ", "
    std::string_view user_agent;
    std::uint16_t flags = 0;  // BindingFlags that the request decides
    bool outbound = false;    // RFC 5626 6: bindings with instance and reg-id are keyed by them
};

// What is wrong with a request; 0: nothing. `extra` are header lines to be sent along.
struct Refusal {
    std::uint16_t status = 0;
    std::string_view reason;
    std::string extra;
    [[nodiscard]] explicit operator bool() const { return status != 0; }
};

// Options of Require that we do not have: 420 with Unsupported (8.2.2.3).
[[nodiscard]] Refusal check_require(const wire::SipMessage& sip);

// Reads contacts, expiry, Path and the rest.
[[nodiscard]] Refusal read_register(const wire::SipMessage& sip, const ExpiryLimits& limits,
                                    RegisterRequest& out);

}  // namespace strowger::registrar
