#include "dialog.hpp"

#include <array>

#include "strowger/wire/sip_values.hpp"

namespace strowger::callgun {
namespace {

constexpr std::size_t kMostRoutes = 16;

wire::Endpoint address_of(std::string_view uri_text, const wire::Endpoint& fallback) {
    const auto uri = wire::parse_uri(uri_text);
    const auto address = uri && uri->is_sip() ? wire::parse_address(uri->host) : std::nullopt;
    if (!address) return fallback;
    return {*address, wire::be16::from_host(uri->port == 0 ? 5060 : uri->port)};
}

}  // namespace

bool Dialog::learn(const wire::SipMessage& answer, const wire::Endpoint& fallback) noexcept {
    using wire::HeaderId;
    routes.clear();
    std::array<std::string_view, kMostRoutes> recorded;
    std::size_t count = 0;
    bool fits = true;
    answer.each(HeaderId::record_route, [&](std::string_view list) {
        std::string_view element;
        while (wire::next_in_list(list, element)) {
            if (count == recorded.size()) {
                fits = false;
                return;
            }
            recorded[count++] = element;
        }
    });
    for (std::size_t i = count; i-- > 0;) {
        if (!routes.empty()) fits = routes.append(", ") && fits;
        fits = routes.append(recorded[i]) && fits;
    }
    const auto contact = wire::parse_name_address(answer.header(HeaderId::contact));
    const auto to_header = answer.header(HeaderId::to);
    if (!fits || !contact || contact->star || !target.assign(contact->uri) || !to.assign(to_header))
        return false;
    next_hop = address_of(target.view(), fallback);
    if (count != 0) {
        const auto first = wire::parse_name_address(recorded[count - 1]);
        next_hop = first ? address_of(first->uri, fallback) : fallback;
    }
    return true;
}

}  // namespace strowger::callgun
