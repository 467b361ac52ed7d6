#include "wheel.hpp"

#include <algorithm>

namespace strowger::callgun {

Wheel::Wheel(std::uint32_t capacity, Nanoseconds now)
    : nodes_(capacity + kSlots + 1), heads_(capacity), firing_(capacity + kSlots), tick_(now / kTick) {
    for (std::uint32_t head = heads_; head <= firing_; ++head)
        nodes_[head].next = nodes_[head].previous = head;
}

void Wheel::link(std::uint32_t timer, std::int64_t tick) noexcept {
    const std::uint32_t head = heads_ + (static_cast<std::uint32_t>(tick) & (kSlots - 1));
    nodes_[timer].next = head;
    nodes_[timer].previous = nodes_[head].previous;
    nodes_[nodes_[head].previous].next = timer;
    nodes_[head].previous = timer;
}

void Wheel::unlink(std::uint32_t timer) noexcept {
    nodes_[nodes_[timer].previous].next = nodes_[timer].next;
    nodes_[nodes_[timer].next].previous = nodes_[timer].previous;
    nodes_[timer].next = kNotRunning;
}

void Wheel::gather(std::int64_t tick) noexcept {
    const std::uint32_t head = heads_ + (static_cast<std::uint32_t>(tick) & (kSlots - 1));
    if (nodes_[head].next == head) return;
    nodes_[firing_].next = nodes_[head].next;
    nodes_[firing_].previous = nodes_[head].previous;
    nodes_[nodes_[head].next].previous = firing_;
    nodes_[nodes_[head].previous].next = firing_;
    nodes_[head].next = nodes_[head].previous = head;
}

void Wheel::start(std::uint32_t timer, Nanoseconds at) noexcept {
    if (running(timer)) unlink(timer);
    nodes_[timer].at = at;
    link(timer, std::max(tick_of(at), tick_ + 1));
}

void Wheel::stop(std::uint32_t timer) noexcept {
    if (running(timer)) unlink(timer);
}

}  // namespace strowger::callgun
