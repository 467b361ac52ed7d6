#include "registrar/nonce_key.hpp"

#include <gtest/gtest.h>

#include "store/sqlite_store.hpp"

namespace strowger::registrar {

using digest::NonceKey;
namespace {

TEST(NonceKeyOf, IsMadeOnceAndKept) {
    std::string error;
    const auto store = store::open_sqlite({}, {}, error);
    ASSERT_NE(store, nullptr) << error;
    std::string warning;
    const NonceKey key = nonce_key_of(store.get(), warning);
    EXPECT_EQ(nonce_key_of(store.get(), warning), key);
    EXPECT_EQ(warning, "");
    EXPECT_NE(key, NonceKey{});
}

TEST(NonceKeyOf, ADamagedKeyIsReplaced) {
    std::string error;
    const auto store = store::open_sqlite({}, {}, error);
    store->submit({store::PutValue{"nonce_key", "short"}}, [](const store::Outcome&) {});
    std::string warning;
    const NonceKey key = nonce_key_of(store.get(), warning);
    EXPECT_EQ(nonce_key_of(store.get(), warning), key);
}

TEST(NonceKeyOf, WithoutAStoreEachRunHasItsOwn) {
    std::string warning;
    EXPECT_NE(nonce_key_of(nullptr, warning), nonce_key_of(nullptr, warning));
}

}  // namespace
}  // namespace strowger::registrar
