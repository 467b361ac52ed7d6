#include "message/outgoing.hpp"

#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

namespace strowger::message {
namespace {

// Sizes 1 KB, 2 KB … 64 KB; what is larger is not pooled.
constexpr std::size_t kSmallest = 1024;
constexpr std::size_t kClasses = 7;
constexpr std::uint32_t kUnpooled = kClasses;
constexpr std::size_t kKeep = 4096;  // free buffers kept a class

// Free buffers of the control thread. Not more than it once had in use, and at most kKeep a class.
struct FreeLists {
    std::array<std::vector<OutgoingBuffer*>, kClasses> free;
    ~FreeLists() {
        for (auto& list : free)
            for (OutgoingBuffer* buffer : list) std::free(buffer);
    }
};
thread_local FreeLists lists;

}  // namespace

Outgoing Outgoing::allocate(std::size_t capacity) {
    std::uint32_t size_class = 0;
    std::size_t size = kSmallest;
    while (size < capacity && size_class < kUnpooled) {
        size *= 2;
        ++size_class;
    }
    if (size_class == kUnpooled) size = capacity;
    OutgoingBuffer* buffer = nullptr;
    if (size_class < kClasses && !lists.free[size_class].empty()) {
        buffer = lists.free[size_class].back();
        lists.free[size_class].pop_back();
    } else {
        void* memory = std::malloc(sizeof(OutgoingBuffer) + size);
        if (memory == nullptr) throw std::bad_alloc();
        buffer = new (memory) OutgoingBuffer{};
        buffer->capacity = static_cast<std::uint32_t>(size);
        buffer->size_class = size_class;
    }
    buffer->references = 1;
    buffer->length = 0;
    return Outgoing(buffer);
}

Outgoing Outgoing::copy(std::string_view bytes) {
    Outgoing out = allocate(bytes.size());
    std::memcpy(out.room().data(), bytes.data(), bytes.size());
    out.set_length(bytes.size());
    return out;
}

void Outgoing::release(OutgoingBuffer* buffer) {
    if (buffer == nullptr || --buffer->references != 0) return;
    if (buffer->size_class < kClasses && lists.free[buffer->size_class].size() < kKeep) {
        lists.free[buffer->size_class].push_back(buffer);
    } else {
        std::free(buffer);
    }
}

}  // namespace strowger::message
