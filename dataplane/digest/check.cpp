#include "strowger/digest/check.hpp"

#include "strowger/wire/sip_values.hpp"
#include "text.hpp"

namespace strowger::digest {

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

Verdict malformed(Given& out, std::string_view fault) {
    out.fault = fault;
    return Verdict::malformed;
}

// The values of credentials that are for our realm and an algorithm of ours.
Verdict read_values(std::string_view request_uri, std::string_view realm, Given& out) {
    const Credentials& given = out.credentials;
    if (!same_target(given.uri, request_uri)) return malformed(out, "Digest uri is not the Request-URI");
    if (!wire::same_token(given.qop, "auth") || given.cnonce.empty())
        return malformed(out, "Digest credentials need qop=auth with cnonce and nc");
    if (!parse_count(given.nc, out.count)) return malformed(out, "Digest nc is not eight hex digits");
    if (!from_hex(out.algorithm, given.response, out.claimed))
        return malformed(out, "Digest response has the wrong length");
    out.user = given.username;
    const std::size_t at = out.user.rfind('@');
    out.qualified = at != std::string_view::npos && wire::same_token(out.user.substr(at + 1), realm);
    if (out.qualified) out.user = out.user.substr(0, at);
    return Verdict::ok;
}

}  // namespace

Verdict read_given(const wire::SipMessage& request, Role role, std::string_view realm, Given& out) noexcept {
    Verdict verdict = Verdict::challenge;
    bool judged = false;
    std::string_view fault;
    request.each(
        role == Role::proxy ? wire::HeaderId::proxy_authorization : wire::HeaderId::authorization,
        [&](std::string_view header) {
            if (judged) return;
            out.credentials.clear();
            const CredentialsStatus status = parse_credentials(header, out.credentials);
            if (status == CredentialsStatus::other_scheme) return;
            if (status != CredentialsStatus::ok) {
                fault = describe(status);
                return;
            }
            if (out.credentials.realm != realm || !algorithm_of(out.credentials.algorithm, out.algorithm))
                return;
            judged = true;
            verdict = read_values(request.uri(), realm, out);
        });
    return !judged && !fault.empty() ? malformed(out, fault) : verdict;
}

Verdict judge(const Key& key, std::string_view method, std::string_view realm, const Given& given,
              const Hash* ha1, const Validity& when, Nonce& nonce) noexcept {
    const Credentials& c = given.credentials;
    const Hash expected = response_of(given.algorithm, ha1 != nullptr ? *ha1 : key.nobody(),
                                      {method, c.uri, c.nonce, c.nc, c.cnonce, c.qop});
    const bool right = same_hash(given.algorithm, expected, given.claimed) && ha1 != nullptr;
    const bool ours = key.read(realm, c.nonce, nonce);
    if (!right) return Verdict::wrong;
    if (!ours || nonce.time_ms + when.lifetime_ms <= when.unix_ms ||
        nonce.time_ms > when.unix_ms + kClockSlack)
        return Verdict::stale;
    return Verdict::ok;
}

Offer offer_to(bool has_md5, bool has_sha256, bool sha256) noexcept {
    const bool none = !has_md5 && !has_sha256;
    const bool md5 = none || has_md5;
    return {{md5, (none || has_sha256) && (!md5 || sha256)}};
}

std::size_t write_challenge(const Key& key, Role role, std::string_view realm, const Nonce& nonce,
                            Offer offer, bool stale, std::span<char> out) noexcept {
    char nonce_text[kNonceText];
    key.write(realm, nonce, nonce_text);
    Text text(out);
    for (const Algorithm algorithm : {Algorithm::sha256, Algorithm::md5}) {
        if (!offer.of[static_cast<std::size_t>(algorithm)]) continue;
        text << (role == Role::proxy ? "Proxy-Authenticate: Digest realm=\""
                                     : "WWW-Authenticate: Digest realm=\"")
             << realm << "\", nonce=\"" << std::string_view(nonce_text, sizeof nonce_text) << "\", opaque=\""
             << key.opaque() << "\", algorithm=" << algorithm_name(algorithm) << ", qop=\"auth\""
             << (stale ? ", stale=true\r\n" : "\r\n");
    }
    return text.size();
}

}  // namespace strowger::digest
