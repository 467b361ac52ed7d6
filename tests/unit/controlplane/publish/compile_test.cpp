// Model to tables, with virtual ports, which need nothing of the kernel.
#include "publish/compile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "config/load.hpp"
#include "fake_dataplane.hpp"
#include "publish/publisher.hpp"

namespace strowger::publish {
namespace {

const std::string kNetwork = R"(
kind: port
name: one
driver: ring
---
kind: port
name: two
driver: ring
---
kind: realm
name: access
port: one
addresses: [10.10.0.1, "fd10:a::1"]
listeners: ["udp:10.10.0.1:5060", "udp:[fd10:a::1]:5070"]
media_ports: 20000-20999
rate_per_source: 50
---
kind: realm
name: core
port: two
vlan: 20
addresses: [10.20.0.1, 10.20.0.2, 10.20.0.3]
listeners: ["udp:10.20.0.1:5060"]
media_addresses: [10.20.0.2, 10.20.0.3]
trusted: true
signalling_dscp: 40
---
kind: trunk
name: pbx
realm: core
targets: ["10.20.0.10:5060"]
---
)";

model::Model model_of(const std::string& text) {
    auto loaded = config::load_text(text, "test.yaml");
    EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : to_string(loaded.problems.front()));
    return std::move(loaded.model);
}

struct CompileTest : testing::Test {
    // As a daemon that was started with `text` would have it.
    std::unique_ptr<tables::Tables> compile(const std::string& text) {
        const model::Model model = model_of(text);
        if (started == 0) started = dataplane_spec(model, ids, 4).ports.size();
        problems.clear();
        return publish::compile(model, mirror, ids, started, *compile_plan(model, ids), problems);
    }
    [[nodiscard]] const tables::Realm& realm(const tables::Tables& tables, const char* name) const {
        return tables.realms[index(ids.realms.find(name))];
    }
    net::Mirror mirror;
    Ids ids;
    std::size_t started = 0;
    std::vector<std::string> problems;
};

TEST_F(CompileTest, AddressesLeadToListenersAndMediaPorts) {
    const auto tables = compile(kNetwork);
    EXPECT_TRUE(problems.empty());
    const InterfaceId access = tables->interface_of(PortId{0}, 0);
    const InterfaceId core = tables->interface_of(PortId{1}, 20);
    ASSERT_NE(access, kNone<InterfaceId>);
    ASSERT_NE(core, kNone<InterfaceId>);
    EXPECT_EQ(tables->interface_of(PortId{1}, 0), kNone<InterfaceId>);

    const auto* four = tables->local(access, *wire::parse_address("10.10.0.1"));
    ASSERT_NE(four, nullptr);
    ASSERT_EQ(four->sip.size(), 1u);
    EXPECT_EQ(four->sip[0].port.host(), 5060);
    EXPECT_EQ(four->media_low, 20000);
    EXPECT_EQ(four->media_high, 20999);
    const auto* six = tables->local(access, *wire::parse_address("fd10:a::1"));
    ASSERT_NE(six, nullptr);
    EXPECT_EQ(six->sip[0].port.host(), 5070);
    EXPECT_NE(six->media, four->media);

    const auto* signalling = tables->local(core, *wire::parse_address("10.20.0.1"));
    const auto* media = tables->local(core, *wire::parse_address("10.20.0.3"));
    ASSERT_TRUE(signalling != nullptr && media != nullptr);
    EXPECT_EQ(signalling->media, kNone<MediaAddressId>) << "media has addresses of its own there";
    EXPECT_TRUE(media->sip.empty());
    EXPECT_EQ(realm(*tables, "core").signalling_dscp, 40);
    EXPECT_TRUE(realm(*tables, "core").trusted);
}

TEST_F(CompileTest, RatesHaveABurstAndTrunksAreExempt) {
    const auto tables = compile(kNetwork);
    EXPECT_EQ(realm(*tables, "access").rate.per_source, 50u);
    EXPECT_EQ(realm(*tables, "access").rate.per_source_burst, 50u)
        << "one second's worth, when none is named";
    EXPECT_TRUE(realm(*tables, "access").exempt.empty());
    ASSERT_EQ(realm(*tables, "core").exempt.size(), 1u);
    EXPECT_TRUE(realm(*tables, "core").exempt[0].contains(*wire::parse_address("10.20.0.10")));
}

TEST_F(CompileTest, EmergencyNumbersAreTheEmergencyRoutes) {
    const auto tables = compile(kNetwork + R"(
kind: route
name: sos
from: [access]
digits: ["112"]
users: ["999"]
emergency: true
action: reject
---
kind: route
name: other
digits: ["0"]
action: reject
)");
    ASSERT_EQ(tables->overload.emergencies.size(), 1u);
    const tables::EmergencyNumbers& numbers = tables->overload.emergencies[0];
    EXPECT_EQ(numbers.from, std::vector{ids.realms.find("access")});
    EXPECT_EQ(numbers.digits, std::vector<std::string>{"112"});
    EXPECT_EQ(numbers.users, std::vector<std::string>{"999"});
}

