// Worker -> control plane: copies of messages that the worker settled itself (what it answered, and its
// answers), for the trace. Lossy: so many a second, and none while the ring is full.
#pragma once

#include <array>
#include <cstdint>

#include "strowger/ids.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::rings {

// Written by a worker, read by the control thread.
struct Copy {
    static constexpr std::size_t kMost = 2048;  // bytes of a message that are kept
    bool outgoing = false;
    WorkerId worker{};
    RealmId realm{};
    ListenerId listener{};
    std::uint16_t length = 0;  // of `text`
    wire::Endpoint local;
    wire::Endpoint remote;
    Nanoseconds time = 0;
    std::array<char, kMost> text;
};

}  // namespace strowger::rings
