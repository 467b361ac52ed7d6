#include "strowger/tables/proxy.hpp"

#include <algorithm>
#include <bit>

namespace strowger::tables {

TokenKey::TokenKey(std::uint8_t number, bool is_valid, const HashKey& secret) noexcept
    : id(number),
      valid(is_valid),
      key(secret),
      seal_hash(SipHash(secret, SipHash::Width::w128).add("seal hash").finish_wide()),
      seal_cipher(std::bit_cast<Aes128::Block>(
          SipHash(secret, SipHash::Width::w128).add("seal cipher").finish_wide())) {}

void Proxy::name_listener(ListenerId listener, std::uint32_t tag, const wire::Endpoint& local) {
    names_.resize(std::max(names_.size(), index(listener) + 1));
    names_[index(listener)] = {tag == 0 ? 1 : tag, wire::to_string(local)};
}

ListenerId Proxy::listener_of(std::uint32_t tag) const noexcept {
    for (std::size_t i = 0; i < names_.size() && tag != 0; ++i)
        if (names_[i].tag == tag) return static_cast<ListenerId>(i);
    return kNone<ListenerId>;
}

}  // namespace strowger::tables
