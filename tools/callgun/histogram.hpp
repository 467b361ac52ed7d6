// Times by logarithm, 128 cells an octave: every percentile is right to 0.8 % from nanoseconds to 18 minutes,
// in memory that does not grow.
#pragma once

#include <array>
#include <cstddef>

#include "strowger/time.hpp"
#include "tally.hpp"

namespace strowger::callgun {

// One writer; readers may look meanwhile and see it a few records behind.
class Histogram {
  public:
    // Negative values count as 0, larger ones than kHighest as kHighest.
    void record(Nanoseconds value) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return count_.get(); }
    [[nodiscard]] Nanoseconds highest() const noexcept { return static_cast<Nanoseconds>(highest_.get()); }
    [[nodiscard]] Nanoseconds mean() const noexcept;
    // The smallest value that at least `share` (0 to 1) of the records do not exceed, rounded up to its
    // cell's end. 0 without records.
    [[nodiscard]] Nanoseconds percentile(double share) const noexcept;

    static constexpr Nanoseconds kHighest = (Nanoseconds{1} << 40) - 1;

  private:
    static constexpr unsigned kBits = 7;
    static constexpr std::size_t kWidth = std::size_t{1} << kBits;
    static constexpr std::size_t kCells = (40 - kBits + 1) * kWidth;
    [[nodiscard]] static std::size_t cell_of(std::uint64_t value) noexcept;
    [[nodiscard]] static std::uint64_t end_of(std::size_t cell) noexcept;

    std::array<Tally, kCells> cells_;
    Tally count_;
    Tally sum_;
    Tally highest_;
};

}  // namespace strowger::callgun
