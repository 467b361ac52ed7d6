#include "registrar/location_feed.hpp"

#include <algorithm>

#include "random/random.hpp"
#include "strowger/tables/proxy.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::registrar {
namespace {

bool endpoint_of(std::string_view text, wire::Endpoint& out) {
    const auto uri = wire::parse_uri(text);
    const auto address = uri && uri->is_sip() ? wire::parse_address(uri->host) : std::nullopt;
    if (!address) return false;
    out = {*address, wire::be16::from_host(uri->port == 0 ? std::uint16_t{5060} : uri->port)};
    return true;
}

// Where requests to a binding go (Binding's own words). False: its address must be looked up first.
bool flow_of(const Binding& binding, const net::Transport& transport, net::Flow& out) {
    out = binding.flow;
    wire::Endpoint hop;
    if (!binding.path.empty()) {
        std::string_view rest = binding.path;
        std::string_view first;
        wire::next_in_list(rest, first);
        const auto route = wire::parse_name_address(first);
        return route && endpoint_of(route->uri, hop) &&
               transport.flow_to(binding.flow.realm, binding.flow.transport, hop, out);
    }
    if ((binding.flags & (kFlowLost | kViaProxy)) == 0) return true;
    return endpoint_of(binding.contact, hop) &&
           transport.flow_to(binding.flow.realm, binding.flow.transport, hop, out);
}

}  // namespace

LocationFeed::LocationFeed(Location& location, const net::Transport& transport)
    : location_(location),
      transport_(transport),
      contacts_(std::make_shared<tables::Locations>(random_key())),
      callers_(std::make_shared<tables::Locations>(random_key())) {
    location_.observe(*this);
}

LocationFeed::~LocationFeed() {
    location_.forget(*this);
}

void LocationFeed::enable() {
    if (enabled_) return;
    enabled_ = true;
    location_.walk(0, [this](const Binding& binding) {
        publish(binding, false);
        return true;
    });
}

void LocationFeed::on_binding(Change change, const Binding& binding) {
    if (enabled_) publish(binding, change == Change::removed || change == Change::expired);
}

void LocationFeed::sweep(Nanoseconds now) {
    callers_->sweep(now, callers_->size() / 1024 + 16);
}

void LocationFeed::publish(const Binding& changed, bool gone) {
    found_.clear();
    location_.lookup(changed.tenant, changed.aor, 0, found_);
    if (gone) std::erase_if(found_, [&](const Binding& binding) { return binding.id == changed.id; });
    if (found_.empty()) {
        contacts_->remove(changed.aor);
    } else {
        publish_contact(found_.front());
    }
    Nanoseconds expires = 0;  // of the last registration from that source
    for (const Binding& binding : found_)
        if (binding.flow.realm == changed.flow.realm && binding.flow.remote == changed.flow.remote)
            expires = std::max(expires, binding.expires);
    const tables::CallerKey caller(changed.flow.realm, changed.flow.remote, changed.aor);
    if (caller.text().empty()) return;
    if (expires == 0) {
        callers_->remove(caller.text());
    } else {
        callers_->put(caller.text(), {.expires = expires});
    }
}

void LocationFeed::publish_contact(const Binding& best) {
    net::Flow flow;
    const bool reachable = flow_of(best, transport_, flow);
    contacts_->put(best.aor, {.uri = best.contact,
                              .path = best.path,
                              .listener = flow.listener,
                              .remote = flow.remote,
                              .datagram = reachable && flow.transport == net::TransportKind::udp &&
                                          flow.listener != kNone<ListenerId>,
                              .expires = best.expires});
}

}  // namespace strowger::registrar
