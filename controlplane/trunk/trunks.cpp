#include "trunk/trunks.hpp"

#include <algorithm>

#include "model/effective.hpp"
#include "resolver/draw.hpp"

namespace strowger::trunk {

namespace {

constexpr std::uint16_t kNobody = 0xffff;
constexpr std::size_t kMostTargets = 256;        // of one trunk, gone ones included
constexpr Nanoseconds kGoneFor = 600 * kSecond;  // until a position is given to another address

bool same_place(const Target& a, const Target& b) {
    return a.options.remote == b.options.remote && a.options.transport == b.options.transport;
}

// Everything that the declared targets come to now, in their order.
std::vector<Target> targets_of(const Trunk& trunk) {
    std::vector<Target> out;
    for (std::size_t i = 0; i < trunk.options.targets.size(); ++i) {
        Target target{.options = trunk.options.targets[i], .declared = static_cast<std::uint16_t>(i)};
        if (target.options.name.empty()) {
            out.push_back(target);
            continue;
        }
        for (const resolver::Hop& hop : trunk.resolved[i]) {
            target.options.transport = hop.transport;
            target.options.remote = hop.remote;
            target.tier = hop.tier;
            target.share = hop.weight;
            out.push_back(target);
        }
    }
    return out;
}

void take_declaration(Target& target, const Target& wanted) {
    target.options = wanted.options;
    target.declared = wanted.declared;
    target.tier = wanted.tier;
    target.share = wanted.share;
    target.gone = false;
}

void find_sources(Trunk& trunk) {
    trunk.sources = model::identify(trunk.options);
    if (!trunk.options.identify.empty()) return;
    for (const Target& target : trunk.targets)
        if (!target.options.name.empty() && !target.gone)
            trunk.sources.push_back({.address = target.options.remote.address, .length = 128});
}

}  // namespace

void Trunks::configure(const model::Model& model, publish::Ids& ids) {
    for (Trunk& trunk : trunks_) trunk.deleted = true;
    for (const auto& [name, options] : model.trunks) {
        const TrunkId id = ids.trunks.of(name);
        trunks_.resize(std::max(trunks_.size(), ids.trunks.size()));
        Trunk& trunk = trunks_[index(id)];
        std::vector<std::vector<resolver::Hop>> resolved(options.targets.size());
        for (std::size_t i = 0; i < resolved.size(); ++i)
            for (std::size_t old = 0; old < trunk.options.targets.size(); ++old) {
                auto was = trunk.options.targets[old];
                was.weight = options.targets[i].weight;
                if (!was.name.empty() && was == options.targets[i]) resolved[i] = trunk.resolved[old];
            }
        trunk.options = options;
        trunk.realm = ids.realms.of(options.realm.name);
        trunk.deleted = false;
        trunk.resolved = std::move(resolved);
        auto targets = targets_of(trunk);
        for (Target& target : targets)
            for (const Target& old : trunk.targets)
                if (same_place(old, target)) {
                    const Target wanted = target;
                    target = old;
                    take_declaration(target, wanted);
                }
        trunk.targets = std::move(targets);
        find_sources(trunk);
    }
    configure_groups(model);
}

bool Trunks::adopt(Trunk& trunk, const std::vector<Target>& wanted, Nanoseconds now) {
    bool changed = false;
    std::vector<bool> placed(wanted.size());
    for (Target& target : trunk.targets) {
        std::size_t i = 0;
        while (i < wanted.size() && (placed[i] || !same_place(wanted[i], target))) ++i;
        changed = changed || target.gone != (i == wanted.size());
        if (i < wanted.size()) {
            changed = changed || target.tier != wanted[i].tier || target.share != wanted[i].share;
            placed[i] = true;
            take_declaration(target, wanted[i]);
        } else if (!target.gone) {
            target.gone = true;
            target.gone_since = now;
        }
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (placed[i]) continue;
        const auto free = std::find_if(trunk.targets.begin(), trunk.targets.end(), [&](const Target& t) {
            return t.gone && t.gone_since + kGoneFor <= now;
        });
        if (free != trunk.targets.end())
            *free = wanted[i];
        else if (trunk.targets.size() < kMostTargets)
            trunk.targets.push_back(wanted[i]);
        else
            continue;
        changed = true;
    }
    return changed;
}

void Trunks::resolved(TrunkId id, std::uint16_t declared, std::vector<resolver::Hop> hops, Nanoseconds now) {
    if (index(id) >= trunks_.size()) return;
    Trunk& trunk = trunks_[index(id)];
    if (declared >= trunk.resolved.size()) return;
    trunk.resolved[declared] = std::move(hops);
    if (!adopt(trunk, targets_of(trunk), now)) return;
    find_sources(trunk);
    ++resolutions_;
}

bool Trunks::named() const {
    return std::any_of(trunks_.begin(), trunks_.end(), [](const Trunk& trunk) {
        return !trunk.deleted && std::any_of(trunk.options.targets.begin(), trunk.options.targets.end(),
                                             [](const model::Target& t) { return !t.name.empty(); });
    });
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

std::size_t Trunks::order(TrunkId id, std::uint64_t random, Nanoseconds now, std::vector<std::uint16_t>& out) const {
    const Trunk* trunk = find(id);
    if (trunk == nullptr) return 0;
    std::vector<std::uint16_t> usable;
    std::vector<std::uint16_t> declared;
    std::vector<std::uint16_t> left;
    std::vector<std::uint32_t> tenths(trunk->targets.size(), 10);  // of its weight and share
    const bool first_is_tried = (random ^ random >> 29) % 10 == 0;
    std::uint16_t trial = kNobody;
    for (std::uint16_t i = 0; i < trunk->targets.size(); ++i) {
        const Target& target = trunk->targets[i];
        if (target.gone || target.health == Health::down) continue;
        if (target.circuit != Circuit::closed && target.open_until > now) continue;
        const Share share = share_of(trunk->options, target.standing, now);
        const bool tried = share == Share::trial && first_is_tried && trial == kNobody;
        if (share == Share::left || (share == Share::trial && !tried)) {
            left.push_back(i);
            continue;
        }
        if (tried) {
            trial = i;
            continue;
        }
        if (share == Share::lowered) tenths[i] = 1;
        usable.push_back(i);
        if (std::find(declared.begin(), declared.end(), target.declared) == declared.end())
            declared.push_back(target.declared);
    }
    std::sort(declared.begin(), declared.end());
    resolver::draw(declared.begin(), declared.end(), random,
                   [&](std::uint16_t d) {
                       std::uint32_t most = 0;
                       for (const std::uint16_t i : usable)
                           if (trunk->targets[i].declared == d) most = std::max(most, tenths[i]);
                       return std::uint64_t{trunk->options.targets[d].weight} * most;
                   });
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    for (const std::uint16_t d : declared) {
        const auto begin = static_cast<std::ptrdiff_t>(out.size());
        for (const std::uint16_t i : usable)
            if (trunk->targets[i].declared == d) out.push_back(i);
        const auto tier = [&](std::uint16_t i) { return trunk->targets[i].tier; };
        std::stable_sort(out.begin() + begin, out.end(),
                         [&](std::uint16_t a, std::uint16_t b) { return tier(a) < tier(b); });
        for (auto from = out.begin() + begin; from != out.end();) {
            const auto to =
                std::find_if(from, out.end(), [&](std::uint16_t i) { return tier(i) != tier(*from); });
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            resolver::draw(from, to, random >> 11,
                           [&](std::uint16_t i) { return std::uint64_t{trunk->targets[i].share} * tenths[i]; });
            from = to;
        }
    }
    std::stable_partition(out.begin() + first, out.end(), [&](std::uint16_t i) {
        return !penalties_.holds(trunk->realm, trunk->targets[i].options.remote, now);
    });
    if (trial != kNobody) out.insert(out.begin() + first, trial);
    out.insert(out.end(), left.begin(), left.end());
    return left.size();
}

Target* Trunks::find(TrunkId id, std::uint16_t target) {
    return index(id) < trunks_.size() && target < trunks_[index(id)].targets.size()
               ? &trunks_[index(id)].targets[target]
               : nullptr;
}

template <typename Sample>
void Trunks::take_sample(TrunkId id, std::uint16_t target, const Sample& sample, Nanoseconds now) {
    Target* t = find(id, target);
    if (t == nullptr) return;
    const model::Trunk& options = trunks_[index(id)].options;
    t->standing.window.add(sample, now, options.quality_window.count() * kMillisecond);
    if (judge(options, t->standing, now)) ++changes_;
}

void Trunks::note(TrunkId id, std::uint16_t target, const Setup& setup, Nanoseconds now) {
    take_sample(id, target, setup, now);
}
void Trunks::note(TrunkId id, std::uint16_t target, const Media& media, Nanoseconds now) {
    take_sample(id, target, media, now);
}

void Trunks::mark_success(TrunkId id, std::uint16_t target, std::uint16_t status, Nanoseconds round_trip,
                          Nanoseconds now) {
    if (index(id) >= trunks_.size() || target >= trunks_[index(id)].targets.size()) return;
    Target& t = trunks_[index(id)].targets[target];
    if (t.health != Health::up) {
        t.changed = now;
        ++changes_;
    }
    penalties_.answered(trunks_[index(id)].realm, t.options.remote);
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
    penalties_.failed(trunk.realm, t.options.remote, now);
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
