#include "challenge.hpp"

#include "strowger/wire/sip_values.hpp"

namespace strowger::callgun {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

void skip(std::string_view& text, std::string_view what) {
    const auto at = text.find_first_not_of(what);
    text = at == std::string_view::npos ? std::string_view{} : text.substr(at);
}

std::string_view token(std::string_view& text) {
    const auto end = text.find_first_of(" \t\r\n=,\"");
    const std::string_view out = text.substr(0, end);
    text.remove_prefix(out.size());
    return out;
}

// The text between quotes, escapes left as they are; false: no closing quote.
bool quoted(std::string_view& text, std::string_view& out) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            out = text.substr(1, i - 1);
            text.remove_prefix(i + 1);
            return true;
        }
    }
    return false;
}

bool has_auth(std::string_view list) {
    std::string_view element;
    while (wire::next_in_list(list, element))
        if (wire::same_token(element, "auth")) return true;
    return false;
}

}  // namespace

std::string_view describe(ChallengeStatus status) noexcept {
    switch (status) {
        case ChallengeStatus::ok:
            return "answered";
        case ChallengeStatus::absent:
            return "the response has no challenge";
        case ChallengeStatus::syntax:
            return "the challenge is malformed";
        case ChallengeStatus::missing:
            return "the challenge has no realm or no nonce";
        case ChallengeStatus::unsupported:
            return "the challenge asks for something else than Digest with MD5 or SHA-256 and qop auth";
        case ChallengeStatus::too_long:
            return "the challenge's realm, nonce or opaque is too long";
    }
    return "";
}

ChallengeStatus parse_challenge(std::string_view value, Challenge& out) noexcept {
    out = {};
    skip(value, kSpace);
    if (!wire::same_token(token(value), "Digest")) return ChallengeStatus::unsupported;
    bool fits = true;
    bool known = true;
    bool has_realm = false;
    bool qop_given = false;
    for (bool first = true;; first = false) {
        skip(value, kSpace);
        if (value.empty()) break;
        if (!first) {
            if (value.front() != ',') return ChallengeStatus::syntax;
            skip(value, " \t\r\n,");
            if (value.empty()) break;
        }
        const std::string_view name = token(value);
        skip(value, kSpace);
        if (name.empty() || value.empty() || value.front() != '=') return ChallengeStatus::syntax;
        value.remove_prefix(1);
        skip(value, kSpace);
        std::string_view is;
        if (!value.empty() && value.front() == '"') {
            if (!quoted(value, is)) return ChallengeStatus::syntax;
        } else {
            is = token(value);
            if (is.empty()) return ChallengeStatus::syntax;
        }
        if (wire::same_token(name, "realm")) {
            fits = out.realm.assign(is) && fits;
            has_realm = true;
        } else if (wire::same_token(name, "nonce")) {
            fits = out.nonce.assign(is) && fits;
            if (is.empty()) return ChallengeStatus::missing;
        } else if (wire::same_token(name, "opaque")) {
            fits = out.opaque.assign(is) && fits;
            out.has_opaque = true;
        } else if (wire::same_token(name, "algorithm")) {
            known = digest::algorithm_of(is, out.algorithm) && !is.empty() && known;
        } else if (wire::same_token(name, "qop")) {
            out.qop_auth = has_auth(is);
            qop_given = true;
        } else if (wire::same_token(name, "stale")) {
            out.stale = wire::same_token(is, "true");
        }
    }
    if (!known || (qop_given && !out.qop_auth)) return ChallengeStatus::unsupported;
    if (!fits) return ChallengeStatus::too_long;
    return has_realm && out.present() ? ChallengeStatus::ok : ChallengeStatus::missing;
}

ChallengeStatus choose_challenge(const wire::SipMessage& response, Challenge& out) noexcept {
    ChallengeStatus status = ChallengeStatus::absent;
    const auto header =
        response.status() == 407 ? wire::HeaderId::proxy_authenticate : wire::HeaderId::www_authenticate;
    response.each(header, [&](std::string_view value) {
        if (status != ChallengeStatus::ok) status = parse_challenge(value, out);
    });
    return status;
}

void write_answer(wire::SipWriter& out, wire::HeaderId header, const Challenge& challenge,
                  const Answer& answer) {
    const digest::Hash ha1 = digest::hash_of(
        challenge.algorithm, {answer.user, ":", challenge.realm.view(), ":", answer.password});
    char count[9] = "00000000";
    for (int i = 7; i >= 0; --i) count[i] = "0123456789abcdef"[answer.count >> (4 * (7 - i)) & 15];
    const std::string_view nc{count, 8};
    const digest::Hash hash = digest::response_of(challenge.algorithm, ha1,
                                                  {.method = answer.method,
                                                   .uri = answer.uri,
                                                   .nonce = challenge.nonce.view(),
                                                   .nc = nc,
                                                   .cnonce = answer.cnonce,
                                                   .qop = challenge.qop_auth ? "auth" : ""});
    char hex[64];
    out.begin(header);
    out.append("Digest username=\"");
    out.append(answer.user);
    out.append("\", realm=\"");
    out.append(challenge.realm.view());
    out.append("\", nonce=\"");
    out.append(challenge.nonce.view());
    out.append("\", uri=\"");
    out.append(answer.uri);
    out.append("\", response=\"");
    out.append({hex, digest::to_hex(challenge.algorithm, hash, hex)});
    out.append("\", algorithm=");
    out.append(digest::algorithm_name(challenge.algorithm));
    if (challenge.qop_auth) {
        out.append(", qop=auth, nc=");
        out.append(nc);
        out.append(", cnonce=\"");
        out.append(answer.cnonce);
        out.append("\"");
    }
    if (challenge.has_opaque) {
        out.append(", opaque=\"");
        out.append(challenge.opaque.view());
        out.append("\"");
    }
    out.end();
}

}  // namespace strowger::callgun
