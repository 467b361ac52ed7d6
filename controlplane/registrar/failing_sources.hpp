// Wrong passwords by source: a bounded table, so that an attacker with many addresses costs no memory.
#pragma once

#include <cstdint>
#include <vector>

#include "registrar/keyed_hash.hpp"
#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::registrar {

// Failures of one source: an address, whatever its port.
struct FailingSource {
    wire::IpAddress address;
    RealmId realm{};
    std::uint32_t failures = 0;  // without a pause of kForget
    std::int64_t last = 0;       // unix time, seconds
};

class FailingSources {
  public:
    static constexpr std::int64_t kForget = 600;  // seconds without failure after which a source starts anew
    FailingSources();
    // One more; returns the source's count. In a full set the one that failed longest ago gives way.
    std::uint32_t add(RealmId realm, const wire::IpAddress& address, std::int64_t now);
    [[nodiscard]] std::uint32_t count(RealmId realm, const wire::IpAddress& address, std::int64_t now) const;
    // Most failures first.
    [[nodiscard]] std::vector<FailingSource> worst(std::size_t limit, std::int64_t now) const;

  private:
    static constexpr std::size_t kSets = 1024;
    static constexpr std::size_t kWays = 8;
    [[nodiscard]] std::size_t set_of(RealmId realm, const wire::IpAddress& address) const;
    KeyedHash hash_;
    std::vector<FailingSource> sources_;
};

}  // namespace strowger::registrar
