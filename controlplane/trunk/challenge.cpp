#include "trunk/challenge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strowger/wire/sip_values.hpp"

namespace strowger::trunk {
namespace {

constexpr std::size_t kLongest = 512;  // of one value

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void skip_blanks(std::string_view& rest) {
    while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
}

bool is_token(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-.!%*_+`'~").find(c) != std::string_view::npos;
}

std::string_view take_token(std::string_view& rest) {
    std::size_t n = 0;
    while (n < rest.size() && is_token(rest[n])) ++n;
    const auto token = rest.substr(0, n);
    rest.remove_prefix(n);
    return token;
}

// A quoted string, or a token. False: neither, or too long, or with characters that no header line may hold.
bool take_value(std::string_view& rest, std::string& out) {
    out.clear();
    if (!rest.starts_with('"')) {
        out = take_token(rest);
        return !out.empty() && out.size() <= kLongest;
    }
    rest.remove_prefix(1);
    while (!rest.empty() && rest.front() != '"') {
        if (rest.front() == '\\') rest.remove_prefix(1);
        if (rest.empty() || static_cast<unsigned char>(rest.front()) < ' ' || rest.front() == 0x7f)
            return false;
        out += rest.front();
        if (out.size() > kLongest) return false;
        rest.remove_prefix(1);
    }
    if (rest.empty()) return false;
    rest.remove_prefix(1);
    return true;
}

bool offers_auth(std::string_view qop) {
    while (!qop.empty()) {
        skip_blanks(qop);
        if (wire::same_token(take_token(qop), "auth")) return true;
        const auto comma = qop.find(',');
        if (comma == std::string_view::npos) return false;
        qop.remove_prefix(comma + 1);
    }
    return false;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

}  // namespace

std::optional<Challenge> parse_challenge(std::string_view rest) {
    skip_blanks(rest);
    if (!wire::same_token(take_token(rest), "Digest")) return std::nullopt;
    Challenge out;
    bool has_realm = false;
    bool has_qop = false;
    std::string value;
    while (true) {
        skip_blanks(rest);
        const auto name = take_token(rest);
        skip_blanks(rest);
        if (name.empty() || !rest.starts_with('=')) return std::nullopt;
        rest.remove_prefix(1);
        skip_blanks(rest);
        if (!take_value(rest, value)) return std::nullopt;
        if (wire::same_token(name, "realm")) {
            out.realm = value;
            has_realm = true;
        } else if (wire::same_token(name, "nonce")) {
            out.nonce = value;
        } else if (wire::same_token(name, "opaque")) {
            out.opaque = value;
            out.has_opaque = true;
        } else if (wire::same_token(name, "stale")) {
            out.stale = wire::same_token(value, "true");
        } else if (wire::same_token(name, "algorithm")) {
            if (!digest::algorithm_of(value, out.algorithm)) return std::nullopt;
            out.algorithm_text = value;
        } else if (wire::same_token(name, "qop")) {
            has_qop = true;
            out.auth = offers_auth(value);
        }
        skip_blanks(rest);
        if (rest.empty()) break;
        if (rest.front() != ',') return std::nullopt;
        rest.remove_prefix(1);
    }
    if (!has_realm || out.nonce.empty() || (has_qop && !out.auth)) return std::nullopt;
    return out;
}

std::string credentials(const Challenge& challenge, const Login& login, std::string_view method,
                        std::string_view uri, std::uint32_t count, std::string_view cnonce) {
    const auto ha1 =
        digest::hash_of(challenge.algorithm, {login.user, ":", challenge.realm, ":", login.password});
    const std::string nc = fmt::format("{:08x}", count);
    digest::ResponseInput input{.method = method, .uri = uri, .nonce = challenge.nonce};
    if (challenge.auth) {
        input.nc = nc;
        input.cnonce = cnonce;
        input.qop = "auth";
    }
    char hex[64];
    const auto response = digest::response_of(challenge.algorithm, ha1, input);
    const std::string_view text(hex, digest::to_hex(challenge.algorithm, response, hex));
    std::string out =
        fmt::format("Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\"", quoted(login.user),
                    quoted(challenge.realm), quoted(challenge.nonce), quoted(uri), text);
    if (!challenge.algorithm_text.empty()) out += fmt::format(", algorithm={}", challenge.algorithm_text);
    if (challenge.auth) out += fmt::format(", cnonce=\"{}\", qop=auth, nc={}", cnonce, nc);
    if (challenge.has_opaque) out += fmt::format(", opaque={}", quoted(challenge.opaque));
    return out;
}

message::Outgoing sent_again(const message::Outgoing& request, std::string_view branch, std::uint32_t cseq,
                             std::string_view dropped, std::string_view added) {
    const std::string_view text = request.text();
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return {};
    std::string out;
    out.reserve(text.size() + added.size() + branch.size() + 16);
    std::string_view head = text.substr(0, end + 2);
    bool first_via = true;
    bool numbered = false;
    while (!head.empty()) {
        const auto length = head.find("\r\n") + 2;
        const std::string_view line = head.substr(0, length);
        head.remove_prefix(length);
        constexpr std::string_view kBranch = "branch=";
        const auto at = line.find(kBranch);
        if (first_via && line.starts_with("Via: ") && at != std::string_view::npos) {
            first_via = false;
            out += line.substr(0, at + kBranch.size());
            out += branch;
            out += line.substr(std::min(line.find(';', at), line.size() - 2));
        } else if (line.starts_with("CSeq: ")) {
            numbered = true;
            out += fmt::format("CSeq: {}{}", cseq, line.substr(std::min(line.find(' ', 6), line.size() - 2)));
            out += added;
        } else if (dropped.empty() || dropped.find(line) == std::string_view::npos) {
            out += line;
        }
    }
    if (first_via || !numbered) return {};
    out += text.substr(end + 2);
    return message::Outgoing::copy(out);
}

}  // namespace strowger::trunk
