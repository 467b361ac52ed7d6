// One monotonic time for both planes: nanoseconds since an arbitrary start (CLOCK_MONOTONIC).
#pragma once

#include <cstdint>
#include <ctime>

namespace strowger {

// Passed in by whoever drives the loop, so that every component can be tested with a clock of the test's own.
using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds kMicrosecond = 1'000;
inline constexpr Nanoseconds kMillisecond = 1'000'000;
inline constexpr Nanoseconds kSecond = 1'000'000'000;

// The clock itself, for whoever drives a loop. About 25 ns.
[[nodiscard]] inline Nanoseconds clock_now() noexcept {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * kSecond + t.tv_nsec;
}

}  // namespace strowger
