#include "call/registrar_directory.hpp"

#include "model/effective.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::call {
namespace {

using wire::HeaderId;

void take_account(const registrar::Account& account, Caller& out) {
    out.tenant = account.tenant;
    out.user = account.user;
    out.domain = account.domain;
    out.aor = account.aor;
    out.display_name = account.display_name;
    out.max_calls = account.max_calls;
    out.calls_per_second = account.calls_per_second;
    out.full_code = account.full_code;
}

// The Contact names another host than the one the request came from, and no proxy stands between.
bool is_behind_nat(const message::Incoming& request) {
    const auto& sip = request.sip();
    if (sip.has(HeaderId::record_route)) return false;
    auto list = sip.header(HeaderId::contact);
    std::string_view first;
    if (!wire::next_in_list(list, first)) return false;
    const auto contact = wire::parse_name_address(first);
    const auto uri = contact ? wire::parse_uri(contact->uri) : std::nullopt;
    if (!uri) return false;
    const auto address = wire::parse_address(uri->host);
    return !address || *address != request.flow().remote.address;
}

std::string from_aor(const wire::SipMessage& sip) {
    const auto from = wire::parse_name_address(sip.header(HeaderId::from));
    const auto uri = from ? wire::parse_uri(from->uri) : std::nullopt;
    if (!uri || !uri->is_sip()) return {};
    return std::string(uri->user) + "@" + std::string(uri->host);
}

}  // namespace

RegistrarDirectory::RegistrarDirectory(const registrar::Accounts& accounts,
                                       registrar::Authenticator& authenticator,
                                       const registrar::Location& location, trunk::Trunks& trunks,
                                       trunk::Logins& logins, const transaction::TimerWheel& wheel,
                                       std::function<std::int64_t()> unix_ms)
    : accounts_(accounts),
      authenticator_(authenticator),
      location_(location),
      trunks_(trunks),
      logins_(logins),
      wheel_(wheel),
      unix_ms_(std::move(unix_ms)) {}

void RegistrarDirectory::configure(const model::Model& model, const std::vector<std::string>& realms) {
    realms_.clear();
    for (const auto& name : realms) {
        const auto at = model.realms.find(name);
        realms_.push_back(at == model.realms.end()
                              ? RealmRule{}
                              : RealmRule{model::authenticates(at->second), at->second.tenant.name});
    }
}

RegistrarDirectory::RealmRule RegistrarDirectory::rule(RealmId realm) const {
    return index(realm) < realms_.size() ? realms_[index(realm)] : RealmRule{};
}

// Digest authentication as a proxy (RFC 3261 22.3).
void RegistrarDirectory::challenge(const message::Incoming& request, Caller& out) {
    const auto realm = registrar::digest_realm(accounts_, request);
    if (realm.empty()) {
        out.status = 403;
        out.reason = "No Domain Is Served Here";
        return;
    }
    out.digest_realm = realm;
    const auto now = unix_ms_();
    const auto check = authenticator_.check(request, registrar::Role::proxy, realm, now);
    out.status = check.status;
    out.reason = check.reason;
    if (check.verdict == registrar::Verdict::ok) take_account(*check.account, out);
    if (check.status == 407)
        authenticator_.challenge(request, registrar::Role::proxy, realm,
                                 check.verdict == registrar::Verdict::stale, now, out.headers);
}

Caller RegistrarDirectory::identify(const message::Incoming& request) {
    Caller out;
    const auto& flow = request.flow();
    out.behind_nat = is_behind_nat(request);
    out.trunk = trunks_.identify(flow.realm, flow.remote.address);
    if (out.trunk != kNone<TrunkId>) {
        out.tenant = trunks_.find(out.trunk)->options.tenant.name;
        // A trunk's Contact is its own affair.
        out.behind_nat = false;
        return out;
    }
    const auto realm = rule(flow.realm);
    out.tenant = realm.tenant;
    if (realm.authenticates) {
        challenge(request, out);
        return out;
    }
    registrar::Binding binding;
    if (!location_.find_by_source(flow.realm, flow.remote, wheel_.now(), binding, from_aor(request.sip())))
        return out;
    out.tenant = binding.tenant;
    const auto at = binding.aor.find('@');
    if (at == std::string_view::npos) return out;
    const auto* account = accounts_.find(binding.aor.substr(at + 1), binding.aor.substr(0, at));
    if (account != nullptr) take_account(*account, out);
    return out;
}

