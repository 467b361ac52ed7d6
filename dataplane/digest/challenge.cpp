#include "strowger/digest/challenge.hpp"

#include <algorithm>

#include "directives.hpp"
#include "strowger/wire/sip_values.hpp"
#include "text.hpp"

namespace strowger::digest {
namespace {

bool has_auth(std::string_view list) {
    std::string_view element;
    while (wire::next_in_list(list, element))
        if (wire::same_token(element, "auth")) return true;
    return false;
}

// Goes back between quotes as it came: no byte may end the line, no lone backslash the quotes.
bool is_clean(std::string_view value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (static_cast<unsigned char>(value[i]) < ' ' || value[i] == 0x7f) return false;
        if (value[i] == '\\' && ++i == value.size()) return false;
    }
    return true;
}

// A text of ours in quotes.
void write_quoted(Text& out, std::string_view text) {
    out << "\"";
    while (!text.empty()) {
        const auto special = std::min(text.find_first_of("\"\\"), text.size());
        out << text.substr(0, special);
        text.remove_prefix(special);
        if (text.empty()) break;
        out << "\\" << text.substr(0, 1);
        text.remove_prefix(1);
    }
    out << "\"";
}

}  // namespace

ChallengeStatus parse_challenge(std::string_view value, Challenge& out) noexcept {
    out = {};
    bool clean = true;
    bool fits = true;
    bool known = true;
    bool has_realm = false;
    bool has_qop = false;
    const auto listed = each_directive(value, [&](std::string_view name, std::string_view is, bool) {
        const auto keep = [&](std::string_view& member) {
            member = is;
            clean = clean && is_clean(is);
            fits = fits && is.size() <= kLongestValue;
        };
        if (wire::same_token(name, "realm")) {
            keep(out.realm);
            has_realm = true;
        } else if (wire::same_token(name, "nonce")) {
            keep(out.nonce);
        } else if (wire::same_token(name, "opaque")) {
            keep(out.opaque);
            out.has_opaque = true;
        } else if (wire::same_token(name, "algorithm")) {
            keep(out.algorithm_text);
            known = !is.empty() && algorithm_of(is, out.algorithm);
        } else if (wire::same_token(name, "qop")) {
            has_qop = true;
            out.auth = has_auth(is);
        } else if (wire::same_token(name, "stale")) {
            out.stale = wire::same_token(is, "true");
        }
        return true;
    });
    if (listed == ListStatus::other_scheme) return ChallengeStatus::unsupported;
    if (listed != ListStatus::ok || !clean) return ChallengeStatus::syntax;
    if (!known || (has_qop && !out.auth)) return ChallengeStatus::unsupported;
    if (!fits) return ChallengeStatus::too_long;
    return has_realm && !out.nonce.empty() ? ChallengeStatus::ok : ChallengeStatus::missing;
}

std::size_t write_credentials(const Challenge& c, const Answer& a, std::span<char> out) noexcept {
    char count[8];
    for (int i = 0; i < 8; ++i) count[i] = "0123456789abcdef"[a.count >> (28 - 4 * i) & 15];
    const std::string_view nc(count, sizeof count);
    const Hash ha1 = hash_of(c.algorithm, {a.user, ":", c.realm, ":", a.password});
    ResponseInput input{.method = a.method, .uri = a.uri, .nonce = c.nonce};
    if (c.auth) {
        input.nc = nc;
        input.cnonce = a.cnonce;
        input.qop = "auth";
    }
    char hex[64];
    const std::string_view response(hex, to_hex(c.algorithm, response_of(c.algorithm, ha1, input), hex));
    Text text(out);
    text << "Digest username=";
    write_quoted(text, a.user);
    text << ", realm=\"" << c.realm << "\", nonce=\"" << c.nonce << "\", uri=";
    write_quoted(text, a.uri);
    text << ", response=\"" << response << "\"";
    if (!c.algorithm_text.empty()) text << ", algorithm=" << c.algorithm_text;
    if (c.auth) text << ", cnonce=\"" << a.cnonce << "\", qop=auth, nc=" << nc;
    if (c.has_opaque) text << ", opaque=\"" << c.opaque << "\"";
    return text.size();
}

}  // namespace strowger::digest
