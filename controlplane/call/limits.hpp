// How many calls there are of what, against how many there may be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "call/directory.hpp"
#include "call/policy.hpp"

namespace strowger::call {

struct Refusal {
    std::uint16_t status = 0;  // 0: admitted
    std::uint32_t retry_after_s = 0;
    std::string_view what;  // "realm", "trunk" … for the record
};

// One party of a call: what its leg counts against.
struct Admission {
    RealmId realm = kNone<RealmId>;
    TrunkId trunk = kNone<TrunkId>;
    std::string_view tenant;
    std::string_view subscriber;
    std::uint32_t subscriber_max = 0;
    bool inbound = false;
    bool emergency = false;  // passes every limit
    std::uint32_t kbit = 0;  // of its media
    std::uint32_t subscriber_rate = 0;
    std::uint16_t subscriber_code = 486;
    Nanoseconds now = 0;
};

class Limits {
  public:
    // All or nothing.
    Refusal take(const Policies& policies, Directory& directory, const Admission& a);
    void give_back(Directory& directory, const Admission& a);

    [[nodiscard]] std::uint32_t calls() const { return calls_; }
    [[nodiscard]] std::uint32_t of_realm(RealmId realm) const;
    [[nodiscard]] std::uint32_t of_subscriber(std::string_view aor) const;
    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    // Everything is zero: nothing leaked.
    [[nodiscard]] bool idle() const;

  private:
    std::uint32_t& realm(RealmId id);
    Refusal take_rates(const Policies& policies, const Admission& a);
    std::uint32_t calls_ = 0;  // inbound legs
    std::uint64_t refused_ = 0;
    std::vector<std::uint32_t> realms_;
    std::unordered_map<std::string, std::uint32_t> tenants_;
    std::unordered_map<std::string, std::uint32_t> subscribers_;
    // New calls in the last second.
    trunk::Rate rate_;
    std::vector<trunk::Rate> realm_rates_;
    std::unordered_map<std::string, trunk::Rate> tenant_rates_;
    std::unordered_map<std::string, trunk::Rate> subscriber_rates_;
};

}  // namespace strowger::call
