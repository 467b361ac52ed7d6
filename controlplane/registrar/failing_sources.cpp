#include "registrar/failing_sources.hpp"

#include <algorithm>

#include "random/random.hpp"

namespace strowger::registrar {

FailingSources::FailingSources() : hash_(random_key()), sources_(kSets * kWays) {}

std::size_t FailingSources::set_of(RealmId realm, const wire::IpAddress& address) const {
    const std::string_view bytes{reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()};
    return hash_(bytes, index(realm)) % kSets * kWays;
}

std::uint32_t FailingSources::add(RealmId realm, const wire::IpAddress& address, std::int64_t now) {
    FailingSource* at = &sources_[set_of(realm, address)];
    FailingSource* victim = at;
    for (std::size_t i = 0; i < kWays; ++i) {
        FailingSource& source = at[i];
        if (source.failures != 0 && source.realm == realm && source.address == address) {
            if (now - source.last > kForget) source.failures = 0;
            source.last = now;
            return ++source.failures;
        }
        if (victim->failures != 0 && (source.failures == 0 || source.last < victim->last)) victim = &source;
    }
    *victim = {address, realm, 1, now};
    return 1;
}

std::uint32_t FailingSources::count(RealmId realm, const wire::IpAddress& address, std::int64_t now) const {
    const FailingSource* at = &sources_[set_of(realm, address)];
    for (std::size_t i = 0; i < kWays; ++i)
        if (at[i].failures != 0 && at[i].realm == realm && at[i].address == address)
            return now - at[i].last > kForget ? 0 : at[i].failures;
    return 0;
}

std::vector<FailingSource> FailingSources::worst(std::size_t limit, std::int64_t now) const {
    std::vector<FailingSource> out;
    for (const FailingSource& source : sources_)
        if (source.failures != 0 && now - source.last <= kForget) out.push_back(source);
    std::ranges::sort(out, std::greater{}, &FailingSource::failures);
    if (out.size() > limit) out.resize(limit);
    return out;
}

}  // namespace strowger::registrar
