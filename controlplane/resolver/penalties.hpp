// Addresses that failed lately: whoever has a choice tries them last. One memory for trunk targets and for
// requests within calls. Control thread only.
#pragma once

#include <cstdint>
#include <map>

#include "strowger/ids.hpp"
#include "strowger/time.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::resolver {

class Penalties {
  public:
    // Nothing came back, or the transport refused: the first time for 10 seconds, doubled up to 5 minutes.
    void failed(RealmId realm, const wire::Endpoint& remote, Nanoseconds now);
    void answered(RealmId realm, const wire::Endpoint& remote);
    [[nodiscard]] bool holds(RealmId realm, const wire::Endpoint& remote, Nanoseconds now) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        Nanoseconds until = 0;
        Nanoseconds length = 0;  // of the last one
    };
    std::map<std::pair<RealmId, wire::Endpoint>, Entry> entries_;
};

}  // namespace strowger::resolver
