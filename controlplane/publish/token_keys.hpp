// The keys of branch and Record-Route tokens: made once, kept in the store, so that stateless calls outlive the
// daemon; renewed from time to time.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "store/store.hpp"
#include "strowger/siphash.hpp"
#include "strowger/tables/proxy.hpp"

namespace strowger::publish {

class TokenKeys {
  public:
    // The stored keys, or new ones which are stored. Blocks: for the start. Without a store, or when it fails, they
    // hold for this run only; `warning` says why. `now`: unix time in seconds.
    TokenKeys(store::Store* store, std::int64_t now, std::string& warning);

    // Makes a new key when the present one is older than `lifetime` seconds; the one before it is still believed.
    // True: give them to the workers.
    bool renew(std::int64_t now, std::int64_t lifetime);
    // Makes a new key at once.
    void renew_now(std::int64_t now);

    void give(tables::Proxy& out) const {
        out.keys = keys_;
        out.choice_key = choice_;
    }

  private:
    void save(std::string& warning);
    store::Store* store_;
    std::array<tables::TokenKey, 2> keys_;  // the present one first
    HashKey choice_{};
    std::int64_t made_ = 0;
};

}  // namespace strowger::publish
