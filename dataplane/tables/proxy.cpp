#include "strowger/tables/proxy.hpp"

#include <algorithm>

namespace strowger::tables {

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
