// Counter mode with the CPU's AES instructions. Call only where it has them.
#pragma once

#include "strowger/aes128.hpp"

namespace strowger::crypto {

// `rounds` lies on a boundary of 16 bytes.
void aes128_count(const std::array<Aes128::Block, 11>& rounds, const Aes128::Block& counter, const char* in,
                  char* out, std::size_t size) noexcept;

}  // namespace strowger::crypto