bool RegistrarDirectory::find_subscriber(RealmId realm, std::string_view host, std::string_view user,
                                         const wire::Endpoint& local, Callee& out) {
    registrar::Domain domain;
    // A tel: URI names no host: then it is a number of the realm's own domain.
    const bool ours = host.empty() ? accounts_.default_domain(realm, domain)
                                   : accounts_.domain_of(host, realm, local, domain);
    if (!ours) return false;
    const auto* account = accounts_.find(domain.name, user);
    if (account == nullptr) return false;
    out.tenant = account->tenant;
    out.user = account->user;
    out.domain = account->domain;
    out.aor = account->aor;
    out.max_calls = account->max_calls;
    out.full_code = account->full_code;
    out.resource = account->resource;
    return true;
}

std::size_t RegistrarDirectory::contacts(const Callee& callee, Nanoseconds now,
                                         std::vector<registrar::Binding>& out) {
    return location_.lookup(callee.tenant, callee.aor, now, out);
}

bool RegistrarDirectory::find_domain(RealmId realm, std::string_view host, const wire::Endpoint& local,
                                     std::string& domain, std::string& tenant) {
    registrar::Domain found;
    const bool ours = host.empty() ? accounts_.default_domain(realm, found)
                                   : accounts_.domain_of(host, realm, local, found);
    if (!ours) return false;
    domain = found.name;
    tenant = found.tenant;
    return true;
}

bool RegistrarDirectory::is_ours(RealmId realm, std::string_view host, const wire::Endpoint& local) {
    registrar::Domain domain;
    if (accounts_.domain_of(host, realm, local, domain)) return true;
    const auto address = wire::parse_address(host);
    return address && *address == local.address;
}

void RegistrarDirectory::order_targets(TrunkId trunk, std::uint64_t random, std::vector<TrunkTarget>& out) {
    std::vector<std::uint16_t> order;
    auto left = trunks_.order(trunk, random, wheel_.now(), order);
    left = order.size() - left;
    for (std::size_t at = 0; at < order.size(); ++at) {
        const auto& target = trunks_.find(trunk)->targets[order[at]];
        out.push_back({order[at], target.options.transport, target.options.remote, target.options.name,
                       at >= left, target.standing.missed});
    }
}
void RegistrarDirectory::target_setup(TrunkId trunk, std::uint16_t target, const trunk::Setup& setup) {
    trunks_.note(trunk, target, setup, wheel_.now());
}
void RegistrarDirectory::target_media(TrunkId trunk, std::uint16_t target, const trunk::Media& media) {
    trunks_.note(trunk, target, media, wheel_.now());
}
resolver::Enumerated RegistrarDirectory::enumerate(std::string_view number, std::string_view suffix) {
    if (resolver_ == nullptr) return {.state = resolver::Enumerated::State::failed, .uri = {}};
    return resolver_->enumerate(number, suffix);
}

void RegistrarDirectory::least_cost(std::string_view table, std::string_view number,
                                    std::vector<TrunkId>& out) {
    if (rates_ != nullptr) rates_->find(table, number, out);
}
std::uint16_t RegistrarDirectory::take_trunk(TrunkId trunk, const trunk::Load& load) {
    return trunks_.take_call(trunk, load, wheel_.now());
}
void RegistrarDirectory::release_trunk(TrunkId trunk, const trunk::Load& load) {
    trunks_.release_call(trunk, load);
}
bool RegistrarDirectory::target_begins(TrunkId trunk, std::uint16_t target) {
    return trunks_.begin_call(trunk, target, wheel_.now());
}
void RegistrarDirectory::target_result(TrunkId trunk, std::uint16_t target, bool alive,
                                       std::uint16_t status) {
    if (alive)
        trunks_.mark_success(trunk, target, status, 0, wheel_.now());
    else
        trunks_.mark_failure(trunk, target, status, wheel_.now());
    // Of these the peer says itself that it cannot.
    const bool unable = status == 408 || status == 500 || (status >= 502 && status <= 504);
    trunks_.end_call(trunk, target, !alive || unable, wheel_.now());
}

std::string RegistrarDirectory::credentials(std::string_view account, std::string_view method,
                                            std::string_view uri) {
    return logins_.lines(account, method, uri);
}
bool RegistrarDirectory::challenged(std::string_view account, const wire::SipMessage& response,
                                    bool answered) {
    return logins_.learn(account, response, answered);
}

}  // namespace strowger::call
