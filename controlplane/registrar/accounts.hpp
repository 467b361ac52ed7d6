// Whom we know: the subscribers of the model as registrar and authentication need them, with HA1 computed
// once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/resources.hpp"
#include "strowger/digest/hash.hpp"
#include "strowger/ids.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::registrar {

// H(username:realm:password) by each algorithm.
struct Ha1 {
    std::array<digest::Hash, digest::kAlgorithms> value{};
    std::array<bool, digest::kAlgorithms> present{};
    // nullptr: there is none.
    [[nodiscard]] const digest::Hash* find(digest::Algorithm algorithm) const {
        const auto i = static_cast<std::size_t>(algorithm);
        return present[i] ? &value[i] : nullptr;
    }
};

// One subscriber. Its address of record is `aor`; `domain` is the digest realm too. Not copied: the views lie
// within.
struct Account {
    std::string text;      // aor and display name
    std::string resource;  // that declares it, alone or in a range
    std::string_view tenant;
    std::string_view user;
    std::string_view domain;        // lower case
    std::string_view aor;           // "user@domain"
    std::string_view display_name;  // empty: as the phone sends it
    std::uint16_t max_contacts = 10;
    std::uint32_t max_calls = 0;
    std::uint32_t calls_per_second = 0;
    std::uint16_t full_code = 486;
    Ha1 plain;      // of user:domain:password
    Ha1 qualified;  // of user@domain:domain:password; absent when only hashes are configured
    Account() = default;
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;
};

// How long the bindings of a tenant live, in seconds.
struct ExpiryLimits {
    std::uint32_t min = 60;
    std::uint32_t max = 3600;
    std::uint32_t standard = 3600;
};

// A domain that we serve.
struct Domain {
    std::string_view tenant;
    std::string_view name;   // lower case
    std::string_view realm;  // of digest challenges for users that have no domain of their own
};

// Pointers and views given out are valid until the next configure().
class Accounts {
  public:
    Accounts();
    ~Accounts();
    // `realms[i]` is the name of RealmId i.
    void configure(const model::Model& model, const std::vector<std::string>& realms);

    // The domain that `host` of a SIP URI means for a request which came to `local`: one of a tenant's
    // domains, or, when it is an address of ours, the realm's default domain. False: not ours.
    bool domain_of(std::string_view host, RealmId realm, const wire::Endpoint& local, Domain& out) const;
    // The domain of callers that name none of ours: the realm's default domain, else the first of its tenant.
    bool default_domain(RealmId realm, Domain& out) const;
    // nullptr: nobody. `user` unescaped. First use of an account computes its HA1 (about 2 µs).
    [[nodiscard]] const Account* find(std::string_view domain, std::string_view user) const;
    // Whether callers from there must show digest credentials (model::authenticates).
    [[nodiscard]] bool authenticates(RealmId realm) const;
    [[nodiscard]] ExpiryLimits limits(std::string_view tenant) const;
    [[nodiscard]] std::string_view realm_name(RealmId realm) const;
    [[nodiscard]] RealmId realm_of(std::string_view name) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace strowger::registrar
