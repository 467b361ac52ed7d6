// Random numbers that nobody guesses.
#pragma once

#include "strowger/siphash.hpp"

namespace strowger {

// From the kernel. Throws std::runtime_error when it has none, which it only has not before its own start is over.
[[nodiscard]] HashKey random_key();

}  // namespace strowger
