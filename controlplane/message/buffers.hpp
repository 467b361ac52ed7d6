// Memory of messages, which come and go by the thousand: free blocks by size, of one thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strowger::message {

// A block of at least `size` bytes; `size` becomes what it has. Give it back on the same thread with that
// size. Sizes are rounded up to 256, 384, 512, 768 … 65,536 bytes; larger ones are not kept. Throws
// std::bad_alloc.
[[nodiscard]] void* take_buffer(std::size_t& size);
void give_buffer(void* buffer, std::size_t size) noexcept;

}  // namespace strowger::message
