#include "strowger/digest/credentials.hpp"

#include "strowger/wire/sip_values.hpp"

namespace strowger::digest {

namespace {

constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';  // line breaks: a folded header
}

// RFC 3261 25.1 token, plus what unquoted values of real phones hold (base64, URIs without comma).
constexpr bool is_value(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u < 0x7f && c != ',' && c != '"';
}

constexpr bool is_name(char c) {
    return is_value(c) && c != '=' && c != ';' && c != '(' && c != ')' && c != '<' && c != '>' && c != '@' &&
           c != ':' && c != '\\' && c != '/' && c != '[' && c != ']' && c != '?' && c != '{' && c != '}';
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}
    void spaces() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }
    [[nodiscard]] bool done() const { return at_ == text_.size(); }
    bool take(char c) {
        if (done() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    template <typename Predicate>
    std::string_view run(Predicate&& belongs) {
        const std::size_t from = at_;
        while (at_ < text_.size() && belongs(text_[at_])) ++at_;
        return text_.substr(from, at_ - from);
    }
    // After the opening quote: up to the closing one, which is taken. False: there is none.
    bool quoted(std::string_view& raw, bool& escapes) {
        const std::size_t from = at_;
        escapes = false;
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"') {
                raw = text_.substr(from, at_ - from);
                ++at_;
                return true;
            }
            if (text_[at_] != '\\') continue;
            escapes = true;
            ++at_;  // the escaped character, whatever it is
        }
        at_ = text_.size();
        return false;
    }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

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
    Reader reader(header);
    std::size_t used = 0;
    reader.spaces();
    if (!wire::same_token(reader.run(is_name), "Digest")) return CredentialsStatus::other_scheme;
    while (true) {
        reader.spaces();
        if (reader.done()) break;
        if (reader.take(',')) continue;  // empty elements are allowed (RFC 7230 7)
        const std::string_view name = reader.run(is_name);
        reader.spaces();
        if (name.empty() || !reader.take('=')) return CredentialsStatus::syntax;
        reader.spaces();
        std::string_view value;
        if (reader.take('"')) {
            std::string_view raw;
            bool escapes = false;
            if (!reader.quoted(raw, escapes)) return CredentialsStatus::syntax;
            value = raw;
            if (escapes && !unescape(raw, out, used, value)) return CredentialsStatus::too_long;
            if (value.data() == nullptr) value = "";
        } else {
            value = reader.run(is_value);
            if (value.empty()) return CredentialsStatus::syntax;
        }
        reader.spaces();
        if (!reader.done() && !reader.take(',')) return CredentialsStatus::syntax;
        std::string_view* member = member_of(out, name);
        if (member == nullptr) continue;  // auth-param of an extension
        if (member->data() != nullptr) return CredentialsStatus::repeated;
        *member = value;
    }
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
