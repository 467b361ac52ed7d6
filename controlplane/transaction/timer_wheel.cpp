#include "transaction/timer_wheel.hpp"

#include <algorithm>
#include <limits>

namespace strowger::transaction {
namespace {

constexpr Nanoseconds kTick = kMillisecond;

TimerId id_of(std::uint32_t node, std::uint32_t generation) {
    return static_cast<TimerId>(generation) << 32 | (node + 1);
}

}  // namespace

TimerWheel::TimerWheel(Nanoseconds now) : nodes_(kLists), tick_(now / kTick), now_(now) {
    for (std::uint32_t i = 0; i < kLists; ++i) nodes_[i].next = nodes_[i].previous = i;
}

void TimerWheel::attach(OwnerKind kind, TimerUser& user) {
    users_[static_cast<std::size_t>(kind)] = &user;
}

// Into the list of its tick: the lowest level whose turn it falls into.
void TimerWheel::link(std::uint32_t node) {
    const std::int64_t tick = std::max(nodes_[node].tick, tick_ + 1);
    std::uint32_t level = 0;
    while (level + 1 < kLevels && (tick - tick_) >> (8 * (level + 1)) != 0) ++level;
    // What lies beyond the last level waits there and is looked at again when its slot comes round.
    const auto slot = static_cast<std::uint32_t>(tick >> (8 * level)) & (kSlots - 1);
    const std::uint32_t head = level * kSlots + slot;
    nodes_[node].next = head;
    nodes_[node].previous = nodes_[head].previous;
    nodes_[nodes_[head].previous].next = node;
    nodes_[head].previous = node;
}

void TimerWheel::unlink(std::uint32_t node) {
    nodes_[nodes_[node].previous].next = nodes_[node].next;
    nodes_[nodes_[node].next].previous = nodes_[node].previous;
}

void TimerWheel::splice(std::uint32_t from, std::uint32_t to) {
    if (nodes_[from].next == from) return;
    const std::uint32_t first = nodes_[from].next;
    const std::uint32_t last = nodes_[from].previous;
    const std::uint32_t tail = nodes_[to].previous;
    nodes_[tail].next = first;
    nodes_[first].previous = tail;
    nodes_[last].next = to;
    nodes_[to].previous = last;
    nodes_[from].next = nodes_[from].previous = from;
}

void TimerWheel::release(std::uint32_t node) {
    nodes_[node].live = false;
    ++nodes_[node].generation;
    free_.push_back(node);
    --running_;
}

TimerId TimerWheel::start(Nanoseconds at, const Owner& owner) {
    std::uint32_t node = 0;
    if (free_.empty()) {
        node = static_cast<std::uint32_t>(nodes_.size());
        nodes_.emplace_back();
    } else {
        node = free_.back();
        free_.pop_back();
    }
    nodes_[node].live = true;
    nodes_[node].tick = (at + kTick - 1) / kTick;
    nodes_[node].owner = owner;
    link(node);
    ++running_;
    return id_of(node, nodes_[node].generation);
}

void TimerWheel::cancel(TimerId& timer) {
    const TimerId id = timer;
    timer = 0;
    if (id == 0) return;
    const auto node = static_cast<std::uint32_t>(id) - 1;
    if (node >= nodes_.size() || !nodes_[node].live || id_of(node, nodes_[node].generation) != id) return;
    unlink(node);
    release(node);
}

// Deals the slot of `level` that begins now to the levels below.
void TimerWheel::cascade(std::uint32_t level) {
    const auto slot = static_cast<std::uint32_t>(tick_ >> (8 * level)) & (kSlots - 1);
    splice(level * kSlots + slot, kFiring);
    while (nodes_[kFiring].next != kFiring) {
        const std::uint32_t node = nodes_[kFiring].next;
        unlink(node);
        // Due this very tick: it fires with the level-0 slot that follows.
        if (nodes_[node].tick <= tick_) {
            const std::uint32_t head = static_cast<std::uint32_t>(tick_) & (kSlots - 1);
            nodes_[node].next = head;
            nodes_[node].previous = nodes_[head].previous;
            nodes_[nodes_[head].previous].next = node;
            nodes_[head].previous = node;
        } else {
            link(node);
        }
    }
    if (slot == 0 && level + 1 < kLevels) cascade(level + 1);
}

void TimerWheel::advance(Nanoseconds now) {
    now_ = std::max(now_, now);
    const std::int64_t target = now_ / kTick;
    while (tick_ < target) {
        if (running_ == 0) {
            tick_ = target;
            return;
        }
        ++tick_;
        const auto slot = static_cast<std::uint32_t>(tick_) & (kSlots - 1);
        if (slot == 0) cascade(1);
        splice(slot, kFiring);
        while (nodes_[kFiring].next != kFiring) {
            const std::uint32_t node = nodes_[kFiring].next;
            unlink(node);
            const Owner owner = nodes_[node].owner;
            release(node);
            if (TimerUser* user = users_[static_cast<std::size_t>(owner.kind)]) user->on_timer(owner, now_);
        }
    }
}

Nanoseconds TimerWheel::next() const {
    if (running_ == 0) return std::numeric_limits<Nanoseconds>::max();
    // The nearest used slot of level 0, or the tick at which the next slots are dealt down.
    for (std::int64_t tick = tick_ + 1;; ++tick) {
        const auto slot = static_cast<std::uint32_t>(tick) & (kSlots - 1);
        if (slot == 0 || nodes_[slot].next != slot) return tick * kTick;
    }
}

std::size_t TimerWheel::running() const {
    return running_;
}

}  // namespace strowger::transaction
