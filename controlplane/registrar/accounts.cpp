#include "registrar/accounts.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "model/effective.hpp"
#include "model/lower.hpp"
#include "model/subscribers.hpp"

namespace strowger::registrar {

using digest::Algorithm;
using model::lower;

namespace {

// A domain's name as the tables have it, without an allocation; empty when it is too long to be one.
class Lowered {
  public:
    explicit Lowered(std::string_view text) {
        if (text.size() > room_.size()) return;
        for (const char c : text) room_[length_++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    [[nodiscard]] std::string_view text() const { return {room_.data(), length_}; }

  private:
    std::array<char, 255> room_;
    std::size_t length_ = 0;
};

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct RealmEntry {
    std::string name;
    std::string tenant;
    std::string default_domain;  // lower case
    std::vector<wire::IpAddress> addresses;
    bool authenticates = true;
};

struct DomainEntry {
    std::string tenant;
    std::string realm;
};

struct TenantEntry {
    ExpiryLimits limits;
    std::string first_domain;  // lower case
};

std::uint32_t in_seconds(model::Duration duration) {
    return static_cast<std::uint32_t>(duration.count() / 1000);
}

ExpiryLimits limits_of(const model::Tenant& tenant) {
    ExpiryLimits out{in_seconds(tenant.min_expires), in_seconds(tenant.max_expires),
                     in_seconds(tenant.default_expires)};
    out.max = std::max(out.max, out.min);
    out.standard = std::clamp(out.standard, out.min, out.max);
    return out;
}

}  // namespace

struct Accounts::State {
    model::SubscriberDirectory directory;
    std::vector<RealmEntry> realms;
    std::map<std::string, DomainEntry, std::less<>> domains;
    std::map<std::string, TenantEntry, std::less<>> tenants;
    ExpiryLimits standard_limits;
    // Of the subscribers that were asked for so far; never holds a name that is nobody's.
    std::unordered_map<std::string, std::unique_ptr<Account>, TextHash, std::equal_to<>> known;

