#include "sip/dial.hpp"

#include <algorithm>

#include "sip/number.hpp"
#include "strowger/wire/sip_escape.hpp"

namespace strowger::sip {
namespace {

using tables::Domains;

// Who is called, as the dial plan asks.
struct Called {
    std::string_view user;       // unescaped
    std::string_view host;       // lower case; the domain's name where it is ours
    std::string_view user_kind;  // the user parameter
    std::uint16_t domain = Domains::kNoDomain;
    bool is_number = false;  // a tel URI
    std::array<char, Domains::kMaxUser> user_room;
    std::array<char, 256> host_room;
};

// The domain of ours that a URI's host means: its name, or one of our addresses.
std::uint16_t domain_of(const Trip& t, std::string_view host) {
    // Most realms serve one.
    const std::uint16_t usual = t.proxy.realms[index(t.info.realm)].default_domain;
    if (usual != Domains::kNoDomain && wire::same_token(host, (*t.proxy.domains)[usual].name)) return usual;
    const std::uint16_t named = t.proxy.domains->find(host);
    if (named != Domains::kNoDomain) return named;
    const auto address = wire::parse_address(host);
    return address && t.w.tables->local(t.info.interface, *address) != nullptr ? usual : Domains::kNoDomain;
}

bool read_called(const Trip& t, Called& out) {
    if (!t.uri.is_sip()) {
        out.user = number_of(t.uri.opaque, out.user_room);
        out.is_number = true;
        out.domain = t.proxy.realms[index(t.info.realm)].default_domain;
    } else {
        if (t.uri.user.size() > out.user_room.size() || t.uri.host.size() > out.host_room.size())
            return false;
        const auto length = wire::unescape(t.uri.user, out.user_room.data());
        if (!length) return false;
        out.user = {out.user_room.data(), *length};
        out.user_kind = t.uri.parameters.find("user").value_or(std::string_view{});
        out.domain = domain_of(t, t.uri.host);
    }
    if (out.domain != Domains::kNoDomain) {
        out.host = (*t.proxy.domains)[out.domain].name;
        return true;
    }
    std::transform(t.uri.host.begin(), t.uri.host.end(), out.host_room.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    out.host = {out.host_room.data(), t.uri.host.size()};
    return true;
}

// The called user with the rule's strip and add.
std::string_view changed(Trip& t, const tables::DialRule& rule, std::string_view user) {
    if (rule.strip == 0 && rule.add.empty()) return user;
    const std::size_t from = t.text.size();
    t.text << rule.add << user.substr(std::min<std::size_t>(rule.strip, user.size()));
    return t.text.since(from);
}

Fate to_contact(Trip& t, std::uint16_t home, std::string_view user) {
    const std::size_t from = t.text.size();
    t.text << user << "@" << (*t.proxy.domains)[home].name;
    const std::string_view aor = t.text.since(from);
    tables::Contact contact;
    if (t.proxy.locations == nullptr || !t.proxy.locations->find(aor, t.contact.text, contact) ||
        contact.expires <= t.info.received)
        return refuse_trip(t, 480);
    if (!contact.datagram) return fall_back(t, Counter::fallback_transport);
    std::string_view path = contact.path;
    std::string_view value;
    while (wire::next_in_list(path, value))
        if (!t.routes.push_back(value)) return refuse_trip(t, 480);
    t.uri_text = contact.uri;
    t.uri_changed = true;
    t.hop = {contact.listener, contact.remote};
    return Fate::forward;
}

Fate to_trunk(Trip& t, const tables::DialRule& rule, const Called& called) {
    for (const TrunkId id : rule.trunks) {
        if (index(id) >= t.proxy.trunks.size()) continue;
        const tables::Trunk& trunk = t.proxy.trunks[index(id)];
        if (trunk.realm == kNone<RealmId>) continue;
        const tables::TrunkTarget* target = choose_target(t, trunk);
        if (target == nullptr) continue;
        if (!target->datagram) return fall_back(t, Counter::fallback_transport);
        const ListenerId out = t.proxy.realms[index(trunk.realm)].listener(target->remote.address.is_v4());
        if (out == kNone<ListenerId>) continue;
        t.hop = {out, target->remote};
        const std::string_view number = changed(t, rule, called.user);
        // RFC 3261 16.5: a Request-URI whose domain is not ours stays as it is, unless the operator changes
        // it.
        if (called.domain == Domains::kNoDomain && number.data() == called.user.data()) return Fate::forward;
        const std::size_t from = t.text.size();
        t.text << "sip:";
        wire::escape_user(number, [&](std::string_view part) { t.text << part; });
        if (!number.empty()) t.text << "@";
        if (trunk.domain.empty()) {
            t.text << target->remote.address;
            if (target->remote.port.host() != 5060)
                t.text << ":" << std::uint32_t{target->remote.port.host()};
        } else {
            t.text << trunk.domain;
        }
        if (called.is_number) t.text << ";user=phone";
        if (!called.user_kind.empty()) t.text << ";user=" << called.user_kind;
        t.uri_text = t.text.since(from);
        t.uri_changed = true;
        return Fate::forward;
    }
    return refuse_trip(t, 503);
}

}  // namespace

bool is_registered_caller(Trip& t) noexcept {
    const auto from = wire::parse_name_address(t.message.header(wire::HeaderId::from));
    const auto uri = from ? wire::parse_uri(from->uri) : std::nullopt;
    std::array<char, Domains::kMaxUser> room;
    if (!uri || !uri->is_sip() || uri->user.size() > room.size()) return false;
    const auto length = wire::unescape(uri->user, room.data());
    if (!length) return false;
    const std::string_view user(room.data(), *length);
    const std::uint16_t home = t.proxy.domains->subscriber(domain_of(t, uri->host), user).home;
    if (home == Domains::kNoDomain || t.proxy.callers == nullptr) return false;
    Text<400> aor;
    aor << user << "@" << (*t.proxy.domains)[home].name;
    const tables::CallerKey key(t.info.realm, t.info.source, aor.since(0));
    tables::Contact registration;
    return aor.ok() && !key.text().empty() &&
           t.proxy.callers->find(key.text(), t.contact.text, registration) &&
           registration.expires > t.info.received;
}

bool address_of(const wire::SipUri& uri, wire::Endpoint& out) noexcept {
    const auto maddr = uri.parameters.find("maddr");
    const auto address = wire::parse_address(maddr ? *maddr : uri.host);
    if (!address) return false;
    out = {*address, wire::be16::from_host(uri.port == 0 ? std::uint16_t{5060} : uri.port)};
    return true;
}

const tables::TrunkTarget* choose_target(const Trip& t, const tables::Trunk& trunk) noexcept {
    if (trunk.targets.size() == 1) return trunk.choose(0, t.proxy.choice_key);
    const std::uint64_t key = SipHash(t.proxy.choice_key).add(t.facts.call_id).finish();
    return trunk.choose(key, t.proxy.choice_key);
}

Fate dial(Trip& t) noexcept {
    Called called;
    if (!read_called(t, called)) return refuse_trip(t, 404);
    if (called.user.empty() && called.domain != Domains::kNoDomain)
        return fall_back(t, Counter::fallback_to_us);
    tables::Dialplan::Fits room;
    const auto rules = t.proxy.dialplan->find({t.info.realm, t.source.tenant, called.host, called.user}, room);
    for (const tables::DialRule* rule : rules) {
        if (rule->scheduled) return fall_back(t, Counter::fallback_rules);
        switch (rule->action) {
            case tables::DialAction::reject:
                return refuse_trip(t, rule->reject_code);
            case tables::DialAction::subscriber: {
                if (called.domain == Domains::kNoDomain) continue;
                const std::string_view user = changed(t, *rule, called.user);
                const tables::Subscriber found = t.proxy.domains->subscriber(called.domain, user);
                if (found.home == Domains::kNoDomain) continue;
                return found.rules ? fall_back(t, Counter::fallback_rules) : to_contact(t, found.home, user);
            }
            case tables::DialAction::trunk:
                return to_trunk(t, *rule, called);
        }
    }
    return refuse_trip(t, 404);
}

}  // namespace strowger::sip
