// Finding one subscriber by its address, whether declared alone or within a range.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/resources.hpp"

namespace strowger::model {

// Built from a model and no longer tied to it. Ranges stay ranges: a million phones cost one entry.
class SubscriberDirectory {
  public:
    SubscriberDirectory() = default;
    explicit SubscriberDirectory(const Model& model);

    // One subscriber as if declared alone: `user` set, `range` empty, {user} replaced in password and
    // display_name. `domain` decides the tenant; an empty or unknown one finds nothing. Case of the domain
    // does not matter.
    [[nodiscard]] std::optional<Subscriber> find(std::string_view domain, std::string_view user) const;
    [[nodiscard]] std::optional<Subscriber> find_in_tenant(std::string_view tenant,
                                                           std::string_view user) const;

    // The tenant that a domain belongs to; empty: none.
    [[nodiscard]] std::string_view tenant_of(std::string_view domain) const;
    // The domain of the subscriber's address of record and its digest realm; empty: its tenant has no
    // domains.
    [[nodiscard]] std::string_view home_domain(const Subscriber& subscriber) const;

    // How many subscribers there are, each number of a range counted.
    [[nodiscard]] std::uint64_t size() const { return size_; }

  private:
    struct TenantEntry {
        std::string first_domain;
        std::map<std::string, Subscriber, std::less<>> by_user;
        std::vector<Subscriber> ranges;
    };
    std::map<std::string, TenantEntry, std::less<>> tenants_;
    std::map<std::string, std::string, std::less<>> tenant_by_domain_;
    std::uint64_t size_ = 0;
};

// The number of a range as its user part: padded to the range's digits.
[[nodiscard]] std::string user_of(const UserRange& range, std::uint64_t number);
// True when `user` is one of the range's.
[[nodiscard]] bool contains(const UserRange& range, std::string_view user);

}  // namespace strowger::model
