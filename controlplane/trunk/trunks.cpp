#include "trunk/trunks.hpp"

#include <algorithm>

#include "model/effective.hpp"

namespace strowger::trunk {

void Trunks::configure(const model::Model& model, publish::Ids& ids) {
    for (Trunk& trunk : trunks_) trunk.deleted = true;
    for (const auto& [name, options] : model.trunks) {
        const TrunkId id = ids.trunks.of(name);
        trunks_.resize(std::max(trunks_.size(), ids.trunks.size()));
        Trunk& trunk = trunks_[index(id)];
        std::vector<Target> targets;
        for (const model::Target& wanted : options.targets) {
            Target target{.options = wanted};
            for (const Target& old : trunk.targets)
                if (old.options.remote == wanted.remote && old.options.transport == wanted.transport)
                    target = old;
            target.options = wanted;
            targets.push_back(std::move(target));
        }
        trunk.options = options;
        trunk.realm = ids.realms.of(options.realm.name);
        trunk.deleted = false;
        trunk.targets = std::move(targets);
        trunk.sources = model::identify(options);
    }
}

TrunkId Trunks::identify(RealmId realm, const wire::IpAddress& source) const {
    TrunkId best = kNone<TrunkId>;
    int best_length = -1;
    for (std::size_t i = 0; i < trunks_.size(); ++i) {
        if (trunks_[i].deleted || trunks_[i].realm != realm) continue;
        for (const wire::Prefix& prefix : trunks_[i].sources) {
            if (prefix.length <= best_length || !prefix.contains(source)) continue;
            best = static_cast<TrunkId>(i);
            best_length = prefix.length;
        }
    }
    return best;
}

const Trunk* Trunks::find(TrunkId id) const {
    return index(id) < trunks_.size() ? &trunks_[index(id)] : nullptr;
}

TrunkId Trunks::find(std::string_view name) const {
    for (std::size_t i = 0; i < trunks_.size(); ++i)
        if (!trunks_[i].deleted && trunks_[i].options.name == name) return static_cast<TrunkId>(i);
    return kNone<TrunkId>;
}

void Trunks::order(TrunkId id, std::uint64_t random, std::vector<std::uint16_t>& out) const {
    const Trunk* trunk = find(id);
    if (trunk == nullptr) return;
    const std::size_t first = out.size();
    const auto down = [&](std::uint16_t i) { return trunk->targets[i].health == Health::down; };
    for (std::uint16_t i = 0; i < trunk->targets.size(); ++i)
        if (!down(i)) out.push_back(i);

    // Draw without putting back, by weight; what has weight 0 keeps its place at the end.
    for (std::size_t place = first; place < out.size(); ++place) {
        std::uint64_t sum = 0;
        for (std::size_t i = place; i < out.size(); ++i) sum += trunk->targets[out[i]].options.weight;
        if (sum == 0) break;
        std::uint64_t draw = random % sum;
        random = (random ^ (random >> 31)) * 0x9E3779B97F4A7C15ULL + 1;
        std::size_t chosen = place;
        while (draw >= trunk->targets[out[chosen]].options.weight)
            draw -= trunk->targets[out[chosen++]].options.weight;
        std::rotate(out.begin() + static_cast<std::ptrdiff_t>(place),
                    out.begin() + static_cast<std::ptrdiff_t>(chosen),
                    out.begin() + static_cast<std::ptrdiff_t>(chosen) + 1);
    }
}

bool Trunks::take_call(TrunkId id, Direction direction) {
    if (index(id) >= trunks_.size()) return false;
    Trunk& trunk = trunks_[index(id)];
    if (trunk.deleted) return false;
    if (trunk.options.max_calls != 0 && trunk.calls >= trunk.options.max_calls) {
        ++trunk.refused_full;
        return false;
    }
    ++trunk.calls;
    ++(direction == Direction::in ? trunk.calls_in : trunk.calls_out);
    return true;
}

void Trunks::release_call(TrunkId id) {
    if (index(id) < trunks_.size() && trunks_[index(id)].calls != 0) --trunks_[index(id)].calls;
}

void Trunks::mark_success(TrunkId id, std::uint16_t target, std::uint16_t status, Nanoseconds round_trip,
                          Nanoseconds now) {
    if (index(id) >= trunks_.size() || target >= trunks_[index(id)].targets.size()) return;
    Target& t = trunks_[index(id)].targets[target];
    if (t.health != Health::up) {
        t.changed = now;
        ++changes_;
    }
    t.health = Health::up;
    t.failures = 0;
    t.last_status = status;
    if (round_trip != 0) t.round_trip = round_trip;
}

void Trunks::mark_failure(TrunkId id, std::uint16_t target, std::uint16_t status, Nanoseconds now) {
    if (index(id) >= trunks_.size() || target >= trunks_[index(id)].targets.size()) return;
    const Trunk& trunk = trunks_[index(id)];
    Target& t = trunks_[index(id)].targets[target];
    t.last_status = status;
    if (t.failures < 0xffff) ++t.failures;
    // Without probes nothing would bring it back.
    if (trunk.options.probe_interval.count() == 0 || t.failures < trunk.options.probe_failures) return;
    if (t.health != Health::down) {
        t.changed = now;
        ++changes_;
    }
    t.health = Health::down;
}

}  // namespace strowger::trunk
