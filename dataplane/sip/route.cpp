#include "sip/route.hpp"

#include "sip/hide.hpp"
#include "sip/rewrite.hpp"
#include "sip/trip.hpp"

namespace strowger::sip {

Source source_of(const tables::Proxy& proxy, const core::PacketInfo& info) noexcept {
    if (index(info.realm) >= proxy.realms.size()) return {};
    const tables::ProxyRealm& realm = proxy.realms[index(info.realm)];
    for (const tables::ProxySource& trunk : realm.sources)
        if (trunk.prefix.contains(info.source.address)) return {trunk.stateless, true, trunk.tenant};
    return {realm.stateless, false, realm.tenant};
}

void remove_private(const tables::Proxy& proxy, const wire::SipMessage& message, RealmId in, RealmId out,
                    Edits& edits) noexcept {
    const tables::ProxyRealm& to = proxy.realms[index(out)];
    const bool both_trusted = proxy.realms[index(in)].trusted && to.trusted;
    const auto asserts = [&](const wire::HeaderField& field) {
        return field.id == wire::HeaderId::p_asserted_identity ||
               (field.id == wire::HeaderId::other &&
                wire::same_token(message.text(field.name), "Remote-Party-ID"));
    };
    const wire::SipView& view = message.view();
    const bool any = message.has(wire::HeaderId::p_asserted_identity) || message.has(wire::HeaderId::other);
    if (to.remove_headers.empty() && (both_trusted || !any)) return;
    for (std::size_t i = 0; i < view.header_count; ++i) {
        const wire::HeaderField& field = view.headers[i];
        const bool may_assert =
            field.id == wire::HeaderId::other || field.id == wire::HeaderId::p_asserted_identity;
        if (!may_assert && to.remove_headers.empty()) continue;
        if ((!both_trusted && asserts(field)) ||
            (!to.remove_headers.empty() && is_removed(to, message.text(field.name))))
            edits.remove_field(message, i);
    }
}

bool route(core::Worker& w, core::Packet* packet, const wire::SipMessage& message) noexcept {
    if (!w.tables->proxy.enabled) return false;
    return message.is_request() ? route_request(w, packet, message) : route_response(w, packet, message);
}

}  // namespace strowger::sip
