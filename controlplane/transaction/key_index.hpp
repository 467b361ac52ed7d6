// Transactions by key. The chains run through the transactions themselves: nothing is allocated, and the
// table grows a bucket at a time.
#pragma once

#include <cstdint>

#include "registrar/linear_hash.hpp"
#include "transaction/key.hpp"
#include "transaction/slots.hpp"

namespace strowger::transaction {

// `key` is the member that the index goes by, `link` its place in a chain. An object is inserted with
// its key set, and removed before the key changes.
template <typename T, Key T::*key, std::uint32_t T::*link>
class KeyIndex {
  public:
    explicit KeyIndex(Slots<T>& slots) : slots_(slots), chains_(Access{&slots}) {}

    // 0: none has that key.
    [[nodiscard]] typename Slots<T>::Handle find(const Key& wanted) const {
        for (std::uint32_t at = chains_.first(wanted.low); at != 0; at = slots_.at(at).*link)
            if (slots_.at(at).*key == wanted) return slots_.handle(at);
        return 0;
    }
    void insert(typename Slots<T>::Handle handle) { chains_.insert(static_cast<std::uint32_t>(handle)); }
    void remove(typename Slots<T>::Handle handle) { chains_.remove(static_cast<std::uint32_t>(handle)); }

  private:
    struct Access {
        Slots<T>* slots;
        [[nodiscard]] std::uint64_t hash(std::uint32_t at) const { return (slots->at(at).*key).low; }
        [[nodiscard]] std::uint32_t& next(std::uint32_t at) const { return slots->at(at).*link; }
    };
    Slots<T>& slots_;
    registrar::LinearHash<Access> chains_;
};

}  // namespace strowger::transaction
