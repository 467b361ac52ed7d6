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

void OverloadEvents::look(const Dataplane& dataplane, Nanoseconds now) {
    std::uint64_t refused = 0;
    std::uint64_t dropped = 0;
    for (std::size_t i = 0; i < dataplane.workers(); ++i) {
        const CounterBlock& books = dataplane.counters(static_cast<WorkerId>(i));
        refused += read_relaxed(books.counters[static_cast<std::size_t>(Counter::sip_refused_overload)]);
        dropped += read_relaxed(books.drops[static_cast<std::size_t>(Drop::screen_overload)]);
    }
    const bool more = refused != refused_ || dropped != dropped_;
    if (more && began_ == 0) {
        began_ = now;
        refused_before_ = refused_;
        dropped_before_ = dropped_;
        events_.tell(observe::OverloadBegan{.waiting = dataplane.backlog()});
    }
    refused_ = refused;
    dropped_ = dropped;
    if (more) last_ = now;
    if (began_ == 0 || now - last_ < kOver) return;
    events_.tell(observe::OverloadEnded{.seconds = static_cast<std::uint64_t>((last_ - began_) / kSecond),
                                        .refused = refused_ - refused_before_,
                                        .dropped = dropped_ - dropped_before_});
    began_ = 0;
}

}  // namespace strowger
