// What the workers are given beside the model: keys, the time of day, registrations, health of trunk targets.
#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon_parts.hpp"
#include "registrar/nonce_key.hpp"

namespace strowger {
namespace {

bool is_out(const trunk::Target& target) {
    return target.gone || target.health == trunk::Health::down;
}

// Calls that the workers forward say nothing of quality: those through the control plane bring it back.
bool is_left(const model::Trunk& options, const trunk::Target& target) {
    return target.standing.poor && options.quality == model::Quality::leave;
}

void give_health(const trunk::Trunks& trunks, const tables::Proxy& proxy) {
    for (std::size_t i = 0; i < trunks.all().size() && i < proxy.trunks.size(); ++i) {
        const std::vector<trunk::Target>& targets = trunks.all()[i].targets;
        // Some other target can take the calls of those that were left.
        const bool spared = std::ranges::any_of(targets, [&](const trunk::Target& t) {
            return !is_out(t) && !is_left(trunks.all()[i].options, t);
        });
        for (std::size_t t = 0; t < targets.size(); ++t)
            proxy.trunks[i].set_down(t, is_out(targets[t]) || (is_left(trunks.all()[i].options, targets[t]) && spared));
    }
}

// Addresses of trunk targets that are names, in the place of what the model says of them.
void give_names(const trunk::Trunks& trunks, tables::Tables& tables) {
    tables::Proxy& proxy = tables.proxy;
    for (std::size_t i = 0; i < trunks.all().size() && i < proxy.trunks.size(); ++i) {
        const trunk::Trunk& trunk = trunks.all()[i];
        tables::Trunk& out = proxy.trunks[i];
        const bool named = std::ranges::any_of(trunk.options.targets,
                                               [](const model::Target& t) { return !t.name.empty(); });
        if (!named || trunk.deleted || out.realm != trunk.realm || index(out.realm) >= proxy.realms.size())
            continue;
        // The workers know two tiers: a weight, and 0 for what stands in. The first tier that lives has the
        // weights.
        std::uint16_t tier = 0xffff;
        for (const trunk::Target& t : trunk.targets)
            if (!t.gone && t.health != trunk::Health::down) tier = std::min(tier, t.tier);
        out.targets.clear();
        for (const trunk::Target& t : trunk.targets) {
            const auto weight = t.options.name.empty() ? t.options.weight
                                : t.tier > tier        ? std::uint32_t{0}
                                                       : t.options.weight * t.share;
            out.targets.push_back({t.options.remote, static_cast<std::uint16_t>(std::min(weight, 65535u)),
                                   t.options.transport == net::TransportKind::udp,
                                   static_cast<std::uint8_t>(t.gone ? 1 : 0)});
        }
        if (!trunk.options.identify.empty()) continue;
        tables::ProxyRealm& realm = proxy.realms[index(out.realm)];
        const bool stateless =
            trunk.options.policy ? *trunk.options.policy == model::Policy::stateless : realm.stateless;
        for (const wire::Prefix& source : trunk.sources) {
            realm.sources.push_back({source, static_cast<TrunkId>(i), out.tenant, stateless});
            tables.realms[index(out.realm)].exempt.push_back(source);
        }
        proxy.enabled = proxy.enabled || stateless;
        std::ranges::stable_sort(
            realm.sources, [](const auto& a, const auto& b) { return a.prefix.length > b.prefix.length; });
    }
}

}  // namespace

void DaemonParts::resolve_names() {
    resolver->tell();
    if (trunks.resolutions() == resolutions_given) return;
    resolutions_given = trunks.resolutions();
    prober->configure();
    warnings = publisher->republish();
    after_publish();
}

void DaemonParts::start_proxy() {
    std::string warning;
    token_keys.emplace(store.get(), unix_now_ms() / 1000, warning);
    if (!warning.empty()) warnings.push_back(std::exchange(warning, {}));
    nonce_key = registrar::nonce_key_of(store.get(), warning);
    if (!warning.empty()) warnings.push_back(warning);
    clock = std::make_shared<std::atomic<Nanoseconds>>(unix_now_ms() * kMillisecond - clock_now());
    location_feed.emplace(location, *transport);
    publisher->fill_with([this, key = digest::Key(nonce_key)](tables::Tables& tables) {
        tables.digest.key = key;
        tables.digest.clock = clock;
        token_keys->give(tables.proxy);
        tables.proxy.locations = location_feed->contacts();
        tables.proxy.callers = location_feed->callers();
        give_names(trunks, tables);
        give_health(trunks, tables.proxy);
    });
}

void DaemonParts::keep_proxy() {
    clock->store(unix_now_ms() * kMillisecond - clock_now(), std::memory_order_relaxed);
    if (trunks.changes() != health_given) {
        health_given = trunks.changes();
        give_health(trunks, publisher->live().proxy);
        if (trunks.named()) --resolutions_given;  // another tier may be the first that lives
    }
    location_feed->sweep(wheel->now());
    const auto lifetime =
        std::chrono::duration_cast<std::chrono::seconds>(configuration->model().system.token_lifetime);
    if (!token_keys->renew(unix_now_ms() / 1000, lifetime.count())) return;
    warnings = publisher->republish();
    after_publish();
}

}  // namespace strowger
