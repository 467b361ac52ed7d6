#include "call/registrar_directory.hpp"

#include <gtest/gtest.h>

namespace strowger::call {
namespace {

struct DirectoryTest : testing::Test {
    DirectoryTest() {
        model.tenants["default"].name = "default";
        model.tenants["default"].domains = {"lab.example"};
        for (const auto* name : {"access", "core"}) {
            model::Realm realm;
            realm.name = name;
            realm.tenant = {"default"};
            realm.default_domain = "lab.example";
            realm.addresses = {*wire::parse_address(realm.name == "core" ? "10.20.0.1" : "10.10.0.1")};
            realm.trusted = realm.name == "core";
            model.realms[name] = realm;
            ids.realms.of(name);
        }
        model::Trunk trunk;
        trunk.name = "pbx";
        trunk.realm = {"core"};
        trunk.targets = {{net::TransportKind::udp, *wire::parse_endpoint("10.20.0.10:5060"), 1}};
        trunk.max_calls = 1;
        model.trunks["pbx"] = trunk;
        model::Subscriber subscriber;
        subscriber.name = "phones";
        subscriber.range = {1001, 1009, 4};
        subscriber.password.value = "secret-{user}";
        subscriber.max_calls = 2;
        model.subscribers["phones"] = subscriber;
        accounts.configure(model, {"access", "core"});
        trunks.configure(model, ids);
        directory.configure(model, {"access", "core"});
    }
    Caller identify(RealmId realm, std::string_view source, std::string_view contact = "sip:x@10.20.0.10") {
        net::Flow flow;
        flow.realm = realm;
        flow.local = *wire::parse_endpoint(realm == RealmId{0} ? "10.10.0.1:5060" : "10.20.0.1:5060");
        flow.remote = *wire::parse_endpoint(source);
        wire::TokeniseStatus status;
        const auto request = message::Incoming::parse(
            flow,
            "INVITE sip:1002@lab.example SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
            "From: <sip:1001@lab.example>;tag=1\r\nTo: <sip:1002@lab.example>\r\nCall-ID: c\r\nCSeq: 1 "
            "INVITE\r\n"
            "Max-Forwards: 70\r\nContact: <" +
                std::string(contact) + ">\r\nContent-Length: 0\r\n\r\n",
            0, status);
        EXPECT_TRUE(request);
        return directory.identify(request);
    }

    model::Model model;
    publish::Ids ids;
    transaction::TimerWheel wheel{kSecond};
    registrar::Accounts accounts;
    registrar::Authenticator authenticator{accounts, registrar::NonceKey{1}};
    registrar::Location location;
    resolver::Penalties penalties;
    trunk::Trunks trunks{penalties};
    trunk::Logins logins;
    RegistrarDirectory directory{accounts,
                                 authenticator,
                                 location,
                                 trunks,
                                 logins,
                                 wheel,
                                 [] { return std::int64_t{1'800'000'000'000}; }};
};

TEST_F(DirectoryTest, ATrunkIsKnownByItsSource) {
    const auto caller = identify(RealmId{1}, "10.20.0.10:5060");
    EXPECT_EQ(caller.status, 0);
    EXPECT_EQ(caller.trunk, ids.trunks.find("pbx"));
    EXPECT_EQ(caller.tenant, "default");
    EXPECT_FALSE(caller.behind_nat);
}

TEST_F(DirectoryTest, AnUntrustedRealmChallengesAsAProxy) {
    const auto caller = identify(RealmId{0}, "10.10.0.100:5062");
    EXPECT_EQ(caller.status, 407);
    EXPECT_TRUE(caller.headers.starts_with("Proxy-Authenticate: Digest realm=\"lab.example\""))
        << caller.headers;
    EXPECT_EQ(caller.digest_realm, "lab.example");
    EXPECT_EQ(caller.trunk, kNone<TrunkId>);
}

TEST_F(DirectoryTest, ARegisteredFlowTellsWhoCallsInATrustedRealm) {
    EXPECT_TRUE(identify(RealmId{1}, "10.20.0.77:5060").aor.empty());
    registrar::Binding b;
    b.id = 1;
    b.tenant = "default";
    b.aor = "1001@lab.example";
    b.contact = "sip:1001@10.20.0.77";
    b.flow.realm = RealmId{1};
    b.flow.remote = *wire::parse_endpoint("10.20.0.77:5060");
    b.expires = 3600 * kSecond;
    ASSERT_TRUE(location.put(b));
    const auto caller = identify(RealmId{1}, "10.20.0.77:5060", "sip:1001@10.20.0.77");
    EXPECT_EQ(caller.aor, "1001@lab.example");
    EXPECT_EQ(caller.max_calls, 2u);
    EXPECT_FALSE(caller.behind_nat);
    EXPECT_TRUE(identify(RealmId{1}, "10.20.0.77:5060", "sip:1001@192.168.1.5").behind_nat);
    std::vector<registrar::Binding> contacts;
    EXPECT_EQ(
        directory.contacts({"default", "1001", "lab.example", "1001@lab.example", 0}, wheel.now(), contacts),
        1u);
}

TEST_F(DirectoryTest, Subscribers) {
    const auto local = *wire::parse_endpoint("10.10.0.1:5060");
    Callee callee;
    ASSERT_TRUE(directory.find_subscriber(RealmId{0}, "lab.example", "1002", local, callee));
    EXPECT_EQ(callee.aor, "1002@lab.example");
    EXPECT_EQ(callee.max_calls, 2u);
    EXPECT_TRUE(directory.find_subscriber(RealmId{0}, "10.10.0.1", "1002", local, callee));
    EXPECT_TRUE(directory.find_subscriber(RealmId{0}, "", "1002", local, callee)) << "tel:1002";
    EXPECT_FALSE(directory.find_subscriber(RealmId{0}, "elsewhere.example", "1002", local, callee));
    EXPECT_FALSE(directory.find_subscriber(RealmId{0}, "lab.example", "2002", local, callee));
    EXPECT_TRUE(directory.is_ours(RealmId{0}, "lab.example", local));
    EXPECT_TRUE(directory.is_ours(RealmId{0}, "10.10.0.1", local));
    EXPECT_FALSE(directory.is_ours(RealmId{0}, "elsewhere.example", local));
}

TEST_F(DirectoryTest, TrunksCountAndLearn) {
    const auto pbx = ids.trunks.find("pbx");
    const trunk::Load in{.direction = trunk::Direction::in};
    const trunk::Load out{.direction = trunk::Direction::out};
    EXPECT_EQ(directory.take_trunk(pbx, in), 0);
    EXPECT_EQ(directory.take_trunk(pbx, out), 503);
    directory.release_trunk(pbx, in);
    EXPECT_EQ(directory.take_trunk(pbx, out), 0);
    std::vector<TrunkTarget> order;
    directory.order_targets(pbx, 1, order);
    ASSERT_EQ(order.size(), 1u);
    EXPECT_EQ(wire::to_string(order[0].remote), "10.20.0.10:5060");
    directory.target_result(pbx, 0, true, 200);
    EXPECT_EQ(trunks.find(pbx)->targets[0].health, trunk::Health::up);
}

}  // namespace
}  // namespace strowger::call
