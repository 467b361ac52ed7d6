#include "registrar/authenticator.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "registrar/aor.hpp"
#include "registrar/credentials.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::registrar {

namespace {

constexpr std::int64_t kClockSlack =
    60'000;  // ms that a nonce may be younger than now: the clock was set back

// The digest's URI must name what the request does (RFC 7616 3.4.6); parameters may have been added on the
// way.
bool same_target(std::string_view digest_uri, std::string_view request_uri) {
    if (digest_uri == request_uri) return true;
    const auto a = wire::parse_uri(digest_uri);
    const auto b = wire::parse_uri(request_uri);
    if (!a || !b || !a->is_sip() || !b->is_sip()) return false;
    const auto port = [](const wire::SipUri& u) { return u.port == 0 ? 5060 : u.port; };
    return a->user == b->user && wire::same_token(a->host, b->host) && port(*a) == port(*b);
}

// nc: exactly eight hexadecimal digits (RFC 7616 3.4).
bool parse_count(std::string_view text, std::uint32_t& out) {
    if (text.size() != 8) return false;
    out = 0;
    for (const char c : text) {
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return false;
        out = out << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
}

}  // namespace

struct Authenticator::State {
    bool offer_sha256 = true;
    State(const Accounts& known, const NonceKey& nonce_key) : accounts(known), key(nonce_key) {
        // Nobody's hash: an unknown user costs the same arithmetic as a wrong password and looks the same.
        const std::string_view parts[] = {"nobody"};
        for (std::size_t i = 0; i < kAlgorithms; ++i) nobody.value[i] = hasher.keyed(key, parts);
        const std::string_view opaque_parts[] = {"opaque"};
        char hex[64];
        to_hex(Algorithm::sha256, hasher.keyed(key, opaque_parts), hex);
        opaque.assign(hex, 16);
    }

    const Accounts& accounts;
    NonceKey key;
    Hasher hasher;
    NonceCounts uses;
    FailingSources failing;
    Ha1 nobody;
    std::string opaque;
    std::int64_t lifetime_ms = 300'000;
    AuthenticatorCounts counts;
    std::array<std::uint8_t, 12 * 64> chances{};  // random bytes, fetched 64 nonces at a time
    std::size_t chances_used = sizeof(chances);

