#include "token.hpp"

namespace strowger::callgun {
namespace {

constexpr std::string_view kMagic = "z9hG4bK";  // RFC 3261 8.1.1.7

void write(char* at, std::uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i, value >>= 4) at[i] = "0123456789abcdef"[value & 15];
}

bool read(std::string_view text, std::uint64_t& value) {
    value = 0;
    for (const char c : text) {
        unsigned digit = 0;
        if (c >= '0' && c <= '9') {
            digit = static_cast<unsigned>(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = static_cast<unsigned>(c - 'a' + 10);
        } else {
            return false;
        }
        value = value << 4 | digit;
    }
    return true;
}

}  // namespace

TokenText to_text(const Token& token) noexcept {
    TokenText out;
    write(out.data(), token.run, 8);
    write(out.data() + 8, token.slot, 8);
    write(out.data() + 16, token.generation, 4);
    write(out.data() + 20, static_cast<std::uint8_t>(token.kind), 2);
    write(out.data() + 22, token.sequence, 2);
    return out;
}

std::optional<Token> parse_token(std::string_view text) noexcept {
    std::uint64_t who = 0;
    std::uint64_t what = 0;
    if (text.size() != kTokenSize || !read(text.substr(0, 16), who) || !read(text.substr(16), what))
        return std::nullopt;
    const auto kind = static_cast<std::uint8_t>(what >> 8);
    if (kind > static_cast<std::uint8_t>(TokenKind::callee_dialog)) return std::nullopt;
    return Token{.run = static_cast<std::uint32_t>(who >> 32),
                 .slot = static_cast<std::uint32_t>(who),
                 .generation = static_cast<std::uint16_t>(what >> 16),
                 .kind = static_cast<TokenKind>(kind),
                 .sequence = static_cast<std::uint8_t>(what)};
}

std::optional<Token> token_of_branch(std::string_view branch) noexcept {
    if (!branch.starts_with(kMagic)) return std::nullopt;
    return parse_token(branch.substr(kMagic.size()));
}

}  // namespace strowger::callgun
