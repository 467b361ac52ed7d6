// Time as benchmarks measure it.
#pragma once

#include <ctime>

namespace strowger::bench {

// Seconds that this thread has run: a machine that is shared with others changes it little.
inline double thread_time() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace strowger::bench
