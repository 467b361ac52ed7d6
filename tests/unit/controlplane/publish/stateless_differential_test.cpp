// The worker's stateless proxy and the control plane's calls take the same decision over the same
// configuration: where a request goes, with which Request-URI, or which answer it gets. What differs on
// purpose is listed here with its reason.
#include <gtest/gtest.h>

#include <map>

#include "two_ways.hpp"

namespace strowger::test {
namespace {

class Differential : public TwoWays {
  protected:
    Differential() {
        model.tenants["default"].name = "default";
        model.tenants["default"].domains = {"Lab.example", "second.example"};
        model.tenants["acme"].name = "acme";
        model.tenants["acme"].domains = {"acme.example"};
        add_subscribers();
        add_trunk("pbx", "pbx.example", "10.20.0.10:5060");
        add_trunk("carrier", "", "10.20.0.99:5080");
        add_trunk("plain", "", "10.20.0.99:5060").tenant.name = "acme";
        add_trunk("six", "six.example", "[fd10:b::99]:5060");
        add_trunk("dead", "", "10.20.0.10:5099");
        add_routes();
        start();
        control->enroll("1001@lab.example", "sip:1001@10.10.0.99:5070;ob", ListenerId{0}, "10.10.0.1:5060",
                        "10.10.0.99:5070");
        control->enroll("1003@lab.example", "sip:x@[fd10:a::99]:5070", ListenerId{1}, "[fd10:a::1]:5060",
                        "[fd10:a::99]:5070");
        control->enroll("1004@lab.example", "sip:x@192.168.9.9", ListenerId{0}, "10.10.0.1:5060",
                        "10.10.0.10:5060", "<sip:10.10.0.10:5066;lr>, <sip:edge.example;lr>");
        control->enroll("alice@lab.example", "sip:alice@10.10.0.10", ListenerId{0}, "10.10.0.1:5060",
                        "10.10.0.10:5060");
        control->enroll("bob@second.example", "sip:bob@10.10.0.10:7", ListenerId{0}, "10.10.0.1:5060",
                        "10.10.0.10:5060");
        control->enroll("1001@acme.example", "sip:acme1001@10.10.0.99", ListenerId{0}, "10.10.0.1:5060",
                        "10.10.0.99:5061");
        const TrunkId dead = ids.trunks.find("dead");
        for (int i = 0; i < 5; ++i) control->trunks.mark_failure(dead, 0, 0, kSecond);
        tables.proxy.trunks[index(dead)].set_down(0, true);
    }

    void add_subscribers() {
        const auto add = [&](const char* name, const char* tenant) -> model::Subscriber& {
            model::Subscriber& s = model.subscribers[name];
            s.name = name;
            s.tenant.name = tenant;
            s.password.value = "x";
            return s;
        };
        add("phones", "default").range = {1001, 1099, 4};
        add("alice", "default");
        add("bob", "default").domain = "second.example";
        add("busy", "default").do_not_disturb = true;
        add("1001@acme", "acme").user = "1001";
        model::RingGroup group;
        group.name = "sales";
        group.number = "1200";
        group.tenant.name = "default";
        model.ring_groups["sales"] = group;
    }
    model::Trunk& add_trunk(const char* name, const char* domain, const char* target) {
        model::Trunk& trunk = model.trunks[name];
        trunk.name = name;
        trunk.realm = {"core"};
        trunk.tenant.name = "default";
        trunk.domain = domain;
        trunk.targets = {{net::TransportKind::udp, *wire::parse_endpoint(target), 1}};
        (void)ids.trunks.of(name);
        return trunk;
    }
    model::Route& add_route(const char* name, std::uint32_t priority, std::vector<std::string> digits,
                            model::TrunkRefs trunks) {
        model::Route& route = model.routes[name];
        route.name = name;
        route.priority = priority;
        route.digits = std::move(digits);
        route.trunks = std::move(trunks);
        return route;
    }
    void add_routes() {
        model::Route& emergency = add_route("emergency", 5, {}, {});
        emergency.users = {"112", "999"};
        emergency.action = model::RouteAction::reject;
        emergency.reject_code = 603;
        model::Route& international = add_route("international", 10, {"00"}, {{"carrier"}});
        international.strip = 2;
        international.add = "+";
        add_route("e164", 10, {"+49", "+4930"}, {{"pbx"}});
        model::Route& berlin = add_route("berlin", 10, {"+4930"}, {{"six"}});
        berlin.strip = 5;
        add_route("gone", 10, {"66"}, {{"dead"}});
        add_route("next", 10, {"77"}, {{"dead"}, {"plain"}});
        model::Route& acme = add_route("acme", 12, {"9"}, {{"plain"}});
        acme.tenant = model::TenantRef{"acme"};
        model::Route& elsewhere = add_route("elsewhere", 15, {}, {{"carrier"}});
        elsewhere.domains = {"Elsewhere.example"};
        model::Route& phones = add_route("phones", 20, {}, {});
        phones.action = model::RouteAction::subscriber;
        model::Route& short_code = add_route("short", 25, {"5"}, {});
        short_code.action = model::RouteAction::subscriber;
        short_code.strip = 1;
        add_route("pbx", 30, {"2", "3", "a"}, {{"pbx"}}).from = {{"access"}};
    }

