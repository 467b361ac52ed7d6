#include "token.hpp"

#include <gtest/gtest.h>

#include <string>

#include "key_index.hpp"
#include "slots.hpp"

namespace strowger::callgun {
namespace {

TEST(Token, ComesBackFromItsText) {
    const Token token{0xdeadbeef, 123'456, 65'535, TokenKind::bye, 7};
    const TokenText text = to_text(token);
    EXPECT_EQ(parse_token({text.data(), text.size()}), token);
    EXPECT_EQ(token_of_branch("z9hG4bK" + std::string(text.data(), text.size())), token);
}

TEST(Token, ForeignTextIsNone) {
    for (const char* text :
         {"", "z9hG4bK", "z9hG4bKabc", "0123456789abcdef01234567", "z9hG4bK0123456789ABCDEF01230000",
          "z9hG4bK0123456789abcdef0123ff00", "z9hG4bK0123456789abcdef01230000x"})
        EXPECT_FALSE(token_of_branch(text)) << text;
}

TEST(Slots, AnEarlierUserIsNotFound) {
    Slots<int> slots(2);
    const auto first = slots.take();
    ASSERT_TRUE(first);
    const std::uint16_t generation = slots.generation(*first);
    EXPECT_NE(slots.find(*first, generation), nullptr);
    slots.give_back(*first);
    EXPECT_EQ(slots.find(*first, generation), nullptr);
    EXPECT_TRUE(slots.take());
    EXPECT_EQ(slots.find(*first, generation), nullptr);
    EXPECT_TRUE(slots.take());
    EXPECT_FALSE(slots.take());
    EXPECT_EQ(slots.in_use(), 2u);
    EXPECT_EQ(slots.find(99, 0), nullptr);
}

TEST(KeyIndex, FindsWhatIsThereAndNothingElse) {
    KeyIndex index(100);
    // Many keys of one home: they stand in a row, and taking one out closes the row.
    for (std::uint32_t i = 0; i < 100; ++i) index.insert(std::uint64_t{i / 10} | std::uint64_t{i} << 32, i);
    for (std::uint32_t i = 0; i < 100; i += 3) index.erase(std::uint64_t{i / 10} | std::uint64_t{i} << 32);
    index.erase(12345);  // was never there
    for (std::uint32_t i = 0; i < 100; ++i) {
        const auto found = index.find(std::uint64_t{i / 10} | std::uint64_t{i} << 32);
        if (i % 3 == 0) {
            EXPECT_FALSE(found) << i;
        } else {
            EXPECT_EQ(found, i);
        }
    }
}

}  // namespace
}  // namespace strowger::callgun
