#include "strowger/digest/credentials.hpp"

#include "directives.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::digest {

namespace {

// Undoes backslashes into the free part of `out.unescaped`.
bool unescape(std::string_view raw, Credentials& out, std::size_t& used, std::string_view& value) {
    const std::size_t from = used;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] == '\\' && i + 1 < raw.size()) ++i;
        if (used == out.unescaped.size()) return false;
        out.unescaped[used++] = raw[i];
    }
    value = {out.unescaped.data() + from, used - from};
    return true;
}

std::string_view* member_of(Credentials& out, std::string_view name) {
    struct Row {
        std::string_view name;
        std::string_view Credentials::*member;
    };
    static constexpr Row kRows[] = {
        {"username", &Credentials::username}, {"realm", &Credentials::realm},
        {"nonce", &Credentials::nonce},       {"uri", &Credentials::uri},
        {"response", &Credentials::response}, {"algorithm", &Credentials::algorithm},
        {"cnonce", &Credentials::cnonce},     {"opaque", &Credentials::opaque},
        {"qop", &Credentials::qop},           {"nc", &Credentials::nc},
    };
    for (const Row& row : kRows)
        if (wire::same_token(row.name, name)) return &(out.*row.member);
    return nullptr;
}

}  // namespace

CredentialsStatus parse_credentials(std::string_view header, Credentials& out) noexcept {
    std::size_t used = 0;
    auto stopped = CredentialsStatus::ok;
    const auto listed = each_directive(header, [&](std::string_view name, std::string_view value, bool escapes) {
        if (escapes && !unescape(value, out, used, value)) {
            stopped = CredentialsStatus::too_long;
            return false;
        }
        std::string_view* member = member_of(out, name);
        if (member == nullptr) return true;  // auth-param of an extension
        if (member->data() != nullptr) {
            stopped = CredentialsStatus::repeated;
            return false;
        }
        *member = value;
        return true;
    });
    if (listed == ListStatus::other_scheme) return CredentialsStatus::other_scheme;
    if (listed == ListStatus::syntax) return CredentialsStatus::syntax;
    if (listed == ListStatus::stopped) return stopped;
    const auto absent = [](std::string_view v) { return v.data() == nullptr; };
    if (absent(out.username) || absent(out.realm) || absent(out.nonce) || absent(out.uri) ||
        absent(out.response))
        return CredentialsStatus::missing;
    return CredentialsStatus::ok;
}

std::string_view describe(CredentialsStatus status) noexcept {
    switch (status) {
        case CredentialsStatus::ok:
        case CredentialsStatus::other_scheme:
            break;
        case CredentialsStatus::syntax:
            return "Credentials are not a list of name=value";
        case CredentialsStatus::repeated:
            return "Digest directive given twice";
        case CredentialsStatus::missing:
            return "Digest credentials lack username, realm, nonce, uri or response";
        case CredentialsStatus::too_long:
            return "Digest credentials are too long";
    }
    return {};
}

}  // namespace strowger::digest
