#include "strowger/tables/proxy.hpp"

#include <algorithm>

namespace strowger::tables {

void Proxy::name_listener(ListenerId listener, std::uint32_t tag) {
    tags_.resize(std::max(tags_.size(), index(listener) + 1), 0);
    tags_[index(listener)] = tag == 0 ? 1 : tag;
}

ListenerId Proxy::listener_of(std::uint32_t tag) const noexcept {
    for (std::size_t i = 0; i < tags_.size() && tag != 0; ++i)
        if (tags_[i] == tag) return static_cast<ListenerId>(i);
    return kNone<ListenerId>;
}

}  // namespace strowger::tables
