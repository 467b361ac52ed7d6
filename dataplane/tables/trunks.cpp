#include "strowger/tables/trunks.hpp"

#include <cmath>

namespace strowger::tables {
namespace {

// A uniform number in (0, 1), of the key and the target's own identity: other targets do not matter.
double draw(std::uint64_t key, const wire::Endpoint& remote, const HashKey& secret) {
    const std::string_view bytes(reinterpret_cast<const char*>(&remote), sizeof remote);
    const std::uint64_t hash = SipHash(secret).add(key).add(bytes).finish();
    return (static_cast<double>(hash >> 11) + 0.5) * 0x1p-53;
}

}  // namespace

const TrunkTarget* Trunk::choose(std::uint64_t key, const HashKey& secret) const noexcept {
    const TrunkTarget* best = nullptr;
    double best_score = 0;
    for (const bool last_resort : {false, true}) {
        for (const TrunkTarget& target : targets) {
            if ((target.weight == 0) != last_resort || __atomic_load_n(&target.down, __ATOMIC_RELAXED) != 0)
                continue;
            if (targets.size() == 1) return &target;
            const double weight = target.weight == 0 ? 1 : target.weight;
            const double score = weight / -std::log(draw(key, target.remote, secret));
            if (best != nullptr && score <= best_score) continue;
            best = &target;
            best_score = score;
        }
        if (best != nullptr) return best;
    }
    return nullptr;
}

}  // namespace strowger::tables
