#include "registrar/nonce_key.hpp"

#include <openssl/rand.h>

#include <cstring>
#include <stdexcept>

namespace strowger::registrar {

namespace {

constexpr const char* kName = "nonce_key";

}  // namespace

digest::NonceKey nonce_key_of(store::Store* store, std::string& warning) {
    digest::NonceKey key;
    if (store != nullptr) {
        store::Outcome outcome;
        const store::Answer stored = store->read_now(store::GetValue{kName}, outcome);
        if (outcome.ok() && stored.found && stored.value.size() == key.size()) {
            std::memcpy(key.data(), stored.value.data(), key.size());
            return key;
        }
    }
    if (RAND_priv_bytes(key.data(), static_cast<int>(key.size())) != 1)
        throw std::runtime_error("OpenSSL has no random numbers");
    if (store == nullptr) return key;
    const std::string text(reinterpret_cast<const char*>(key.data()), key.size());
    const auto note = [&](const store::Outcome& outcome) { warning = outcome.reason; };
    if (!store->submit({store::PutValue{kName, text}}, note)) warning = "the store's queue is full";
    store->drain();
    return key;
}

}  // namespace strowger::registrar
