// What came of one RTP stream: lost, doubled, out of order, late, and its jitter (RFC 3550 6.4.1, A.1).
#pragma once

#include <cstdint>

#include "strowger/time.hpp"

namespace strowger::callgun {

enum class Arrival : std::uint8_t { first, in_order, reordered, duplicate, too_old };

// One packet of the stream, as its sender numbered it.
class StreamReceiver {
  public:
    // `number`: of the packet, from 0, never wrapping. `transit`: arrival less sending, by whatever clocks.
    Arrival receive(std::uint32_t number, Nanoseconds transit) noexcept;

    [[nodiscard]] std::uint32_t received() const noexcept { return received_; }  // duplicates left out
    // Numbers up to the highest that did not come. Those sent after the last one received are not known here.
    [[nodiscard]] std::uint32_t lost() const noexcept {
        return received_ == 0 ? 0 : highest_ + 1 - received_;
    }
    [[nodiscard]] Nanoseconds jitter() const noexcept { return jitter_; }
    // How much longer than the stream's fastest packet the last one took.
    [[nodiscard]] Nanoseconds behind() const noexcept { return last_transit_ - fastest_; }

  private:
    std::uint32_t received_ = 0;
    std::uint32_t highest_ = 0;
    std::uint64_t window_ = 0;  // bit n: highest_ - n has come
    Nanoseconds last_transit_ = 0;
    Nanoseconds fastest_ = 0;
    Nanoseconds jitter_ = 0;
};

}  // namespace strowger::callgun
