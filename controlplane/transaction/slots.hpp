// Objects named by generational handles: a handle of an object that is gone names nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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
            index = made_++;
            if (index % kChunk == 0) chunks_.push_back(std::make_unique<Slot[]>(kChunk));
        } else {
            index = free_.back();
            free_.pop_back();
        }
        slot(index).live = true;
        ++live_;
        return handle_of(index);
    }
    // nullptr: the handle names nothing.
    [[nodiscard]] T* find(Handle handle) {
        const auto index = static_cast<std::uint32_t>(handle) - 1;
        if (handle == 0 || index >= made_ || !slot(index).live || handle_of(index) != handle) return nullptr;
        return &slot(index).value;
    }
    // Of a live object, by the lower half of its handle.
    [[nodiscard]] T& at(std::uint32_t number) { return slot(number - 1).value; }
    [[nodiscard]] Handle handle(std::uint32_t number) const { return handle_of(number - 1); }
    void release(Handle handle) {
        if (find(handle) == nullptr) return;
        const auto index = static_cast<std::uint32_t>(handle) - 1;
        slot(index).value = T{};
        slot(index).live = false;
        ++slot(index).generation;
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
    static constexpr std::uint32_t kChunk = 256;
    [[nodiscard]] Slot& slot(std::uint32_t index) const { return chunks_[index / kChunk][index % kChunk]; }
    [[nodiscard]] Handle handle_of(std::uint32_t index) const {
        return static_cast<Handle>(slot(index).generation) << 32 | (index + 1u);
    }
    std::vector<std::unique_ptr<Slot[]>> chunks_;
    std::uint32_t made_ = 0;
    std::vector<std::uint32_t> free_;
    std::size_t live_ = 0;
};

}  // namespace strowger::transaction
