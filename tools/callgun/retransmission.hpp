// The timers of a request over UDP: A and B for INVITE (RFC 3261 17.1.1.2), E and F for all others
// (17.1.2.2).
#pragma once

#include <algorithm>

#include "strowger/time.hpp"

namespace strowger::callgun {

struct Retransmission {
    Nanoseconds interval = 0;
    Nanoseconds give_up = 0;
    bool repeated = false;

    // The request leaves now. When to look again.
    Nanoseconds begin(Nanoseconds now, Nanoseconds t1) noexcept {
        interval = t1;
        give_up = now + 64 * t1;
        repeated = false;
        return now + t1;
    }
    [[nodiscard]] bool over(Nanoseconds now) const noexcept { return now >= give_up; }
    // It leaves again. When to look again; `longest` is T2, and no bound for INVITE.
    Nanoseconds again(Nanoseconds now, Nanoseconds longest) noexcept {
        repeated = true;
        interval = std::min(interval * 2, longest);
        return std::min(now + interval, give_up);
    }
};
inline constexpr Nanoseconds kNoLongest = INT64_MAX / 4;

}  // namespace strowger::callgun
