#include "event_sources.hpp"

#include <algorithm>

namespace strowger {

void RegistrationEvents::on_binding(Change change, const registrar::Binding& binding) {
    switch (change) {
        case Change::added: {
            const std::string source = wire::to_string(binding.flow.remote);
            const Nanoseconds left = std::max<Nanoseconds>(binding.expires - wheel_.now(), 0);
            const bool known = index(binding.flow.realm) < ids_.realms.size();
            events_.tell(observe::Registered{
                .aor = binding.aor,
                .contact = binding.contact,
                .realm = known ? std::string_view(ids_.realms.key(binding.flow.realm)) : std::string_view{},
                .source = source,
                .expires_s = static_cast<std::uint64_t>(left / kSecond)});
            break;
        }
        case Change::removed:
        case Change::expired:
            events_.tell(observe::Unregistered{.aor = binding.aor,
                                               .contact = binding.contact,
                                               .reason = change == Change::expired ? "expired" : "removed"});
            break;
        case Change::refreshed:
            break;
    }
}

void HealthEvents::look(const trunk::Trunks& trunks) {
    seen_.resize(trunks.all().size());
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        const trunk::Trunk& trunk = trunks.all()[i];
        if (trunk.deleted) continue;
        seen_[i].resize(trunk.targets.size());
        for (std::size_t t = 0; t < trunk.targets.size(); ++t) {
            const trunk::Target& target = trunk.targets[t];
            const std::string name = wire::to_string(target.options.remote);
            const bool was_poor = std::exchange(seen_[i][t].poor, target.standing.poor);
            if (target.standing.poor && !was_poor)
                events_.tell(observe::TargetPoor{.trunk = trunk.options.name,
                                                 .target = name,
                                                 .why = target.standing.missed,
                                                 .action = model::name_of(trunk.options.quality)});
            else if (was_poor && !target.standing.poor)
                events_.tell(observe::TargetGood{.trunk = trunk.options.name, .target = name});
            const trunk::Health before = std::exchange(seen_[i][t].health, target.health);
            if (before == target.health || target.health == trunk::Health::unknown) continue;
            if (target.health == trunk::Health::up)
                events_.tell(observe::TargetUp{.trunk = trunk.options.name, .target = name});
            else
                events_.tell(observe::TargetDown{
                    .trunk = trunk.options.name, .target = name, .sip_code = target.last_status});
        }
    }
}

}  // namespace strowger
