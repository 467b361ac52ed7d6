// What the calls of a daemon add up to.
#pragma once

#include <cstdint>

namespace strowger::call {

struct Counts {
    std::uint64_t calls = 0;      // now, ending ones included
    std::uint64_t answered = 0;   // now
    std::uint64_t attempts = 0;   // since start
    std::uint64_t completed = 0;  // were answered and are over
    std::uint64_t failed = 0;     // were not answered
    std::uint64_t challenged = 0;
    std::uint64_t refused_limit = 0;
    std::uint64_t no_ports = 0;
    std::uint64_t inactive = 0;        // ended for want of media
    std::uint64_t unknown_dialog = 0;  // 481
};

}  // namespace strowger::call
