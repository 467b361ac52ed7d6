#include "message/buffers.hpp"

#include <array>
#include <bit>
#include <cstdlib>
#include <new>
#include <vector>

namespace strowger::message {
namespace {

constexpr std::size_t kSmallest = 256;
constexpr std::size_t kLargest = 65'536;
constexpr std::size_t kClasses = 17;            // two a doubling
constexpr std::size_t kKept = 4 * 1024 * 1024;  // bytes of free blocks a class, at most

// Its number, and `size` rounded up.
std::size_t class_of(std::size_t& size) {
    if (size <= kSmallest) {
        size = kSmallest;
        return 0;
    }
    const std::size_t whole = std::bit_ceil(size);
    const std::size_t number = 2 * static_cast<std::size_t>(std::countr_zero(whole / kSmallest));
    const bool lower = size <= whole / 4 * 3;
    size = lower ? whole / 4 * 3 : whole;
    return lower ? number - 1 : number;
}

struct FreeBlocks {
    std::array<std::vector<void*>, kClasses> free;
    ~FreeBlocks() {
        for (auto& blocks : free)
            for (void* block : blocks) std::free(block);
    }
};
thread_local FreeBlocks kept;

}  // namespace

void* take_buffer(std::size_t& size) {
    if (size <= kLargest) {
        auto& blocks = kept.free[class_of(size)];
        if (!blocks.empty()) {
            void* block = blocks.back();
            blocks.pop_back();
            return block;
        }
    }
    void* block = std::malloc(size);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}

void give_buffer(void* buffer, std::size_t size) noexcept {
    if (size > kLargest) return std::free(buffer);
    auto& blocks = kept.free[class_of(size)];
    if (blocks.size() * size >= kKept) return std::free(buffer);
    if (blocks.capacity() == 0) blocks.reserve(kKept / size);
    blocks.push_back(buffer);
}

}  // namespace strowger::message
