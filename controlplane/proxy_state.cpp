// What the workers' stateless proxy is given beside the model: keys, registrations, health of trunk targets.
#include <chrono>

#include "daemon_parts.hpp"

namespace strowger {
namespace {

void give_health(const trunk::Trunks& trunks, const tables::Proxy& proxy) {
    for (std::size_t i = 0; i < trunks.all().size() && i < proxy.trunks.size(); ++i) {
        const std::vector<trunk::Target>& targets = trunks.all()[i].targets;
        for (std::size_t t = 0; t < targets.size(); ++t)
            proxy.trunks[i].set_down(t, targets[t].health == trunk::Health::down);
    }
}

}  // namespace

void DaemonParts::start_proxy() {
    std::string warning;
    token_keys.emplace(store.get(), unix_now_ms() / 1000, warning);
    if (!warning.empty()) warnings.push_back(warning);
    location_feed.emplace(location, *transport);
    publisher->fill_with([this](tables::Tables& tables) {
        token_keys->give(tables.proxy);
        tables.proxy.locations = location_feed->contacts();
        tables.proxy.callers = location_feed->callers();
        give_health(trunks, tables.proxy);
    });
}

void DaemonParts::keep_proxy() {
    if (trunks.changes() != health_given) {
        health_given = trunks.changes();
        give_health(trunks, publisher->live().proxy);
    }
    location_feed->sweep(wheel->now());
    const auto lifetime =
        std::chrono::duration_cast<std::chrono::seconds>(configuration->model().system.token_lifetime);
    if (!token_keys->renew(unix_now_ms() / 1000, lifetime.count())) return;
    warnings = publisher->republish();
    after_publish();
}

}  // namespace strowger
