#include "registrar/nonce_counts.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace strowger::registrar {

NonceCounts::NonceCounts(std::size_t sets) : sets_(std::bit_ceil(std::max<std::size_t>(sets, 1))) {}

NonceCounts::Use NonceCounts::use(const digest::Nonce& nonce, std::uint32_t count,
                                  std::int64_t oldest_valid_ms) {
    if (count == 0) return Use::replayed;
    std::uint64_t tag;
    std::memcpy(&tag, nonce.chance.data(), 8);
    if (tag == 0) tag = 1;
    Set& set = sets_[set_of(nonce)];
    Entry* victim = &set.entries[0];
    for (Entry& entry : set.entries) {
        if (entry.tag == tag && entry.time_ms == nonce.time_ms) {
            if (count > entry.highest) {
                const std::uint32_t ahead = count - entry.highest;
                entry.window = ahead < 64 ? entry.window << ahead | 1 : 1;
                entry.highest = count;
                return Use::fresh;
            }
            const std::uint32_t behind = entry.highest - count;
            if (behind >= 64 || (entry.window >> behind & 1) != 0) return Use::replayed;
            entry.window |= std::uint64_t{1} << behind;
            return Use::fresh;
        }
        const auto age_of = [](const Entry& e) { return e.tag == 0 ? INT64_MIN : e.time_ms; };
        if (age_of(entry) < age_of(*victim)) victim = &entry;
    }
    if (nonce.time_ms <= set.floor_ms) return Use::forgotten;
    if (victim->tag != 0 && victim->time_ms >= oldest_valid_ms) {
        // All eight are good still. What is forgotten may not come back, so the younger ones stay.
        if (nonce.time_ms <= victim->time_ms) return Use::forgotten;
        set.floor_ms = std::max(set.floor_ms, victim->time_ms);
    }
    *victim = {tag, nonce.time_ms, 1, count};
    return Use::fresh;
}

}  // namespace strowger::registrar
