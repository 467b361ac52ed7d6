#include "registrar/slab.hpp"

#include <new>

namespace strowger::registrar {

std::size_t Slab::class_of(std::size_t units, std::size_t& rounded) {
    if (units <= kExact) {
        rounded = units;
        return units - 1;
    }
    std::size_t index = kExact;
    for (rounded = 2 * kExact; rounded < units; rounded *= 2) ++index;
    return index;
}

Slab::Handle Slab::allocate(std::size_t size) {
    if (size == 0 || size > kLargest) return 0;
    std::size_t units;
    const std::size_t index = class_of((size + kUnit - 1) / kUnit, units);
    used_ += units * kUnit;
    if (const Handle handle = free_[index]; handle != 0) {
        free_[index] = static_cast<const FreeBlock*>(at(handle))->next;
        return handle;
    }
    if (next_unit_ + units > kChunkUnits) {
        // What is left of the chunk serves small blocks.
        while (next_unit_ < kChunkUnits) {
            const std::size_t left = std::min(kChunkUnits - next_unit_, kExact);
            const auto handle = static_cast<Handle>((chunks_.size() - 1) << kShift | next_unit_);
            new (at(handle)) FreeBlock{free_[left - 1]};
            free_[left - 1] = handle;
            next_unit_ += left;
        }
        if (chunks_.size() == std::size_t{1} << (32 - kShift)) {
            used_ -= units * kUnit;
            return 0;
        }
        chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(kChunkUnits * kUnit));
        next_unit_ = chunks_.size() == 1 ? 1 : 0;  // unit 0 of all is the handle that names nothing
    }
    const auto handle = static_cast<Handle>((chunks_.size() - 1) << kShift | next_unit_);
    next_unit_ += units;
    return handle;
}

void Slab::release(Handle handle, std::size_t size) {
    std::size_t units;
    const std::size_t index = class_of((size + kUnit - 1) / kUnit, units);
    used_ -= units * kUnit;
    new (at(handle)) FreeBlock{free_[index]};
    free_[index] = handle;
}

}  // namespace strowger::registrar