    Account* make(std::string_view domain, std::string_view user);
    void give(Domain& out, const std::map<std::string, DomainEntry, std::less<>>::value_type& entry) {
        out = {entry.second.tenant, entry.first, entry.second.realm};
    }
};

namespace {

void hash_password(Account& account, const std::string& password) {
    for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256}) {
        const auto i = static_cast<std::size_t>(algorithm);
        account.plain.value[i] =
            digest::ha1_of(algorithm, account.user, account.domain, password, account.user);
        account.plain.present[i] = true;
        account.qualified.value[i] =
            digest::ha1_of(algorithm, account.aor, account.domain, password, account.user);
        account.qualified.present[i] = true;
    }
}

void take_hash(Account& account, Algorithm algorithm, const model::Secret& text) {
    const auto i = static_cast<std::size_t>(algorithm);
    if (!text.empty())
        account.plain.present[i] = digest::from_hex(algorithm, text.value, account.plain.value[i]);
}

}  // namespace

Account* Accounts::State::make(std::string_view domain, std::string_view user) {
    const auto subscriber = directory.find(domain, user);
    if (!subscriber) return nullptr;
    const std::string home = lower(directory.home_domain(*subscriber));
    const auto tenant = tenants.find(subscriber->tenant.name);
    if (home.empty() || tenant == tenants.end()) return nullptr;
    auto account = std::make_unique<Account>();
    account->text = std::string(user) + "@" + home + subscriber->display_name;
    account->resource = subscriber->name;
    const std::string_view text = account->text;
    account->tenant = tenant->first;
    account->user = text.substr(0, user.size());
    account->domain = text.substr(user.size() + 1, home.size());
    account->aor = text.substr(0, user.size() + 1 + home.size());
    account->display_name = text.substr(account->aor.size());
    account->max_contacts = subscriber->max_contacts;
    account->max_calls = subscriber->max_calls;
    account->calls_per_second = subscriber->calls_per_second;
    account->full_code = subscriber->full_code;
    if (!subscriber->password.empty()) hash_password(*account, subscriber->password.value);
    take_hash(*account, Algorithm::md5, subscriber->ha1_md5);
    take_hash(*account, Algorithm::sha256, subscriber->ha1_sha256);
    return known.emplace(std::string(domain) + '\n' + std::string(user), std::move(account))
        .first->second.get();
}

Accounts::Accounts() : state_(std::make_unique<State>()) {}
Accounts::~Accounts() = default;

void Accounts::configure(const model::Model& model, const std::vector<std::string>& realms) {
    auto next = std::make_unique<State>();
    next->directory = model::SubscriberDirectory(model);
    next->standard_limits = limits_of(model::tenant_of(model, "default"));
    for (const auto& [name, tenant] : model.tenants) {
        TenantEntry& entry = next->tenants[name];
        entry.limits = limits_of(tenant);
        if (!tenant.domains.empty()) entry.first_domain = lower(tenant.domains.front());
        for (const std::string& domain : tenant.domains)
            next->domains[lower(domain)] = {name, entry.first_domain};
    }
    for (const std::string& name : realms) {
        RealmEntry& entry = next->realms.emplace_back();
        entry.name = name;
        const auto found = model.realms.find(name);
        if (found == model.realms.end()) continue;
        const model::Realm& realm = found->second;
        entry.tenant = realm.tenant.name;
        entry.default_domain = lower(realm.default_domain);
        entry.addresses = realm.addresses;
        entry.authenticates = model::authenticates(realm);
    }
    state_ = std::move(next);
}

bool Accounts::default_domain(RealmId realm, Domain& out) const {
    if (index(realm) >= state_->realms.size()) return false;
    const RealmEntry& entry = state_->realms[index(realm)];
    auto found = state_->domains.find(entry.default_domain);
    if (found == state_->domains.end()) {
        const auto tenant = state_->tenants.find(entry.tenant);
        if (tenant == state_->tenants.end()) return false;
        found = state_->domains.find(tenant->second.first_domain);
        if (found == state_->domains.end()) return false;
    }
    state_->give(out, *found);
    return true;
}

bool Accounts::domain_of(std::string_view host, RealmId realm, const wire::Endpoint& local,
                         Domain& out) const {
    const auto found = state_->domains.find(Lowered(host).text());
    if (found != state_->domains.end()) {
        state_->give(out, *found);
        return true;
    }
    const auto address = wire::parse_address(host);
    if (!address || index(realm) >= state_->realms.size()) return false;
    const auto& ours = state_->realms[index(realm)].addresses;
    if (*address != local.address && std::ranges::find(ours, *address) == ours.end()) return false;
    return default_domain(realm, out);
}

const Account* Accounts::find(std::string_view domain, std::string_view user) const {
    std::array<char, 384> room;
    if (domain.size() + user.size() + 1 > room.size()) return nullptr;
    char* at = room.data();
    for (const char c : domain) *at++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    *at++ = '\n';
    at = std::copy(user.begin(), user.end(), at);
    const std::string_view key{room.data(), static_cast<std::size_t>(at - room.data())};
    const auto found = state_->known.find(key);
    if (found != state_->known.end()) return found->second.get();
    return state_->make(key.substr(0, domain.size()), user);
}

bool Accounts::authenticates(RealmId realm) const {
    return index(realm) >= state_->realms.size() || state_->realms[index(realm)].authenticates;
}

ExpiryLimits Accounts::limits(std::string_view tenant) const {
    const auto found = state_->tenants.find(tenant);
    return found == state_->tenants.end() ? state_->standard_limits : found->second.limits;
}

std::string_view Accounts::realm_name(RealmId realm) const {
    return index(realm) < state_->realms.size() ? std::string_view(state_->realms[index(realm)].name)
                                                : std::string_view{};
}

RealmId Accounts::realm_of(std::string_view name) const {
    for (std::size_t i = 0; i < state_->realms.size(); ++i)
        if (state_->realms[i].name == name) return static_cast<RealmId>(i);
    return kNone<RealmId>;
}

}  // namespace strowger::registrar
