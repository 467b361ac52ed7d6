// The key of digest nonces: made once, kept in the store, so that challenges stay good over a restart.
#pragma once

#include <string>

#include "store/store.hpp"
#include "strowger/digest/nonce.hpp"

namespace strowger::registrar {

// The stored key, or a new one which is stored. Blocks: for the start. Without a store, or when it fails, the
// key holds for this run only: phones are then challenged once more after the next start; `warning` says why.
[[nodiscard]] digest::NonceKey nonce_key_of(store::Store* store, std::string& warning);

}  // namespace strowger::registrar
