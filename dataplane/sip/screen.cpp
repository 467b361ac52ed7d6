#include "sip/screen.hpp"

#include <algorithm>
#include <bit>

namespace strowger::sip {
namespace {

bool allowed(const tables::Realm& realm, const wire::IpAddress& source) {
    for (const tables::AccessRule& rule : realm.access)  // longest prefix first
        if (rule.prefix.contains(source)) return rule.allow;
    return realm.allow_by_default;
}

bool exempt(const tables::Realm& realm, const wire::IpAddress& source) {
    return std::any_of(realm.exempt.begin(), realm.exempt.end(),
                       [&](const wire::Prefix& prefix) { return prefix.contains(source); });
}

}  // namespace

bool admit(core::Worker& w, core::Packet* packet) noexcept {
    const core::PacketInfo& info = core::info_of(packet);
    const tables::Realm& realm = w.tables->realms[index(info.realm)];
    const wire::IpAddress& source = info.source.address;
    if (!allowed(realm, source)) {
        core::drop(w, packet, Drop::screen_denied);
        return false;
    }
    if (info.payload_length > realm.max_message) {
        core::drop(w, packet, Drop::screen_too_large);
        return false;
    }
    const tables::RateLimit& rate = realm.rate;
    if ((rate.per_source == 0 && rate.realm == 0) || exempt(realm, source)) return true;
    if (rate.per_source != 0 &&
        !w.limits->take_source(info.realm, source, info.received, rate.per_source, rate.per_source_burst)) {
        core::drop(w, packet, Drop::screen_rate_source);
        return false;
    }
    if (rate.realm != 0 && !w.limits->take_realm(info.realm, info.received, rate.realm, rate.realm_burst)) {
        core::drop(w, packet, Drop::screen_rate_realm);
        return false;
    }
    return true;
}

Drop reason_of(wire::TokeniseStatus status) noexcept {
    using wire::TokeniseStatus;
    switch (status) {
        case TokeniseStatus::too_long:
            return Drop::screen_too_large;
        case TokeniseStatus::version:
            return Drop::screen_version;
        case TokeniseStatus::header_syntax:
        case TokeniseStatus::no_end_of_head:
            return Drop::screen_header_syntax;
        case TokeniseStatus::too_many_headers:
            return Drop::screen_too_many_headers;
        case TokeniseStatus::content_length:
            return Drop::screen_content_length;
        case TokeniseStatus::mandatory_header:
            return Drop::screen_mandatory_header;
        case TokeniseStatus::cseq:
            return Drop::screen_cseq;
        case TokeniseStatus::ok:
        case TokeniseStatus::start_line:
            break;
    }
    return Drop::screen_not_sip;
}

namespace {

wire::IpAddress network_of(wire::IpAddress source) {
    if (!source.is_v4()) std::fill(source.bytes.begin() + 8, source.bytes.end(), std::uint8_t{0});
    return source;
}

}  // namespace

SourceBuckets::SourceBuckets(std::uint64_t hash_key, std::size_t sets)
    : key_(hash_key), entries_(std::bit_ceil(sets) * kWays) {}

// Keyed: a sender cannot aim at another's set.
std::size_t SourceBuckets::set_of(RealmId realm, const wire::IpAddress& who) const noexcept {
    std::uint64_t hash = (std::hash<wire::IpAddress>{}(who) ^ key_) * 0xD6E8FEB86659FD93ULL + index(realm);
    hash ^= hash >> 29;
    return (hash & (entries_.size() / kWays - 1)) * kWays;
}

bool SourceBuckets::take(RealmId realm, const wire::IpAddress& source, Nanoseconds now, std::uint32_t rate,
                         std::uint32_t burst) noexcept {
    const wire::IpAddress who = network_of(source);
    Entry* const set = &entries_[set_of(realm, who)];
    Entry* victim = set;
    for (std::size_t i = 0; i < kWays; ++i) {
        Entry& entry = set[i];
        if (entry.used != 0 && entry.realm == realm && entry.source == who) {
            entry.used = now;
            return entry.bucket.take(now, rate, burst);
        }
        if (entry.used < victim->used) victim = &entry;
    }
    *victim = Entry{.source = who, .realm = realm, .used = now, .bucket = {}};
    return victim->bucket.take(now, rate, burst);
}

bool SourceBuckets::has(RealmId realm, const wire::IpAddress& source, Nanoseconds now,
                        std::uint32_t rate) const noexcept {
    const wire::IpAddress who = network_of(source);
    const Entry* const set = &entries_[set_of(realm, who)];
    for (std::size_t i = 0; i < kWays; ++i)
        if (set[i].used != 0 && set[i].realm == realm && set[i].source == who)
            return set[i].bucket.has(now, rate);
    return true;
}

}  // namespace strowger::sip
