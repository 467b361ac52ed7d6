// What our branches and tags say: whose a message is, without a search.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace strowger::callgun {

// What a token names within its slot.
enum class TokenKind : std::uint8_t { options, register_, invite, bye, caller_dialog, callee_dialog };

struct Token {
    std::uint32_t run = 0;  // chosen at random by each callgun, so that nobody takes another's messages
    std::uint32_t slot = 0;
    std::uint16_t generation = 0;  // of the slot's user: earlier ones are gone
    TokenKind kind{};
    std::uint8_t sequence = 0;  // counts requests of that kind
    friend bool operator==(const Token&, const Token&) = default;
};

inline constexpr std::size_t kTokenSize = 24;
using TokenText = std::array<char, kTokenSize>;

[[nodiscard]] TokenText to_text(const Token& token) noexcept;
[[nodiscard]] std::optional<Token> parse_token(std::string_view text) noexcept;

// The token of a branch that we made ("z9hG4bK" + token); nullopt: not one of ours.
[[nodiscard]] std::optional<Token> token_of_branch(std::string_view branch) noexcept;

}  // namespace strowger::callgun
