#include "resolver/penalties.hpp"

#include <algorithm>

namespace strowger::resolver {
namespace {

constexpr Nanoseconds kFirst = 10 * kSecond;
constexpr Nanoseconds kLongestPenalty = 300 * kSecond;
constexpr std::size_t kMost = 4096;

}  // namespace

void Penalties::failed(RealmId realm, const wire::Endpoint& remote, Nanoseconds now) {
    if (entries_.size() >= kMost)
        std::erase_if(entries_, [&](const auto& entry) { return entry.second.until + kLongestPenalty <= now; });
    if (entries_.size() >= kMost) return;
    Entry& entry = entries_[{realm, remote}];
    if (entry.until > now) return;  // more calls that found the same thing out
    entry.length = entry.length == 0 ? kFirst : std::min(2 * entry.length, kLongestPenalty);
    entry.until = now + entry.length;
}

void Penalties::answered(RealmId realm, const wire::Endpoint& remote) {
    if (!entries_.empty()) entries_.erase({realm, remote});
}

bool Penalties::holds(RealmId realm, const wire::Endpoint& remote, Nanoseconds now) const {
    if (entries_.empty()) return false;
    const auto at = entries_.find({realm, remote});
    return at != entries_.end() && at->second.until > now;
}

}  // namespace strowger::resolver
