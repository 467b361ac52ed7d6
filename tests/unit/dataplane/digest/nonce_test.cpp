#include "strowger/digest/nonce.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strowger::digest {
namespace {

const NonceKey kKey{1, 2, 3};

std::string text_of(const NonceKey& key, std::string_view realm, const Nonce& nonce) {
    std::string out(kNonceText, ' ');
    Key(key).write(realm, nonce, out.data());
    return out;
}

bool reads(const NonceKey& key, std::string_view realm, std::string_view text) {
    Nonce out;
    return Key(key).read(realm, text, out);
}

TEST(NonceText, ComesBackWithTimeAndChance) {
    const Nonce in{1'900'000'000'123, {0, 255, 1, 254, 2, 253, 3, 252, 4, 251, 5, 250}};
    Nonce out;
    ASSERT_TRUE(Key(kKey).read("lab.example", text_of(kKey, "lab.example", in), out));
    EXPECT_EQ(out.time_ms, in.time_ms);
    EXPECT_EQ(out.chance, in.chance);
}

TEST(NonceText, AnyChangeIsNoticed) {
    const std::string good = text_of(kKey, "lab.example", {1000, {7}});
    EXPECT_TRUE(reads(kKey, "lab.example", good));
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(reads(kKey, "lab.example", bad)) << i;
        bad[i] = '=';
        EXPECT_FALSE(reads(kKey, "lab.example", bad)) << i;
    }
    EXPECT_FALSE(reads(kKey, "other.example", good));
    EXPECT_FALSE(reads(NonceKey{9}, "lab.example", good));
    EXPECT_FALSE(reads(kKey, "lab.example", good.substr(1)));
    EXPECT_FALSE(reads(kKey, "lab.example", good + "A"));
    EXPECT_FALSE(reads(kKey, "lab.example", ""));
}

}  // namespace
}  // namespace strowger::digest
