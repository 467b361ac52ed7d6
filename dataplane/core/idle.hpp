// How a worker waits: spin, then pause, then sleep a little longer each time (docs: adaptive idle).
#pragma once

#include <cstdint>

#include "strowger/time.hpp"

namespace strowger::core {

// One worker's patience. Owner: the worker.
class Idle {
  public:
    // Called once a loop that found nothing. Nanoseconds to sleep now; 0: poll again at once.
    // `live`: the worker has legs or spoke SIP within the last second.
    [[nodiscard]] Nanoseconds wait(Nanoseconds now, bool live) noexcept {
        if (since_ == 0) since_ = now;
        if (now - since_ < kSpin) return 0;
        const Nanoseconds longest = live ? kLongestLive : kLongestIdle;
        sleep_ = sleep_ == 0 ? kMicrosecond : sleep_ * 2;
        if (sleep_ > longest) sleep_ = longest;
        return sleep_;
    }
    // Called once a loop that found work.
    void worked() noexcept { since_ = sleep_ = 0; }

  private:
    static constexpr Nanoseconds kSpin = 50 * kMicrosecond;
    static constexpr Nanoseconds kLongestLive = 250 * kMicrosecond;
    static constexpr Nanoseconds kLongestIdle = kMillisecond;
    Nanoseconds since_ = 0;
    Nanoseconds sleep_ = 0;
};

}  // namespace strowger::core
