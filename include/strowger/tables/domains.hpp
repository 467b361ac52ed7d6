// The operator's SIP domains and subscribers, as far as routing asks: is this address ours, and whose is it.
// Written by the control plane before publish; read-only after.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/siphash.hpp"
#include "strowger/tables/text_table.hpp"

namespace strowger::tables {

struct Domain {
    std::string name;  // lower case
    std::uint16_t tenant = 0;
};

// Subscribers first..last of a tenant, written with `digits` digits.
struct SubscriberRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint8_t digits = 0;
    std::uint16_t tenant = 0;
    std::uint16_t home = 0;   // Domain of the addresses of record
    bool home_only = false;   // reached at no other domain of the tenant
    bool rules = false;       // calls to it follow rules that take state: forwarding, a ring group
};

struct SubscriberName {
    std::string user;
    std::uint16_t tenant = 0;
    std::uint16_t home = 0;
    bool home_only = false;
    bool rules = false;
};

// Who a called user is.
struct Subscriber {
    std::uint16_t home = 0;
    bool rules = false;
};

class Domains {
  public:
    static constexpr std::uint16_t kNoDomain = 0xffff;
    static constexpr std::size_t kMaxUser = 128;  // longer users are nobody's

    void build(std::vector<Domain> domains, std::vector<SubscriberName> names,
               std::vector<SubscriberRange> ranges, const HashKey& key);

    // Any case. kNoDomain: not ours.
    [[nodiscard]] std::uint16_t find(std::string_view host) const noexcept;
    [[nodiscard]] const Domain& operator[](std::uint16_t domain) const { return domains_[domain]; }
    [[nodiscard]] std::size_t size() const { return domains_.size(); }
    // `user` (unescaped) called at `domain`; home is kNoDomain when there is no such subscriber.
    [[nodiscard]] Subscriber subscriber(std::uint16_t domain, std::string_view user) const noexcept;

  private:
    std::vector<Domain> domains_;
    std::vector<SubscriberName> names_;
    std::vector<SubscriberRange> ranges_;  // by tenant
    TextTable by_name_;
    TextTable by_user_;  // tenant and user to an index in names_
};

}  // namespace strowger::tables
