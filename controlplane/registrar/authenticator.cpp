#include "registrar/authenticator.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "registrar/nonce_counts.hpp"
#include "strowger/wire/sip_aor.hpp"

namespace strowger::registrar {

struct Authenticator::State {
    State(const Accounts& known, const digest::NonceKey& nonce_key) : accounts(known), key(nonce_key) {}

    const Accounts& accounts;
    digest::Key key;
    NonceCounts uses;
    FailingSources failing;
    bool offer_sha256 = true;
    std::int64_t lifetime_ms = 300'000;
    AuthenticatorCounts counts;
    std::array<std::uint8_t, 12 * 64> chances{};  // random bytes, fetched 64 nonces at a time
    std::size_t chances_used = sizeof(chances);

    // Takes the nonce's count, the last thing that is looked at.
    Check take_count(const Account* account, const digest::Nonce& nonce, std::uint32_t count,
                     std::int64_t unix_ms);
    bool take_verified(const message::Incoming& request, Role role, std::string_view realm,
                       std::int64_t unix_ms, const Account* likely, Check& out);
    Check judge(const message::Incoming& request, std::string_view realm, const digest::Given& given,
                std::int64_t unix_ms, const Account* likely);
    // `likely` when it is that one.
    const Account* account_of(std::string_view realm, std::string_view user, const Account* likely) const {
        const bool is_likely = likely != nullptr && likely->user == user && likely->domain == realm;
        return is_likely ? likely : accounts.find(realm, user);
    }
    void draw(std::array<std::uint8_t, 12>& out);
};

void Authenticator::State::draw(std::array<std::uint8_t, 12>& out) {
    if (chances_used == chances.size()) {
        if (RAND_bytes(chances.data(), static_cast<int>(chances.size())) != 1)
            throw std::runtime_error("OpenSSL has no random numbers");
        chances_used = 0;
    }
    std::copy_n(chances.begin() + static_cast<std::ptrdiff_t>(chances_used), out.size(), out.begin());
    chances_used += out.size();
}

Check Authenticator::State::take_count(const Account* account, const digest::Nonce& nonce,
                                       std::uint32_t count, std::int64_t unix_ms) {
    if (uses.use(nonce, count, unix_ms - lifetime_ms) == NonceCounts::Use::fresh)
        return {Verdict::ok, 0, {}, account};
    ++counts.replayed;
    return {Verdict::stale, 0, {}, account, true};
}

// False: no worker verified it, or for another realm, or the account was deleted since: it is judged whole.
bool Authenticator::State::take_verified(const message::Incoming& request, Role role, std::string_view realm,
                                         std::int64_t unix_ms, const Account* likely, Check& out) {
    const rings::Verified& by_worker = request.verified();
    if (!by_worker.ok || by_worker.role != role || request.sip().text(by_worker.realm) != realm) return false;
    const std::string_view user = request.sip().text(by_worker.user);
    const Account* account = account_of(realm, user, likely);
    if (account == nullptr) return false;
    out = take_count(account, by_worker.nonce, by_worker.count, unix_ms);
    return true;
}

Check Authenticator::State::judge(const message::Incoming& request, std::string_view realm,
                                  const digest::Given& given, std::int64_t unix_ms, const Account* likely) {
    const Account* account = account_of(realm, given.user, likely);
    const digest::Hash* ha1 =
        account == nullptr ? nullptr
                           : (given.qualified ? account->qualified : account->plain).find(given.algorithm);
    digest::Nonce nonce;
    const Verdict verdict =
        digest::judge(key, request.sip().method_text(), realm, given, ha1, {unix_ms, lifetime_ms}, nonce);
    if (verdict != Verdict::ok) return {verdict, 0, {}, nullptr};
    return take_count(account, nonce, given.count, unix_ms);
}

Authenticator::Authenticator(const Accounts& accounts, const digest::NonceKey& key)
    : state_(std::make_unique<State>(accounts, key)) {}
Authenticator::~Authenticator() = default;

void Authenticator::set_offer_sha256(bool offer) {
    state_->offer_sha256 = offer;
}

void Authenticator::set_nonce_lifetime(std::uint32_t seconds) {
    state_->lifetime_ms = static_cast<std::int64_t>(seconds) * 1000;
}

Check Authenticator::check(const message::Incoming& request, Role role, std::string_view realm,
                           std::int64_t unix_ms, const Account* likely) {
    State& s = *state_;
    const std::uint16_t challenge_status = role == Role::proxy ? 407 : 401;
    Check out{Verdict::challenge, challenge_status, {}, nullptr};
    if (!s.take_verified(request, role, realm, unix_ms, likely, out)) {
        digest::Given given;
        out.verdict = digest::read_given(request.sip(), role, realm, given);
        if (out.verdict == Verdict::malformed)
            out = {Verdict::malformed, 400, given.fault, nullptr};
        else if (out.verdict == Verdict::ok)
            out = s.judge(request, realm, given, unix_ms, likely);
    }
    switch (out.verdict) {
        case Verdict::ok:
            ++s.counts.accepted;
            break;
        case Verdict::challenge:
            ++s.counts.challenged;
            break;
        case Verdict::stale:
            ++s.counts.stale;
            out.status = challenge_status;
            break;
        case Verdict::wrong:
            ++s.counts.wrong;
            out.status = challenge_status;
            s.failing.add(request.flow().realm, request.flow().remote.address, unix_ms / 1000);
            break;
        case Verdict::malformed:
            ++s.counts.malformed;
            break;
    }
    return out;
}

void Authenticator::challenge(const message::Incoming& request, Role role, std::string_view realm, bool stale,
                              std::int64_t unix_ms, std::string& out) {
    State& s = *state_;
    wire::Aor caller;
    const Account* account = aor_of(request.sip().header(wire::HeaderId::from), caller)
                                 ? s.accounts.find(realm, caller.user())
                                 : nullptr;
    digest::Nonce nonce{unix_ms, {}};
    s.draw(nonce.chance);
    const auto has = [&](digest::Algorithm algorithm) {
        return account != nullptr && account->plain.find(algorithm) != nullptr;
    };
    const digest::Offer offer =
        digest::offer_to(has(digest::Algorithm::md5), has(digest::Algorithm::sha256), s.offer_sha256);
    std::array<char, 1024> room;
    out.append(room.data(), digest::write_challenge(s.key, role, realm, nonce, offer, stale, room));
}

void Authenticator::expect(const message::Incoming& request) const {
    if (request.verified().ok) state_->uses.prefetch(request.verified().nonce);
}

const AuthenticatorCounts& Authenticator::counts() const {
    return state_->counts;
}

const FailingSources& Authenticator::failing() const {
    return state_->failing;
}

std::string_view digest_realm(const Accounts& accounts, const message::Incoming& request) {
    const net::Flow& flow = request.flow();
    wire::Aor caller;
    Domain domain;
    if (aor_of(request.sip().header(wire::HeaderId::from), caller) &&
        accounts.domain_of(caller.host(), flow.realm, flow.local, domain)) {
        const Account* account = accounts.find(domain.name, caller.user());
        return account == nullptr ? domain.realm : account->domain;
    }
    return accounts.default_domain(flow.realm, domain) ? domain.realm : std::string_view{};
}

}  // namespace strowger::registrar