    static std::string request(std::string_view method, std::string_view uri, std::string_view more = "",
                               std::string_view hops = "Max-Forwards: 70\r\n") {
        static int number = 0;
        const std::string n = std::to_string(++number);
        return std::string(method) + " " + std::string(uri) +
               " SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.99;branch=z9hG4bK" + n + ";rport\r\n" +
               std::string(hops) + "From: <sip:1001@lab.example>;tag=" + n +
               "\r\nTo: <sip:x@lab.example>\r\nCall-ID: " + n + "\r\nCSeq: 1 " + std::string(method) +
               "\r\nContact: <sip:1001@10.10.0.99>\r\n" + std::string(more) + "Content-Length: 0\r\n\r\n";
    }

    struct Origin {
        RealmId realm;
        const char* source;
    };
    static constexpr Origin kPhone{RealmId{0}, "10.10.0.99:5060"};
    static constexpr Origin kPhone6{RealmId{0}, "[fd10:a::99]:5060"};
    static constexpr Origin kPbx{RealmId{1}, "10.20.0.10:5060"};       // of trunk pbx
    static constexpr Origin kAcme{RealmId{1}, "10.20.0.99:5060"};      // of trunks plain and carrier
    static constexpr Origin kStranger{RealmId{1}, "10.20.0.55:5060"};  // of no trunk

