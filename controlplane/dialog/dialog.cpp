#include "dialog/dialog.hpp"

#include <algorithm>

#include "strowger/wire/sip_values.hpp"

namespace strowger::dialog {
namespace {

constexpr std::size_t kMostRoutes = 32;

// Line folds within a value become spaces.
std::string unfolded(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    return out;
}

// Of the first route, or of the remote target. nullopt: pinned, or not a SIP URI.
std::optional<wire::SipUri> next_uri(const Dialog& dialog) {
    if (dialog.pinned) return std::nullopt;
    std::string_view uri = dialog.remote_target;
    if (!dialog.route_set.empty()) {
        const auto route = wire::parse_name_address(dialog.route_set.front());
        if (!route) return std::nullopt;
        uri = route->uri;
    }
    auto parsed = wire::parse_uri(uri);
    return parsed && parsed->is_sip() ? parsed : std::nullopt;
}

}  // namespace

void refresh_target(Dialog& dialog, const wire::SipMessage& message) {
    auto contacts = message.header(wire::HeaderId::contact);
    std::string_view first;
    if (!wire::next_in_list(contacts, first)) return;
    const auto contact = wire::parse_name_address(first);
    if (contact && !contact->star && wire::parse_uri(contact->uri))
        dialog.remote_target = unfolded(contact->uri);
}

bool learn(Dialog& dialog, const wire::SipMessage& message, bool with_routes, bool reversed) {
    dialog.remote_target.clear();
    refresh_target(dialog, message);
    if (with_routes) {
        dialog.route_set.clear();
        message.each(wire::HeaderId::record_route, [&](std::string_view list) {
            std::string_view element;
            while (dialog.route_set.size() < kMostRoutes && wire::next_in_list(list, element))
                dialog.route_set.push_back(unfolded(element));
        });
        if (reversed) std::reverse(dialog.route_set.begin(), dialog.route_set.end());
    }
    return !dialog.remote_target.empty();
}

bool next_hop(const Dialog& dialog, wire::Endpoint& out) {
    const auto parsed = next_uri(dialog);
    if (!parsed) return false;
    const auto address = wire::parse_address(parsed->host);
    if (!address) return false;
    out = {*address, wire::be16::from_host(parsed->port == 0 ? std::uint16_t{5060} : parsed->port)};
    return true;
}

bool named_next_hop(const Dialog& dialog, net::NamedHop& out) {
    const auto parsed = next_uri(dialog);
    if (!parsed || wire::parse_address(parsed->host)) return false;
    out = {parsed->host, parsed->port, parsed->parameters.find("transport").value_or(std::string_view{}),
           wire::same_token(parsed->scheme, "sips")};
    return true;
}

std::string without_tag(std::string_view value) {
    const auto address = wire::parse_name_address(value);
    if (!address) return unfolded(value);
    std::string out;
    out.reserve(value.size() + 2);
    if (!address->display.empty()) {
        out += address->display;
        out += ' ';
    }
    out += '<';
    out += address->uri;
    out += '>';
    auto rest = address->parameters.text();
    wire::Parameter p;
    while (wire::Parameters::next(rest, p)) {
        if (wire::same_token(p.name, "tag")) continue;
        out += ';';
        out += p.name;
        if (!p.has_value) continue;
        out += '=';
        out += p.value;
    }
    return unfolded(out);
}

}  // namespace strowger::dialog