    Check judge(const message::Incoming& request, std::string_view realm, const Credentials& given,
                Algorithm algorithm, std::int64_t unix_ms);
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

// `given` is for our realm. The order matters: the response is computed whatever else holds, so that neither
// time nor answer tells an unknown user from a wrong password, and stale=true only goes to who knows the
// password.
Check Authenticator::State::judge(const message::Incoming& request, std::string_view realm,
                                  const Credentials& given, Algorithm algorithm, std::int64_t unix_ms) {
    const wire::SipMessage& sip = request.sip();
    if (!same_target(given.uri, sip.uri()))
        return {Verdict::malformed, 400, "Digest uri is not the Request-URI", nullptr};
    Hash claimed{};
    std::uint32_t count = 0;
    if (!wire::same_token(given.qop, "auth") || given.cnonce.empty())
        return {Verdict::malformed, 400, "Digest credentials need qop=auth with cnonce and nc", nullptr};
    if (!parse_count(given.nc, count))
        return {Verdict::malformed, 400, "Digest nc is not eight hex digits", nullptr};
    if (!from_hex(algorithm, given.response, claimed))
        return {Verdict::malformed, 400, "Digest response has the wrong length", nullptr};

    std::string_view user = given.username;
    const std::size_t at = user.rfind('@');
    const bool qualified = at != std::string_view::npos && wire::same_token(user.substr(at + 1), realm);
    if (qualified) user = user.substr(0, at);
    const Account* account = accounts.find(realm, user);
    const auto i = static_cast<std::size_t>(algorithm);
    const Ha1& ha1 = account == nullptr ? nobody : qualified ? account->qualified : account->plain;
    const bool has_hash = account != nullptr && ha1.present[i];

    const Hash expected =
        hasher.response(algorithm, has_hash ? ha1.value[i] : nobody.value[i],
                        {sip.method_text(), given.uri, given.nonce, given.nc, given.cnonce, given.qop});
    const bool right = same_hash(algorithm, expected, claimed) && has_hash;
    Nonce nonce;
    const bool ours = read_nonce(hasher, key, realm, given.nonce, nonce);
    if (!right) return {Verdict::wrong, 0, {}, nullptr};
    if (!ours || nonce.time_ms + lifetime_ms <= unix_ms || nonce.time_ms > unix_ms + kClockSlack)
        return {Verdict::stale, 0, {}, nullptr};
    if (uses.use(nonce, count, unix_ms - lifetime_ms) != NonceCounts::Use::fresh) {
        ++counts.replayed;
        return {Verdict::stale, 0, {}, nullptr};
    }
    return {Verdict::ok, 0, {}, account};
}

Authenticator::Authenticator(const Accounts& accounts, const NonceKey& key)
    : state_(std::make_unique<State>(accounts, key)) {}
Authenticator::~Authenticator() = default;

void Authenticator::set_offer_sha256(bool offer) {
    state_->offer_sha256 = offer;
}

void Authenticator::set_nonce_lifetime(std::uint32_t seconds) {
    state_->lifetime_ms = static_cast<std::int64_t>(seconds) * 1000;
}

Check Authenticator::check(const message::Incoming& request, Role role, std::string_view realm,
                           std::int64_t unix_ms) {
    State& s = *state_;
    const std::uint16_t challenge_status = role == Role::proxy ? 407 : 401;
    Check out{Verdict::challenge, challenge_status, {}, nullptr};
    std::string_view fault;
    bool judged = false;
    request.sip().each(
        role == Role::proxy ? wire::HeaderId::proxy_authorization : wire::HeaderId::authorization,
        [&](std::string_view header) {
            if (judged) return;
            Credentials given;
            const CredentialsStatus status = parse_credentials(header, given);
            if (status == CredentialsStatus::other_scheme) return;
            if (status != CredentialsStatus::ok) {
                fault = describe(status);
                return;
            }
            Algorithm algorithm{};
            if (given.realm != realm || !algorithm_of(given.algorithm, algorithm)) return;
            judged = true;
            out = s.judge(request, realm, given, algorithm, unix_ms);
        });
    if (!judged && !fault.empty()) out = {Verdict::malformed, 400, fault, nullptr};
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
    Aor caller;
    const Account* account = aor_of(request.sip().header(wire::HeaderId::from), caller)
                                 ? s.accounts.find(realm, caller.user())
                                 : nullptr;
    Nonce nonce{unix_ms, {}};
    s.draw(nonce.chance);
    char text[kNonceText];
    write_nonce(s.hasher, s.key, realm, nonce, text);
    const bool none = account == nullptr || (!account->plain.present[0] && !account->plain.present[1]);
    for (const Algorithm algorithm : {Algorithm::sha256, Algorithm::md5}) {  // best first (RFC 8760 2.3)
        if (!none && !account->plain.present[static_cast<std::size_t>(algorithm)]) continue;
        const bool md5_too = none || account->plain.present[static_cast<std::size_t>(Algorithm::md5)];
        if (algorithm == Algorithm::sha256 && md5_too && !s.offer_sha256) continue;
        out +=
            role == Role::proxy ? "Proxy-Authenticate: Digest realm=\"" : "WWW-Authenticate: Digest realm=\"";
        out += realm;
        out += "\", nonce=\"";
        out.append(text, kNonceText);
        out += "\", opaque=\"";
        out += s.opaque;
        out += "\", algorithm=";
        out += algorithm_name(algorithm);
        out += ", qop=\"auth\"";
        if (stale) out += ", stale=true";
        out += "\r\n";
    }
}

const AuthenticatorCounts& Authenticator::counts() const {
    return state_->counts;
}

const FailingSources& Authenticator::failing() const {
    return state_->failing;
}

std::string_view digest_realm(const Accounts& accounts, const message::Incoming& request) {
    const net::Flow& flow = request.flow();
    Aor caller;
    Domain domain;
    if (aor_of(request.sip().header(wire::HeaderId::from), caller) &&
        accounts.domain_of(caller.host(), flow.realm, flow.local, domain)) {
        const Account* account = accounts.find(domain.name, caller.user());
        return account == nullptr ? domain.realm : account->domain;
    }
    return accounts.default_domain(flow.realm, domain) ? domain.realm : std::string_view{};
}

}  // namespace strowger::registrar
