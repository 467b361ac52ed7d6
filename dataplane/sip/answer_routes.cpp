#include "sip/answer_routes.hpp"

#include <array>

#include "sip/hidden.hpp"
#include "sip/route_set.hpp"
#include "strowger/wire/sip_values.hpp"
#include "strowger/wire/sip_writer.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;

// Our value among those of the answer.
struct OwnValue {
    std::size_t field = 0;
    std::string_view element;
    ListenerId listener = kNone<ListenerId>;
    HiddenRoute route;
};

bool is_own(const Hiding& h, const Facts& facts, std::uint32_t pass, OpenedRoom& room, OwnValue& out) {
    const auto address = wire::parse_name_address(out.element);
    const auto uri = address && !address->star ? wire::parse_uri(address->uri) : std::nullopt;
    if (!uri || !looks_like_hidden_route(uri->user) || is_creators_route(uri->user)) return false;
    out.listener = own_listener(h.tables, *uri, h.in);
    if (out.listener == kNone<ListenerId>) return false;
    const DialogFacts dialog{h.tables.proxy.tag_of(out.listener), facts.call_id, facts.from_tag};
    return restore_route(h.tables.proxy, uri->user, dialog, room, out.route) && out.route.pass == pass;
}

bool find_own(const Hiding& h, const Facts& facts, std::uint32_t pass, OpenedRoom& room, OwnValue& out) {
    const wire::SipView& view = h.message.view();
    const std::uint8_t first = view.first[static_cast<std::size_t>(HeaderId::record_route)];
    for (std::size_t i = first - 1u; first != 0 && i < view.header_count; ++i) {
        if (view.headers[i].id != HeaderId::record_route) continue;
        std::string_view rest = h.message.text(view.headers[i].value);
        out.field = i;
        while (wire::next_in_list(rest, out.element))
            if (is_own(h, facts, pass, room, out)) return true;
    }
    return false;
}

// The lines above our value, as hidden.hpp has them: the answering side's route set.
bool gather_above(const Hiding& h, const OwnValue& own, wire::SipWriter& out) {
    const wire::SipView& view = h.message.view();
    for (std::size_t i = 0; i <= own.field; ++i) {
        if (view.headers[i].id != HeaderId::record_route) continue;
        std::string_view value = h.message.text(view.headers[i].value);
        if (i == own.field) {
            value = value.substr(0, static_cast<std::size_t>(own.element.data() - value.data()));
            value = value.substr(0, value.rfind(',') == std::string_view::npos ? 0 : value.rfind(','));
        }
        if (value.empty()) continue;
        if (out.size() != 0) out.append({&kLineEnd, 1});
        out.append(value);
    }
    return out.ok();
}

}  // namespace

bool exchange_routes(const Hiding& h, const Facts& facts, std::uint32_t pass, const wire::Endpoint& source,
                     bool hides) noexcept {
    OpenedRoom room;
    OwnValue own;
    if (!find_own(h, facts, pass, room, own)) {
        if (hides) h.edits.remove_all(h.message, HeaderId::record_route);
        return true;
    }
    std::array<char, kMostSealed> above;
    wire::SipWriter behind(above);
    if (hides && !gather_above(h, own, behind)) return false;
    HiddenRoute route;
    route.token = {.creator = true, .other = h.tables.proxy.tag_of(own.listener)};
    route.token.has_endpoint =
        behind_nat(h.tables.proxy.realms[index(h.tables.listeners[index(own.listener)].realm)]);
    route.token.endpoint = source;
    route.pass = pass;
    route.behind = behind.text();
    const std::size_t from = h.text.size();
    h.text << "<sip:";
    const DialogFacts dialog{h.tables.proxy.tag_of(h.out), facts.call_id, facts.from_tag};
    if (!hide_route(h.tables.proxy.keys[0], route, dialog, h.text)) return false;
    h.text << "@" << h.tables.proxy.text_of(h.out) << ";lr>";
    std::string_view restored = own.route.behind;
    std::string_view line;
    while (next_line(restored, line)) h.text << "\r\nRecord-Route: " << line;

    const wire::SipView& view = h.message.view();
    const char* const end = own.element.data() + own.element.size();
    const char* begin = own.element.data();
    if (hides) {
        for (std::size_t i = 0; i < own.field; ++i)
            if (view.headers[i].id == HeaderId::record_route) h.edits.remove_field(h.message, i);
        begin = h.message.text(view.headers[own.field].value).data();
    }
    h.edits.replace(h.message, {begin, static_cast<std::size_t>(end - begin)}, h.text.since(from));
    return true;
}

}  // namespace strowger::sip
