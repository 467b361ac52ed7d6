// Where a SIP URI's host is: RFC 3263 4, by NAPTR, SRV (RFC 2782) and address records.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/flow.hpp"
#include "resolver/cache.hpp"

namespace strowger::resolver {

// What is looked for, and what whoever asks can use.
struct Wanted {
    std::string host;                             // as host_name() gives it
    std::uint16_t port = 0;                       // 0: as SRV records say, or the transport's own
    std::optional<net::TransportKind> transport;  // of the URI's parameter
    bool secure = false;                          // sips
    std::uint8_t transports = 1;                  // bits by TransportKind: those that can be sent over
    bool v4 = true;
    bool v6 = true;
    friend auto operator<=>(const Wanted&, const Wanted&) = default;
};
[[nodiscard]] constexpr std::uint8_t bit_of(net::TransportKind kind) {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(kind));
}

struct Hop {
    net::TransportKind transport = net::TransportKind::udp;
    wire::Endpoint remote;
    std::uint16_t tier = 0;      // a lower one is tried first
    std::uint32_t weight = 100;  // share of the calls within its tier; never 0
    friend bool operator==(const Hop&, const Hop&) = default;
};

struct Location {
    enum class State : std::uint8_t { ready, pending, failed };
    State state = State::failed;
    std::vector<Hop> hops;  // ready: by tier, none of them twice
    Nanoseconds until = 0;  // when it is worth asking again
    bool stale = false;     // no name server answers; these are the last good answers
    std::string why;        // failed: "the name does not exist", as the end of a sentence
};

// `read` as Cache::read. Pending: the questions are under way; call again when one is answered.
[[nodiscard]] Location locate(const Wanted& wanted, const std::function<Reading(const Question&)>& read);

}  // namespace strowger::resolver