TEST_F(CompileTest, AccessListsOfRealmAndScreensAreOne) {
    const auto tables = compile(kNetwork + R"(
kind: screen
name: bad
deny: [203.0.113.0/24, 192.0.2.0/24]
---
kind: realm
name: edge
port: one
vlan: 7
addresses: [10.30.0.1]
screens: [bad]
allow: [192.0.2.0/24, 192.0.2.7]
)");
    const tables::Realm& edge = realm(*tables, "edge");
    EXPECT_TRUE(edge.allow_by_default) << "there is a refusal, so all others are let in";
    ASSERT_EQ(edge.access.size(), 4u);
    EXPECT_EQ(edge.access[0].prefix.length, 128) << "the longest comes first";
    EXPECT_TRUE(edge.access[0].allow);
    const auto equal = std::find_if(edge.access.begin(), edge.access.end(), [](const auto& rule) {
        return rule.prefix == *wire::parse_prefix("192.0.2.0/24");
    });
    EXPECT_FALSE(equal->allow) << "of equal prefixes the refusal counts";
}

TEST_F(CompileTest, WithAllowAloneAllOthersAreRefused) {
    const auto tables = compile(kNetwork + R"(
kind: realm
name: edge
port: one
vlan: 7
addresses: [10.30.0.1]
allow: [192.0.2.0/24]
)");
    EXPECT_FALSE(realm(*tables, "edge").allow_by_default);
}

TEST_F(CompileTest, NumbersOutliveADeletedAndReturnedRealm) {
    const auto before = compile(kNetwork);
    const RealmId core = ids.realms.find("core");
    const std::string without = kNetwork.substr(0, kNetwork.find("kind: realm\nname: core"));
    const auto between = compile(without);
    for (const tables::Listener& listener : between->listeners)
        if (listener.realm == core) {
            EXPECT_EQ(listener.interface, kNone<InterfaceId>) << "nothing is received there";
        }
    const auto after = compile(kNetwork);
    EXPECT_EQ(ids.realms.find("core"), core);
    EXPECT_EQ(realm(*after, "core").name, "core");
    EXPECT_EQ(after->listeners.size(), before->listeners.size());
}

TEST_F(CompileTest, APortThatWasAddedWaitsForTheNextStart) {
    compile(kNetwork);
    const auto tables = compile(kNetwork + R"(
kind: port
name: zzz
driver: ring
---
kind: realm
name: new
port: zzz
addresses: [10.40.0.1]
)");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0],
              "realm new: port zzz is new and starts with the daemon: systemctl restart strowger");
    EXPECT_NE(tables->interface_of(PortId{0}, 0), kNone<InterfaceId>) << "all else is as it was";
}

TEST_F(CompileTest, WhatTheHostLacksIsASentence) {
    const auto tables = compile(R"(
kind: port
name: eth
interface: sip9
---
kind: realm
name: access
port: eth
addresses: [10.10.0.1]
)");
    ASSERT_EQ(problems.size(), 2u);
    EXPECT_EQ(problems[0], "realm access: this host has no interface sip9; create it, or correct port eth");
    EXPECT_EQ(
        problems[1],
        "realm access: the address 10.10.0.1 is not on sip9; add it: ip address add 10.10.0.1/24 dev sip9");
}

// Subscribers and dial plan are compiled once a model, not once a neighbour.
TEST_F(CompileTest, WhatTheKernelChangesLeavesTheDialPlanAlone) {
    auto model = model_of(kNetwork + "kind: route\nname: out\ndigits: [\"0\"]\ntrunks: [pbx]\n");
    started = dataplane_spec(model, ids, 4).ports.size();
    test::FakeDataplane dataplane;
    Publisher publisher(dataplane, mirror, ids);
    publisher.publish(model);
    const auto first = publisher.live().proxy;
    publisher.republish();
    EXPECT_EQ(publisher.live().proxy.dialplan, first.dialplan);
    EXPECT_EQ(publisher.live().proxy.domains, first.domains);
    model.system.server_name = "Other";
    publisher.publish(model);
    EXPECT_EQ(publisher.live().proxy.dialplan, first.dialplan);
    model.routes.at("out").digits = {"00"};
    publisher.publish(model);
    EXPECT_NE(publisher.live().proxy.dialplan, first.dialplan);
    tables::Dialplan::Fits room;
    EXPECT_TRUE(publisher.live().proxy.dialplan->find({.user = "01"}, room).empty());
    EXPECT_EQ(publisher.live().proxy.dialplan->find({.user = "001"}, room).size(), 1u);
}

TEST(DataplaneSpec, LeavesACoreToTheControlPlane) {
    Ids ids;
    EXPECT_EQ(dataplane_spec(model_of(kNetwork), ids, 4).worker_cpus.size(), 3u);
    EXPECT_EQ(dataplane_spec(model_of(kNetwork), ids, 1).worker_cpus.size(), 1u);
    const auto pinned = dataplane_spec(model_of(kNetwork + "kind: system\ncpus: 2-4\n"), ids, 8);
    EXPECT_EQ(pinned.worker_cpus, (std::vector<int>{2, 3, 4}));
    const auto more = dataplane_spec(model_of(kNetwork + "kind: system\nworkers: 2\n"), ids, 8);
    EXPECT_EQ(more.worker_cpus, (std::vector<int>{-1, -1}));
    ASSERT_EQ(more.ports.size(), 2u);
    EXPECT_EQ(more.ports[0].name, "one");
    EXPECT_EQ(more.ports[0].driver, PortDriver::ring);
}

}  // namespace
}  // namespace strowger::publish
