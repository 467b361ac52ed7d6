#include "stateless_realms.hpp"

namespace strowger::test {
namespace {

std::shared_ptr<tables::Locations> locations_of(tables::Tables& tables) {
    return std::const_pointer_cast<tables::Locations>(tables.proxy.locations);
}

}  // namespace

void stateless_realms(tables::Tables& tables) {
    tables::Proxy& proxy = tables.proxy;
    proxy.enabled = true;
    proxy.keys[0] = {3, true, {0x0123456789abcdef, 0xfedcba9876543210}};
    proxy.choice_key = {7, 8};
    proxy.realms.resize(2);
    proxy.realms[0] = {
        .stateless = true, .default_domain = 0, .listener_v4 = ListenerId{0}, .listener_v6 = ListenerId{1}};
    proxy.realms[1] = {.stateless = true,
                       .trusted = true,
                       .default_domain = 0,
                       .listener_v4 = ListenerId{2},
                       .listener_v6 = ListenerId{3}};
    for (std::uint16_t i = 0; i < 4; ++i)
        proxy.name_listener(static_cast<ListenerId>(i), 0xa0000000u + i, tables.listeners[i].local);
    auto domains = std::make_shared<tables::Domains>();
    domains->build({{"lab.example", 0}}, {{"1200", 0, 0, false, true}}, {{1001, 1099, 4, 0, 0, false, false}}, {});
    proxy.domains = std::move(domains);
    proxy.trunks.resize(2);
    proxy.trunks[0].realm = RealmId{1};
    proxy.trunks[0].domain = "pbx.example";
    proxy.trunks[0].targets = {{*wire::parse_endpoint("10.20.0.10:5060"), 1, true}};
    proxy.trunks[1].realm = RealmId{1};
    proxy.trunks[1].targets = {{*wire::parse_endpoint("10.20.0.99:5060"), 2, true},
                               {*wire::parse_endpoint("10.20.0.10:5060"), 1, true}};
    proxy.trunk_domains.build({{"pbx.example", 0}}, {});
    tables::DialRule international{
        .priority = 10, .digits = {"00"}, .trunks = {TrunkId{1}}, .strip = 2, .add = "+"};
    tables::DialRule refused{
        .priority = 15, .users = {"999"}, .action = tables::DialAction::reject, .reject_code = 603};
    tables::DialRule phones{.priority = 20, .action = tables::DialAction::subscriber};
    tables::DialRule pbx{.priority = 30, .from = {RealmId{0}}, .trunks = {TrunkId{0}}};
    auto dialplan = std::make_shared<tables::Dialplan>();
    dialplan->build({international, refused, phones, pbx}, {});
    proxy.dialplan = std::move(dialplan);
    proxy.locations = std::make_shared<tables::Locations>(HashKey{1, 2});
    register_contact(tables, "1002@lab.example", "sip:1002@10.10.0.99:5070", ListenerId{0},
                     "10.10.0.99:5070");
    register_contact(tables, "1003@lab.example", "sip:1003@[fd10:a::99]:5070", ListenerId{1},
                     "[fd10:a::99]:5070");
}

void register_contact(tables::Tables& tables, const char* aor, const char* uri, ListenerId listener,
                      const char* remote, const char* path) {
    locations_of(tables)->put(aor, {.uri = uri,
                                    .path = path,
                                    .listener = listener,
                                    .remote = *wire::parse_endpoint(remote),
                                    .expires = 3600 * kSecond});
}

}  // namespace strowger::test
