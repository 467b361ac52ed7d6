#include "trunk/logins.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <span>

namespace strowger::trunk {
namespace {

constexpr std::size_t kMostKnown = 4;  // realms that one account answers to

std::uint64_t random_number(std::uint64_t otherwise) {
    std::uint64_t out = 0;
    return ::getrandom(&out, sizeof out, 0) == sizeof out ? out : otherwise;
}

}  // namespace

Logins::Known::Known(const digest::Challenge& c, bool by_proxy)
    : realm(c.realm),
      nonce(c.nonce),
      opaque(c.opaque),
      algorithm_text(c.algorithm_text),
      algorithm(c.algorithm),
      auth(c.auth),
      has_opaque(c.has_opaque),
      proxy(by_proxy) {}

digest::Challenge Logins::Known::challenge() const {
    return {.realm = realm,
            .nonce = nonce,
            .opaque = opaque,
            .algorithm_text = algorithm_text,
            .algorithm = algorithm,
            .auth = auth,
            .has_opaque = has_opaque};
}

void Logins::configure(const model::Model& model) {
    std::vector<Entry> old;
    old.swap(entries_);
    for (const auto& [name, account] : model.accounts) {
        Entry entry{
            name, account.auth_user.empty() ? account.user : account.auth_user, account.password.value, {}};
        for (Entry& was : old)
            if (was.name == name && was.user == entry.user && was.password == entry.password)
                entry.known = std::move(was.known);
        entries_.push_back(std::move(entry));
    }
}

Logins::Entry* Logins::find(std::string_view account) {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), account,
                                     [](const Entry& e, std::string_view name) { return e.name < name; });
    return at != entries_.end() && at->name == account ? &*at : nullptr;
}

std::string Logins::lines(std::string_view account, std::string_view method, std::string_view uri) {
    Entry* entry = find(account);
    std::string out;
    if (entry == nullptr) return out;
    for (Known& known : entry->known) {
        const auto cnonce = fmt::format("{:016x}", random_number(++cnonces_));
        const auto challenge = known.challenge();
        const digest::Answer answer{entry->user, entry->password, method, uri, ++known.count, cnonce};
        out += known.proxy ? "Proxy-Authorization: " : "Authorization: ";
        const auto before = out.size();
        out.resize(before + digest::room_for(challenge, answer));
        out.resize(before + digest::write_credentials(challenge, answer, std::span(out).subspan(before)));
        out += "\r\n";
    }
    return out;
}

bool Logins::take(Entry& entry, const digest::Challenge& challenge, bool proxy, bool answered) {
    const auto at = std::find_if(entry.known.begin(), entry.known.end(), [&](const Known& k) {
        return k.proxy == proxy && k.realm == challenge.realm;
    });
    if (at == entry.known.end()) {
        if (entry.known.size() >= kMostKnown) entry.known.erase(entry.known.begin());
        entry.known.emplace_back(challenge, proxy);
        return true;
    }
    const bool refused = answered && !challenge.stale;
    if (refused) {
        // Not tried again with the next request either, before it is challenged.
        entry.known.erase(at);
        return false;
    }
    *at = Known(challenge, proxy);
    return true;
}

bool Logins::learn(std::string_view account, const wire::SipMessage& response, bool answered) {
    Entry* entry = find(account);
    if (entry == nullptr || entry->password.empty()) return false;
    bool any = false;
    for (const bool proxy : {false, true}) {
        // RFC 7616 3.7: of several for one realm the first that we know is the server's favourite.
        std::vector<std::string_view> realms;
        response.each(
            proxy ? wire::HeaderId::proxy_authenticate : wire::HeaderId::www_authenticate,
            [&](std::string_view value) {
                digest::Challenge challenge;
                if (digest::parse_challenge(value, challenge) != digest::ChallengeStatus::ok ||
                    std::find(realms.begin(), realms.end(), challenge.realm) != realms.end())
                    return;
                realms.push_back(challenge.realm);
                any = take(*entry, challenge, proxy, answered) || any;
            });
    }
    return any;
}

}  // namespace strowger::trunk
