// Objects named by generational handles: a handle of an object that is gone names nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

namespace strowger::transaction {

// T is default-constructible; a freed slot holds a default T. Addresses are stable.
template <typename T>
class Slots {
  public:
    using Handle = std::uint64_t;  // generation << 32 | index + 1; 0 names nothing

    Handle take() {
        std::uint32_t index = 0;
        if (free_.empty()) {
            index = static_cast<std::uint32_t>(slots_.size());
            slots_.emplace_back();
        } else {
            index = free_.back();
            free_.pop_back();
        }
        slots_[index].live = true;
        ++live_;
        return handle_of(index);
    }
    // nullptr: the handle names nothing.
    [[nodiscard]] T* find(Handle handle) {
        const auto index = static_cast<std::uint32_t>(handle) - 1;
        if (handle == 0 || index >= slots_.size() || !slots_[index].live || handle_of(index) != handle)
            return nullptr;
        return &slots_[index].value;
    }
    void release(Handle handle) {
        if (find(handle) == nullptr) return;
        const auto index = static_cast<std::uint32_t>(handle) - 1;
        slots_[index].value = T{};
        slots_[index].live = false;
        ++slots_[index].generation;
        free_.push_back(index);
        --live_;
    }
    [[nodiscard]] std::size_t live() const { return live_; }

  private:
    struct Slot {
        T value{};
        std::uint32_t generation = 0;
        bool live = false;
    };
    [[nodiscard]] Handle handle_of(std::uint32_t index) const {
        return static_cast<Handle>(slots_[index].generation) << 32 | (index + 1u);
    }
    std::deque<Slot> slots_;
    std::vector<std::uint32_t> free_;
    std::size_t live_ = 0;
};

}  // namespace strowger::transaction
