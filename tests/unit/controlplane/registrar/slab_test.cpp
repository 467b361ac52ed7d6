#include "registrar/slab.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>

namespace strowger::registrar {
namespace {

// Blocks of random sizes, each filled with its own byte: overlapping ones would show.
TEST(Slab, BlocksNeverOverlapAndAreUsedAgain) {
    Slab slab;
    std::mt19937 chance(7);
    struct Block {
        std::size_t size;
        unsigned char fill;
    };
    std::map<Slab::Handle, Block> live;
    std::size_t highest = 0;
    for (int round = 0; round < 40'000; ++round) {
        if (live.size() < 200 || (chance() % 2 == 0 && live.size() < 600)) {
            const std::size_t size = chance() % 10 == 0 ? 1 + chance() % 60'000 : 1 + chance() % 400;
            const Slab::Handle handle = slab.allocate(size);
            ASSERT_NE(handle, 0u);
            ASSERT_FALSE(live.contains(handle));
            const auto fill = static_cast<unsigned char>(chance());
            std::memset(slab.at(handle), fill, size);
            live[handle] = {size, fill};
        } else {
            const auto victim = std::next(live.begin(), static_cast<std::ptrdiff_t>(chance() % live.size()));
            const auto* bytes = static_cast<const unsigned char*>(slab.at(victim->first));
            for (std::size_t i = 0; i < victim->second.size; ++i) ASSERT_EQ(bytes[i], victim->second.fill);
            slab.release(victim->first, victim->second.size);
            live.erase(victim);
        }
        if (round == 20'000) highest = slab.octets();
    }
    EXPECT_LE(slab.octets(), highest + highest / 2);
    for (const auto& [handle, block] : live) slab.release(handle, block.size);
    EXPECT_EQ(slab.used(), 0u);
}

TEST(Slab, RefusesWhatIsTooLarge) {
    Slab slab;
    EXPECT_EQ(slab.allocate(0), 0u);
    EXPECT_EQ(slab.allocate(Slab::kLargest + 1), 0u);
    const Slab::Handle largest = slab.allocate(Slab::kLargest);
    ASSERT_NE(largest, 0u);
    std::memset(slab.at(largest), 1, Slab::kLargest);
}

}  // namespace
}  // namespace strowger::registrar
