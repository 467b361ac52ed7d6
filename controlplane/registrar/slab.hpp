// Memory for millions of small records of any size, named by 32-bit handles. No compaction; a freed block is
// used again for its size class.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace strowger::registrar {

class Slab {
  public:
    using Handle = std::uint32_t;                        // 0 names nothing
    static constexpr std::size_t kUnit = 16;             // octets; blocks are aligned to it
    static constexpr std::size_t kLargest = 256 * 1024;  // octets

    // `size` up to kLargest. 0: above that, or 64 GB are full.
    Handle allocate(std::size_t size);
    void release(Handle handle, std::size_t size);
    [[nodiscard]] void* at(Handle handle) const {
        return chunks_[handle >> kShift].get() + (handle & kMask) * kUnit;
    }
    // Octets taken from the system.
    [[nodiscard]] std::size_t octets() const { return chunks_.size() * kChunkUnits * kUnit; }
    // Octets of live blocks, as rounded to their classes.
    [[nodiscard]] std::size_t used() const { return used_; }

  private:
    static constexpr unsigned kShift = 15;  // 32768 units of 16 octets: chunks of 512 KB
    static constexpr std::size_t kChunkUnits = std::size_t{1} << kShift;
    static constexpr std::uint32_t kMask = kChunkUnits - 1;
    static constexpr std::size_t kExact = 128;   // classes of 1..128 units
    static constexpr std::size_t kDoubling = 7;  // then 256, 512 … 16384 units
    static std::size_t class_of(std::size_t units, std::size_t& rounded);

    struct FreeBlock {
        Handle next;
    };
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    std::array<Handle, kExact + kDoubling> free_{};
    std::size_t next_unit_ = kChunkUnits;  // in the last chunk
    std::size_t used_ = 0;
};

}  // namespace strowger::registrar
