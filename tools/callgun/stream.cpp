#include "stream.hpp"

#include <algorithm>
#include <cstdlib>

namespace strowger::callgun {
namespace {

constexpr std::uint32_t kWindow = 64;

}  // namespace

Arrival StreamReceiver::receive(std::uint32_t number, Nanoseconds transit) noexcept {
    Arrival arrival = Arrival::in_order;
    if (received_ == 0) {
        arrival = Arrival::first;
        highest_ = number;
        window_ = 1;
        fastest_ = last_transit_ = transit;
    } else if (number > highest_) {
        const std::uint32_t ahead = number - highest_;
        window_ = ahead >= kWindow ? 1 : window_ << ahead | 1;
        highest_ = number;
    } else {
        const std::uint32_t back = highest_ - number;
        if (back >= kWindow) return Arrival::too_old;  // doubled or reordered: there is no telling any more
        const std::uint64_t bit = std::uint64_t{1} << back;
        if ((window_ & bit) != 0) return Arrival::duplicate;
        window_ |= bit;
        arrival = Arrival::reordered;
    }
    ++received_;
    jitter_ += (std::abs(transit - last_transit_) - jitter_) / 16;
    last_transit_ = transit;
    fastest_ = std::min(fastest_, transit);
    return arrival;
}

}  // namespace strowger::callgun
