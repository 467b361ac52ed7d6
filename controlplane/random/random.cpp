#include "random/random.hpp"

#include <sys/random.h>

#include <stdexcept>

namespace strowger {

HashKey random_key() {
    HashKey key;
    // Up to 256 octets come whole or not at all (getrandom(2)).
    if (::getrandom(key.data(), sizeof key, 0) != static_cast<ssize_t>(sizeof key))
        throw std::runtime_error("the kernel has no random numbers");
    return key;
}

}  // namespace strowger
