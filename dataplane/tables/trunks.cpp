#include "strowger/tables/trunks.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace strowger::tables {
namespace {

// Every bit of the result depends on every bit of the word, and no two words have the same result.
std::uint64_t mixed(std::uint64_t word) {
    word = (word ^ word >> 32) * 0xD6E8FEB86659FD93ULL;
    word = (word ^ word >> 32) * 0xD6E8FEB86659FD93ULL;
    return word ^ word >> 32;
}

// A uniform number in (0, 1), of the caller's secret and the target's own identity: other targets do not matter.
double draw(std::uint64_t caller, const wire::Endpoint& remote) {
    const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(remote.address.bytes);
    const std::uint64_t target = mixed(mixed(words[1]) ^ words[0]) + remote.port.wire();
    const std::uint64_t hash = mixed(caller ^ mixed(target));
    return (static_cast<double>(hash >> 11) + 0.5) * 0x1p-53;
}

}  // namespace

const TrunkTarget* Trunk::choose(std::uint64_t key, const HashKey& secret) const noexcept {
    const std::uint64_t caller = SipHash(secret).add(key).finish();
    const TrunkTarget* best = nullptr;
    double best_score = 0;
    for (const bool last_resort : {false, true}) {
        for (const TrunkTarget& target : targets) {
            if ((target.weight == 0) != last_resort || __atomic_load_n(&target.down, __ATOMIC_RELAXED) != 0)
                continue;
            if (targets.size() == 1) return &target;
            const double weight = target.weight == 0 ? 1 : target.weight;
            const double score = weight / -std::log(draw(caller, target.remote));
            if (best != nullptr && score <= best_score) continue;
            best = &target;
            best_score = score;
        }
        if (best != nullptr) return best;
    }
    return nullptr;
}

}  // namespace strowger::tables
