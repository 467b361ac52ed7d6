// What the command line asks for, checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ranges.hpp"
#include "strowger/dataplane.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::callgun {

enum class Load : std::uint8_t { options, register_, calls };
enum class Role : std::uint8_t { both, caller, callee };

// A port and our addresses on it.
struct Side {
    PortSpec port;
    std::string netns;         // network namespace of the port (ip netns); empty: ours
    std::uint8_t prefix = 24;  // memif: length of the network that our addresses are given on the tap
    std::vector<wire::IpAddress> addresses;
    PortRange sip{5060, 5060};
    friend bool same_port(const Side& a, const Side& b) {
        return a.port.driver == b.port.driver && a.port.interface == b.port.interface &&
               a.port.device == b.port.device && a.netns == b.netns;
    }
};

struct Options {
    Load load = Load::options;
    Role role = Role::both;
    wire::Endpoint target;
    Side caller;
    Side callee;  // no addresses: calls are answered by somebody else
    PortRange media{20'000, 59'999};

    double rate = 10;         // attempts a second
    std::uint64_t count = 0;  // attempts; 0: rate x duration
    double duration = 10;     // seconds

    bool search = false;
    double step = 10;  // seconds of load a step
    double rest = 2;   // seconds between steps
    double max_rate = 100'000;
    double allowed_failures = 0.001;
    double allowed_repeated = 1;  // share that may complete only after a retransmission
    double precision = 0.05;
    unsigned tries = 1;  // of a step before it counts as failed

    Names users;
    std::string password;  // "{user}" stands for the user's name; empty: challenges are not answered
    std::string domain;    // empty: the target's address
    std::uint32_t expires = 3600;
    bool avalanche = false;
    bool fresh = false;  // REGISTER: never with the nonce of last time

    Names numbers;  // whom calls go to
    Nanoseconds ring = 0;
    Nanoseconds hold = kSecond;
    bool rtp = false;
    bool pcmu = false;
    Nanoseconds jitter_buffer = 60 * kMillisecond;

    Nanoseconds t1 = 500 * kMillisecond;  // RFC 3261 17
    Nanoseconds t2 = 4 * kSecond;
    std::uint32_t slots = 0;  // 0: from rate and length of an attempt

    int cpu = -1;
    bool relaxed = false;  // sleep when there is nothing to do
    std::uint32_t packet_buffers = 16'384;
    std::string json;
    bool quiet = false;

    // Attempts of a run at `rate` for `seconds`.
    [[nodiscard]] std::uint64_t attempts() const {
        return count != 0 ? count : static_cast<std::uint64_t>(rate * duration + 0.5);
    }
    // Longest an attempt can take at a server that answers: what slots are for.
    [[nodiscard]] Nanoseconds longest_attempt() const {
        return load == Load::calls ? ring + hold + 2 * 64 * t1 : 64 * t1;
    }
};

// False: `answer` is to be printed and callgun to end with `exit_code` (0: help was asked for).
bool parse_options(int argc, const char* const* argv, Options& out, std::string& answer, int& exit_code);

}  // namespace strowger::callgun
