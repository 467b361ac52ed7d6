#include "publish/compile_digest.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include "model/effective.hpp"
#include "model/lower.hpp"
#include "random/random.hpp"

namespace strowger::publish {
namespace {

using model::lower;
using tables::Credentials;

std::optional<digest::Hash> hash_of(digest::Algorithm algorithm, const model::Secret& text) {
    digest::Hash out;
    if (text.empty() || !digest::from_hex(algorithm, text.value, out)) return std::nullopt;
    return out;
}

Credentials::Declared declared(const std::string& name, const model::Subscriber& subscriber) {
    Credentials::Declared out;
    if (subscriber.range.empty()) {
        out.user = subscriber.user.empty() ? std::string_view(name) : std::string_view(subscriber.user);
    } else {
        out.first = subscriber.range.first;
        out.last = subscriber.range.last;
        out.digits = static_cast<std::uint8_t>(subscriber.range.digits);
    }
    out.home_only = !subscriber.domain.empty();
    out.password = subscriber.password.value;
    out.md5 = hash_of(digest::Algorithm::md5, subscriber.ha1_md5);
    out.sha256 = hash_of(digest::Algorithm::sha256, subscriber.ha1_sha256);
    return out;
}

// Slots of subscribers cannot be aimed at from outside.
}  // namespace

std::shared_ptr<const Credentials> compile_credentials(const model::Model& model) {
    auto out = std::make_shared<Credentials>();
    struct Tenant {
        std::uint16_t number = 0;
        std::uint16_t first_domain = Credentials::kNoDomain;
    };
    std::map<std::string, Tenant, std::less<>> tenants;
    std::map<std::string, std::uint16_t, std::less<>> domains;
    for (const auto& [name, tenant] : model.tenants) {
        const auto number = static_cast<std::uint16_t>(tenants.size());
        Tenant& entry = tenants.emplace(name, Tenant{number}).first->second;
        for (const std::string& domain : tenant.domains) {
            const std::string text = lower(domain);
            if (domains.contains(text)) continue;  // the model's check has refused it
            const auto realm = entry.first_domain == Credentials::kNoDomain
                                   ? static_cast<std::uint16_t>(domains.size())
                                   : entry.first_domain;
            const std::uint16_t id = out->add_domain({text, number, realm});
            if (id == Credentials::kNoDomain) break;
            domains.emplace(text, id);
            entry.first_domain = realm;
        }
    }
    for (const auto& [name, subscriber] : model.subscribers) {
        const auto tenant = tenants.find(subscriber.tenant.name);
        if (tenant == tenants.end()) continue;
        Credentials::Declared one = declared(name, subscriber);
        one.tenant = tenant->second.number;
        one.home = tenant->second.first_domain;
        if (one.home_only) {
            const auto home = domains.find(lower(subscriber.domain));
            one.home = home == domains.end() ? Credentials::kNoDomain : home->second;
        }
        if (one.home != Credentials::kNoDomain) out->add(one);
    }
    out->seal(random_key());
    return out;
}

bool same_credentials(const model::Model& a, const model::Model& b) {
    return a.tenants == b.tenants && a.subscribers == b.subscribers;
}

void compile_digest(const model::Model& model, Ids& ids, std::shared_ptr<const Credentials> credentials,
                    tables::Tables& out) {
    tables::Digest& digest = out.digest;
    digest.credentials = std::move(credentials);
    digest.lifetime_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(model.system.nonce_lifetime).count();
    digest.offer_sha256 = model.system.digest_sha256;
    digest.realms.resize(out.realms.size());
    for (const auto& [name, realm] : model.realms) {
        const RealmId id = ids.realms.find(name);
        if (index(id) >= digest.realms.size()) continue;  // its port is not started yet
        tables::DigestRealm& compiled = digest.realms[index(id)];
        compiled.authenticates = model::authenticates(realm);
        compiled.failures_per_source = realm.failures_per_source;
        compiled.addresses = realm.addresses;
        compiled.default_domain = digest.credentials->find_domain(lower(realm.default_domain));
        if (compiled.default_domain != Credentials::kNoDomain) continue;
        const auto& domains = model::tenant_of(model, realm.tenant.name).domains;
        if (!domains.empty()) compiled.default_domain = digest.credentials->find_domain(domains.front());
    }
}

}  // namespace strowger::publish
