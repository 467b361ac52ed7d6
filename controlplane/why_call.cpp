// `strowger why call`: what the running configuration would do with a call that nobody has placed.
#include <fmt/format.h>

#include <chrono>
#include <ctime>

#include "daemon_parts.hpp"

namespace strowger {
namespace {

struct Split {
    std::string user;
    std::string domain;  // empty: none was given
};

Split split(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos) return {std::string(text), {}};
    return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

// "2026-12-24T18:30" and "2026-12-24T18:30:05", UTC.
bool read_time(const std::string& text, std::int64_t& unix_ns) {
    for (const char* form : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"}) {
        std::tm parts{};
        const char* end = ::strptime(text.c_str(), form, &parts);
        if (end == nullptr || *end != '\0') continue;
        unix_ns = static_cast<std::int64_t>(::timegm(&parts)) * kSecond;
        return true;
    }
    return false;
}

// The account that is meant; without a domain, of the first one that has such a user.
const registrar::Account* find_account(const DaemonParts& parts, const Split& who) {
    if (!who.domain.empty()) return parts.accounts.find(who.domain, who.user);
    for (const auto& [_, tenant] : parts.configuration->model().tenants)
        for (const std::string& domain : tenant.domains)
            if (const auto* account = parts.accounts.find(domain, who.user)) return account;
    return nullptr;
}

// Where the subscriber is registered; else the first realm that asks subscribers who they are.
RealmId realm_of(const DaemonParts& parts, const registrar::Account& account) {
    std::vector<registrar::Binding> bindings;
    parts.location.lookup(account.tenant, account.aor, parts.wheel->now(), bindings);
    if (!bindings.empty()) return bindings.front().flow.realm;
    for (const auto& [name, realm] : parts.configuration->model().realms) {
        const RealmId id = parts.ids.realms.find(name);
        if (parts.accounts.authenticates(id) && realm.tenant.name == account.tenant) return id;
    }
    return RealmId{0};
}

bool read_caller(const DaemonParts& parts, const std::string& from, call::Question& out, std::string& error) {
    constexpr std::string_view kTrunk = "trunk:";
    registrar::Domain domain;
    if (from.starts_with(kTrunk)) {
        const std::string_view rest = std::string_view(from).substr(kTrunk.size());
        const std::string_view name = rest.substr(0, rest.find('/'));
        const TrunkId id = parts.trunks.find(name);
        if (id == kNone<TrunkId>) {
            error = fmt::format("there is no trunk {}; `strowger trunks` shows those there are", name);
            return false;
        }
        const trunk::Trunk& trunk = *parts.trunks.find(id);
        out.realm = trunk.realm;
        out.trunk = id;
        if (name.size() < rest.size()) out.caller = rest.substr(name.size() + 1);
        out.tenant = trunk.options.tenant.name;
        if (parts.accounts.default_domain(trunk.realm, domain)) out.domain = domain.name;
        return true;
    }
    const registrar::Account* account = find_account(parts, split(from));
    if (account == nullptr) {
        error = fmt::format("{} is no subscriber of ours; give a number, user@domain, trunk:NAME, or trunk:NAME/NUMBER", from);
        return false;
    }
    out.realm = realm_of(parts, *account);
    out.tenant = account->tenant;
    out.caller = account->user;
    out.domain = account->domain;
    return true;
}

}  // namespace

manage::WhyAnswer Overview::why_call(const manage::WhyCallQuery& query) {
    manage::WhyAnswer answer;
    call::Question question;
    if (!read_caller(parts_, query.from, question, answer.error)) return answer;
    question.unix_ns = unix_now_ms() * kMillisecond;
    if (!query.at.empty() && !read_time(query.at, question.unix_ns)) {
        answer.error = fmt::format("{}: must be a time such as 2026-12-24T18:30 (UTC)", query.at);
        return answer;
    }
    Split called = split(query.to);
    question.called = std::move(called.user);
    if (!called.domain.empty()) question.domain = std::move(called.domain);
    for (const tables::Listener& listener : parts_.publisher->live().listeners)
        if (listener.realm == question.realm && listener.interface != kNone<InterfaceId>) {
            question.local = listener.local;
            break;
        }
    answer.decisions.push_back(
        {"caller",
         fmt::format("realm {}, tenant {}", parts_.accounts.realm_name(question.realm), question.tenant),
         question.caller.empty() || question.trunk != kNone<TrunkId>
             ? query.from
             : fmt::format("subscriber {}", question.caller)});
    for (call::Explanation& line : parts_.calls->explain(question))
        answer.decisions.push_back({std::move(line.stage), std::move(line.decision), std::move(line.detail)});
    return answer;
}

}  // namespace strowger
