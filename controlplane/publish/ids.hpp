// Numbers for the operator's names. A name keeps its number for the daemon's life, deleted or not: live calls
// and bindings refer to it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::publish {

template <typename Id, typename Key>
class Numbering {
  public:
    // The number of `key`, given now when it has none.
    Id of(const Key& key) {
        const auto [at, fresh] = ids_.try_emplace(key, static_cast<Id>(keys_.size()));
        if (fresh) keys_.push_back(key);
        return at->second;
    }
    // kNone: never seen.
    [[nodiscard]] Id find(const Key& key) const {
        const auto at = ids_.find(key);
        return at == ids_.end() ? kNone<Id> : at->second;
    }
    [[nodiscard]] const Key& key(Id id) const { return keys_[index(id)]; }
    [[nodiscard]] std::size_t size() const { return keys_.size(); }

  private:
    std::map<Key, Id> ids_;
    std::vector<Key> keys_;
};

struct Ids {
    Numbering<PortId, std::string> ports;  // in the order of DataplaneSpec::ports; fixed at start
    Numbering<InterfaceId, std::pair<PortId, std::uint16_t>> interfaces;  // (port, VLAN)
    Numbering<RealmId, std::string> realms;
    Numbering<TrunkId, std::string> trunks;
    Numbering<ListenerId, std::tuple<RealmId, InterfaceId, wire::Endpoint>> listeners;
    // A changed range is another media address: legs of the old one live on.
    Numbering<MediaAddressId, std::tuple<RealmId, InterfaceId, wire::IpAddress, std::uint16_t, std::uint16_t>>
        media_addresses;
};

}  // namespace strowger::publish
