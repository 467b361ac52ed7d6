#include "call/group_memory.hpp"

#include <algorithm>
#include <numeric>

#include "model/values.hpp"

namespace strowger::call {
namespace {

// splitmix64: the next of a sequence that `state` starts.
std::uint64_t next_random(std::uint64_t& state) {
    auto z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// One after the other is drawn from those left, each by its weight; weight 0 comes last.
void draw(std::vector<std::size_t>& order, const model::Members& members, bool weighted,
          std::uint64_t random) {
    const auto weight = [&](std::size_t i) -> std::uint64_t { return weighted ? members[i].weight : 1; };
    for (std::size_t at = 0; at + 1 < order.size(); ++at) {
        std::uint64_t sum = 0;
        for (std::size_t i = at; i < order.size(); ++i) sum += weight(order[i]);
        if (sum == 0) return;
        auto pick = next_random(random) % sum;
        auto i = at;
        while (pick >= weight(order[i])) pick -= weight(order[i++]);
        std::swap(order[at], order[i]);
    }
}

}  // namespace

std::vector<std::size_t> GroupMemory::order(const std::string& group, model::Strategy strategy,
                                            const model::Members& members, std::uint64_t random) const {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto name = [&](std::size_t i) { return model::write(members[i].destination); };
    switch (strategy) {
        case model::Strategy::parallel:
        case model::Strategy::sequential:
            break;
        case model::Strategy::round_robin: {
            const auto last = last_taken_.find(group);
            if (last == last_taken_.end()) break;
            const auto at =
                std::find_if(order.begin(), order.end(), [&](auto i) { return name(i) == last->second; });
            if (at != order.end()) std::rotate(order.begin(), at + 1, order.end());
            break;
        }
        case model::Strategy::longest_idle: {
            const auto since = [&](std::size_t i) {
                const auto at = idle_since_.find(name(i));
                return at == idle_since_.end() ? Nanoseconds{0} : at->second;
            };
            std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return since(a) < since(b); });
            break;
        }
        case model::Strategy::random:
        case model::Strategy::weighted:
            draw(order, members, strategy == model::Strategy::weighted, random);
            break;
    }
    return order;
}

void GroupMemory::taken(const std::string& group, const std::string& member) {
    last_taken_[group] = member;
}

void GroupMemory::hung_up(const std::string& member, Nanoseconds now) {
    idle_since_[member] = now;
}

}  // namespace strowger::call
