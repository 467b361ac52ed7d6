// ENUM: the SIP address that DNS has for a telephone number (RFC 6116; NAPTR: RFC 3402, RFC 3403). All of it
// comes from the network: every step is bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "resolver/cache.hpp"

namespace strowger::resolver {

struct Enumerated {
    enum class State : std::uint8_t {
        found,
        nothing,  // no such number, or no SIP address for it
        pending,  // the question is under way; ask again when there is news
        failed,   // no name server answers
    };
    State state = State::nothing;
    std::string uri;  // found: sip: or sips:, with a user part
};

// `number` with or without its leading +; anything but digits has no domain. `read` as Cache::read.
[[nodiscard]] Enumerated enumerate(std::string_view number, std::string_view suffix,
                                   const std::function<Reading(const Question&)>& read);

// "4.3.2.1.9.4.e164.arpa" of 491234. nullopt: not 1 to 15 digits, or the name gets too long (RFC 6116 3.2).
[[nodiscard]] std::optional<std::string> enum_domain(std::string_view number, std::string_view suffix);
// What a NAPTR's regexp field ("!^\+49(.*)$!sip:\1@carrier.example!") makes of "+491234". nullopt: it does not
// match, or is malformed, or asks for more than a bounded effort.
[[nodiscard]] std::optional<std::string> substituted(std::string_view regexp, std::string_view subject);

}  // namespace strowger::resolver
