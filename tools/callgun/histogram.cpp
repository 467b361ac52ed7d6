#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace strowger::callgun {

// The first kWidth cells hold one value each; every octave above is cut into kWidth cells.
std::size_t Histogram::cell_of(std::uint64_t value) noexcept {
    if (value < kWidth) return value;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kBits;
    return (shift + 1) * kWidth + ((value >> shift) - kWidth);
}

std::uint64_t Histogram::end_of(std::size_t cell) noexcept {
    if (cell < kWidth) return cell;
    const std::size_t shift = cell / kWidth - 1;
    return ((kWidth + cell % kWidth + 1) << shift) - 1;
}

void Histogram::record(Nanoseconds value) noexcept {
    const auto v = static_cast<std::uint64_t>(std::clamp<Nanoseconds>(value, 0, kHighest));
    cells_[cell_of(v)].add();
    count_.add();
    sum_.add(v);
    if (v > highest_.get()) highest_.set(v);
}

Nanoseconds Histogram::mean() const noexcept {
    const std::uint64_t n = count();
    return n == 0 ? 0 : static_cast<Nanoseconds>(sum_.get() / n);
}

Nanoseconds Histogram::percentile(double share) const noexcept {
    const std::uint64_t n = count();
    if (n == 0) return 0;
    const auto wanted =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(n))));
    std::uint64_t seen = 0;
    for (std::size_t cell = 0; cell < kCells; ++cell) {
        seen += cells_[cell].get();
        if (seen >= wanted) return std::min(static_cast<Nanoseconds>(end_of(cell)), highest());
    }
    return highest();
}

}  // namespace strowger::callgun
