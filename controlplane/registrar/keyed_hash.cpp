#include "registrar/keyed_hash.hpp"

#include <sys/random.h>

#include <stdexcept>

namespace strowger::registrar {

KeyedHash random_keyed_hash() {
    std::array<std::uint64_t, 2> key{};
    if (getrandom(key.data(), sizeof key, 0) != static_cast<ssize_t>(sizeof key))
        throw std::runtime_error("the kernel gave no random numbers");
    return KeyedHash(key);
}

}  // namespace strowger::registrar
