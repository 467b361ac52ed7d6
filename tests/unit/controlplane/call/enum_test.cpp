// The dial-plan action that looks numbers up in DNS: whatever it finds, and while it waits.
#include "world.hpp"

namespace strowger::test {
namespace {

using State = resolver::Enumerated::State;

struct Enum : World {
    Enum() {
        model::Route route;
        route.name = "enum";
        route.priority = 10;
        route.action = model::RouteAction::enum_;
        route.digits = {"+"};
        route.enum_suffix = "nrenum.example";
        model.routes["enum"] = route;
        model.routes["out"].digits = {};
        model.trunks["pbx"].domain = "carrier.example";
        apply();
    }
    void finds(const std::string& uri) { directory.dns = {State::found, uri}; }
    void call() {
        asked = a.request("INVITE", "+4930123", audio(a.media_address, 4000));
        say(a, asked);
        a.take("SIP/2.0 100");
    }
    void refused_by(Party& party, const std::string& invite) {
        say(party, party.respond(invite, 486));
        party.take("ACK");
        say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
        media_events();
    }
    std::string asked;
};

TEST_F(Enum, AnAddressInATrunksDomainGoesToTheTrunk) {
    finds("sip:030123@Carrier.Example");
    call();
    EXPECT_EQ(directory.enumerated.front(), "+4930123 in nrenum.example");
    refused_by(pbx, pbx.take("INVITE sip:030123@carrier.example"));
}

TEST_F(Enum, AnOwnSubscribersAddressRingsItsPhones) {
    finds("sip:1002@lab.example");
    call();
    refused_by(c, c.take("INVITE sip:1002@"));
}

TEST_F(Enum, AnyOtherHostNeedsARealm) {
    finds("sip:bob@10.1.0.6:5060;user=phone");
    call();
    EXPECT_TRUE(spare.quiet());
    refused_by(pbx, pbx.take("INVITE sip:+4930123@"));  // the next route
    model.routes["enum"].enum_realm = model::RealmRef{"core"};
    apply();
    call();
    refused_by(spare, spare.take("INVITE sip:bob@10.1.0.6:5060;user=phone"));
}

TEST_F(Enum, NothingFoundGoesOnToTheNextRoute) {
    for (const auto state : {State::nothing, State::failed}) {
        directory.dns = {state, {}};
        call();
        refused_by(pbx, pbx.take("INVITE sip:+4930123@"));
    }
}

TEST_F(Enum, TheCallWaitsForNameServersAndNobodyElseDoes) {
    directory.dns = {State::pending, {}};
    call();
    EXPECT_TRUE(pbx.quiet() && a.quiet());
    const auto lines = explain("+4930123");
    EXPECT_EQ(lines.back().decision, "waits for name servers");
    calls.on_names();  // somebody else's answer
    EXPECT_TRUE(pbx.quiet());
    finds("sip:030123@carrier.example");
    calls.on_names();
    refused_by(pbx, pbx.take("INVITE sip:030123@carrier.example"));
}

TEST_F(Enum, ACallerMayGiveUpWhileItWaits) {
    directory.dns = {State::pending, {}};
    call();
    say(a, a.cancel(asked));
    a.take("SIP/2.0 200");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 487")));
    finds("sip:030123@carrier.example");
    calls.on_names();
    EXPECT_TRUE(pbx.quiet());
}

TEST_F(Enum, MembersOfAGroupAndForwardingWaitToo) {
    model::RingGroup group;
    group.name = "both";
    group.number = "1500";
    group.members = {{.destination = {.user = "1002", .domain = {}, .group = {}}},
                     {.destination = {.user = "+4930123", .domain = {}, .group = {}}}};
    model.ring_groups["both"] = group;
    apply();
    directory.dns = {State::pending, {}};
    asked = a.request("INVITE", "1500", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    EXPECT_TRUE(c.quiet() && pbx.quiet());
    finds("sip:030123@carrier.example");
    calls.on_names();
    const auto phone = c.take("INVITE");
    const auto carrier = pbx.take("INVITE sip:030123@carrier.example");
    say(c, c.respond(phone, 486));
    c.take("ACK");
    refused_by(pbx, carrier);
}

}  // namespace
}  // namespace strowger::test
