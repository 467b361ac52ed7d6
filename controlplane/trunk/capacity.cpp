// Calls on trunks: how many there may be, and where none may be sent for a while.
#include <algorithm>

#include "trunk/trunks.hpp"

namespace strowger::trunk {
namespace {

constexpr Nanoseconds kTrial = 60 * kSecond;  // a half-open circuit waits that long for its call's outcome
constexpr Nanoseconds kLongestOpen = 16;      // times open_time

}  // namespace

void Trunks::configure_groups(const model::Model& model) {
    for (Group& group : groups_) {
        group.deleted = true;
        group.trunks.clear();
    }
    for (Trunk& trunk : trunks_) trunk.groups.clear();
    for (const auto& [name, options] : model.trunk_groups) {
        auto at =
            std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) { return g.name == name; });
        if (at == groups_.end()) at = groups_.insert(groups_.end(), Group{.name = name});
        at->deleted = false;
        at->allowance = allowance_of(options);
        for (const model::TrunkMember& member : options.trunks) {
            const TrunkId id = find(member.trunk.name);
            if (id == kNone<TrunkId>) continue;
            at->trunks.push_back(id);
            trunks_[index(id)].groups.push_back(static_cast<std::uint16_t>(at - groups_.begin()));
        }
    }
}

Usage Trunks::usage_of(const Group& group) const {
    Usage out;
    for (const TrunkId id : group.trunks) {
        const Usage& one = trunks_[index(id)].usage;
        out.in += one.in;
        out.out += one.out;
        out.kbit += one.kbit;
    }
    return out;
}

std::uint16_t Trunks::take_call(TrunkId id, const Load& load, Nanoseconds now) {
    if (index(id) >= trunks_.size() || trunks_[index(id)].deleted) return 503;
    Trunk& trunk = trunks_[index(id)];
    const Allowance own = allowance_of(trunk.options);
    if (!fits(own, trunk.usage, trunk.rate, load, now)) {
        ++trunk.refused_full;
        return own.full_code;
    }
    for (const std::uint16_t g : trunk.groups) {
        Group& group = groups_[g];
        if (fits(group.allowance, usage_of(group), group.rate, load, now)) continue;
        ++group.refused_full;
        return group.allowance.full_code;
    }
    trunk.rate.take(own.per_second, now);
    for (const std::uint16_t g : trunk.groups) groups_[g].rate.take(groups_[g].allowance.per_second, now);
    const bool inbound = load.direction == Direction::in;
    ++(inbound ? trunk.usage.in : trunk.usage.out);
    ++(inbound ? trunk.calls_in : trunk.calls_out);
    trunk.usage.kbit += load.kbit;
    return 0;
}

void Trunks::release_call(TrunkId id, const Load& load) {
    if (index(id) >= trunks_.size()) return;
    Usage& usage = trunks_[index(id)].usage;
    auto& calls = load.direction == Direction::in ? usage.in : usage.out;
    if (calls != 0) --calls;
    usage.kbit -= std::min<std::uint64_t>(usage.kbit, load.kbit);
}

bool Trunks::begin_call(TrunkId id, std::uint16_t target, Nanoseconds now) {
    if (index(id) >= trunks_.size() || target >= trunks_[index(id)].targets.size()) return true;
    Target& t = trunks_[index(id)].targets[target];
    if (t.circuit != Circuit::closed && t.open_until > now) return false;
    count_trial(trunks_[index(id)].options, t.standing, now);
    if (t.circuit == Circuit::closed) return true;
    t.circuit = Circuit::half_open;
    t.open_until = now + kTrial;
    return true;
}

void Trunks::end_call(TrunkId id, std::uint16_t target, bool failed, Nanoseconds now) {
    if (index(id) >= trunks_.size() || target >= trunks_[index(id)].targets.size()) return;
    const Trunk& trunk = trunks_[index(id)];
    Target& t = trunks_[index(id)].targets[target];
    if (!failed) {
        t.circuit = Circuit::closed;
        t.failed_calls = 0;
        t.open_for = 0;
        return;
    }
    if (t.failed_calls < 0xffff) ++t.failed_calls;
    const std::uint16_t most = trunk.options.max_failures;
    if (most == 0 || t.circuit == Circuit::open || (t.circuit == Circuit::closed && t.failed_calls < most))
        return;
    const Nanoseconds once = trunk.options.open_time.count() * kMillisecond;
    t.open_for = t.open_for == 0 ? once : std::min(2 * t.open_for, kLongestOpen * once);
    t.circuit = Circuit::open;
    t.open_until = now + t.open_for;
}

}  // namespace strowger::trunk