    // Both ways; what they agree on.
    Outcome both(const Origin& from, const std::string& text) {
        const Outcome by_worker = ask_worker(from.realm, from.source, text);
        if (by_worker.kind == Outcome::Kind::control_plane) return by_worker;
        const Outcome plane = ask_control_plane(from.realm, from.source, text);
        EXPECT_EQ(to_string(by_worker), to_string(plane)) << from.source << "\n" << text;
        return by_worker;
    }
    // A difference with a reason.
    void differs(const Origin& from, const std::string& text, const std::string& by_worker,
                 const std::string& plane) {
        EXPECT_EQ(to_string(ask_worker(from.realm, from.source, text)), by_worker) << text;
        EXPECT_EQ(to_string(ask_control_plane(from.realm, from.source, text)), plane) << text;
    }
};

TEST_F(Differential, EveryCalledUriFromEverywhere) {
    std::map<Outcome::Kind, int> kinds;
    std::map<int, int> statuses;
    const char* const users[] = {
        "1001",     "1002",    "1003",   "1004",        "alice",  "bob",     "busy",   "1200",  "112",
        "999",      "0044123", "00",     "+4930123456", "+4912",  "6600",    "7700",   "9123",  "2000",
        "3",        "51001",   "51099",  "4711",        "abc",    "%61lice", "100%31", "a%20b", "2%23",
        "2000;x=1", "00-44",   "nobody", "ALICE",       "2%2B;y", "+49(30)1"};
    const char* const hosts[] = {"lab.example",      "LAB.example",           "second.example",
                                 "acme.example",     "elsewhere.example",     "10.10.0.1",
                                 "10.20.0.1",        "10.10.0.1:5060",        "[fd10:a::1]",
                                 "lab.example:5060", "lab.example;user=phone"};
    for (const Origin& from : {kPhone, kPhone6, kPbx, kAcme, kStranger})
        for (const char* user : users)
            for (const char* host : hosts) {
                // By design: a Request-URI whose domain is not ours stays as it is when a proxy forwards
                // it (RFC 3261 16.5); the B2BUA calls the trunk's domain. Our address in another realm is
                // nobody's domain here.
                const std::string_view named = host;
                const bool foreign =
                    named == "elsewhere.example" ||
                    (from.realm == RealmId{0} ? named == "10.20.0.1"
                                              : named.starts_with("10.10.") || named.starts_with("["));
                const std::string text =
                    request(foreign ? "MESSAGE" : "INVITE", std::string("sip:") + user + "@" + host);
                if (foreign) {
                    const Outcome by_worker = ask_worker(from.realm, from.source, text);
                    const Outcome plane = ask_control_plane(from.realm, from.source, text);
                    if (by_worker.kind == Outcome::Kind::control_plane) continue;
                    EXPECT_EQ(by_worker.kind, plane.kind) << text;
                    EXPECT_EQ(by_worker.destination, plane.destination) << text;
                    EXPECT_EQ(by_worker.status, plane.status) << text;
                    continue;
                }
                const Outcome outcome = both(from, text);
                ++kinds[outcome.kind];
                ++statuses[outcome.status];
            }
    // The set reaches every kind of decision.
    EXPECT_GT(kinds[Outcome::Kind::forwarded], 200);
    EXPECT_GT(kinds[Outcome::Kind::control_plane], 20);
    EXPECT_EQ(kinds[Outcome::Kind::none], 0);
    for (const int status : {404, 480, 503, 603}) EXPECT_GT(statuses[status], 5) << status;
}

TEST_F(Differential, TelephoneUris) {
    for (const Origin& from : {kPhone, kPbx, kAcme})
        for (const char* number :
             {"tel:1001", "tel:0044123", "tel:+4930123", "tel:+49-(30)-1.23",
              "tel:2000;phone-context=lab.example", "TEL:112", "tel:4711", "tel:66", "tel:1200"})
            both(from, request("INVITE", number));
}

TEST_F(Differential, Refusals) {
    for (const Origin& from : {kPhone, kPbx}) {
        EXPECT_EQ(both(from, request("INVITE", "sip:2000@lab.example", "", "Max-Forwards: 0\r\n")).status,
                  483);
        EXPECT_EQ(both(from, request("INVITE", "sip:2000@lab.example", "", "Max-Forwards: many\r\n")).status,
                  400);
        EXPECT_EQ(both(from, request("INVITE", "sip:1001@lab.example", "", "")).kind,
                  Outcome::Kind::forwarded);
        EXPECT_EQ(both(from, request("INVITE", "http://lab.example/")).status, 416);
        EXPECT_EQ(both(from, request("INVITE", "mailto:a@lab.example")).status, 416);
        EXPECT_EQ(both(from, request("INVITE", "sip:1001@lab.example", "Proxy-Require: magic\r\n")).status,
                  420);
        EXPECT_EQ(both(from, request("MESSAGE", "sip:1001@lab.example", "Proxy-Require: a, b\r\n")).status,
                  420);
        EXPECT_EQ(both(from, request("INVITE", "sips:1001@lab.example")).kind, Outcome::Kind::control_plane);
        EXPECT_EQ(both(from, request("INVITE", "sip:lab.example")).kind, Outcome::Kind::control_plane);
    }
}

TEST_F(Differential, WhatDiffersOnPurpose) {
    // The back-to-back user agent is the privacy service of RFC 3323; a proxy that changes no From is none.
    differs(kPhone, request("INVITE", "sip:1001@lab.example", "Proxy-Require: privacy\r\n"), "420",
            "sip:1001@10.10.0.99:5070;ob to 10.10.0.99:5070 from 10.10.0.1:5060");
    // A dialog without a call is nothing to the back-to-back user agent; a proxy forwards what it does not
    // understand.
    differs(kPhone, request("SUBSCRIBE", "sip:1001@lab.example", "Event: x\r\n"),
            "sip:1001@10.10.0.99:5070;ob to 10.10.0.99:5070 from 10.10.0.1:5060", "489");
    differs(kPhone, request("REFER", "sip:1001@lab.example", "Refer-To: <sip:a@b>\r\n"),
            "sip:1001@10.10.0.99:5070;ob to 10.10.0.99:5070 from 10.10.0.1:5060", "603");
    differs(kPhone, request("OPTIONS", "sip:1001@lab.example"),
            "sip:1001@10.10.0.99:5070;ob to 10.10.0.99:5070 from 10.10.0.1:5060",
            "sip:1001@10.10.0.99:5070;ob to 10.10.0.99:5070 from 10.10.0.1:5060");
    // A trunk that asks OPTIONS wants to know whether we live: the back-to-back user agent answers for all
    // URIs.
    differs(kPbx, request("OPTIONS", "sip:1001@lab.example"),
            "sip:1001@10.10.0.99:5070;ob to 10.10.0.99:5070 from 10.10.0.1:5060", "200");
    // RFC 3261 16.5: the Request-URI of another domain stays as it is; the B2BUA calls the trunk's.
    differs(kPhone, request("INVITE", "sip:bob@elsewhere.example;x=1"),
            "sip:bob@elsewhere.example;x=1 to 10.20.0.99:5080 from 10.20.0.1:5060",
            "sip:bob@10.20.0.99:5080 to 10.20.0.99:5080 from 10.20.0.1:5060");
}

}  // namespace
}  // namespace strowger::test
