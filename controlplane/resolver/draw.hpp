// Weighted chance (RFC 2782): the order in which equals are tried.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace strowger::resolver {

// Orders [first, last) by drawing without putting back, each with the chance that `weight_of(element)` gives
// it; those of weight 0 keep their places at the end. `random` decides.
template <typename Iterator, typename WeightOf>
void draw(Iterator first, Iterator last, std::uint64_t random, WeightOf weight_of) {
    std::stable_partition(first, last, [&](const auto& element) { return weight_of(element) != 0; });
    for (; first != last; ++first) {
        std::uint64_t sum = 0;
        for (auto i = first; i != last; ++i) sum += weight_of(*i);
        if (sum == 0) return;
        std::uint64_t drawn = random % sum;
        random = (random ^ (random >> 31)) * 0x9E3779B97F4A7C15ULL + 1;
        auto chosen = first;
        while (drawn >= weight_of(*chosen)) drawn -= weight_of(*chosen++);
        std::rotate(first, chosen, std::next(chosen));
    }
}

}  // namespace strowger::resolver
