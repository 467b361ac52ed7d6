// Calls that are taken from elsewhere: pick-up and orbits.
#include "world.hpp"

namespace strowger::test {
namespace {

struct Pickup : World {
    Pickup() {
        model.tenants["default"].pickup_code = "*8";
        model::ParkingLot lot;
        lot.name = "lot";
        lot.orbits = {700, 709, 3};
        lot.timeout = std::chrono::seconds(60);
        model.parking_lots["lot"] = lot;
        model::RingGroup desk;
        desk.name = "desk";
        desk.number = "1500";
        desk.members = {{{"1001", "", ""}, 1}, {{"1002", "", ""}, 1}};
        model.ring_groups["desk"] = desk;
        apply();
    }
    // The PBX calls a subscriber or group whose phone `at` rings.
    void ring(const std::string& number, Party& at) {
        asked = pbx.request("INVITE", number, audio(pbx.media_address, 6000));
        say(pbx, asked);
        pbx.take("SIP/2.0 100");
        invite = at.take("INVITE");
        say(at, at.respond(invite, 180));
        pbx.take("SIP/2.0 180");
    }
    // `by` dials, and is answered on hold.
    void dials(Party& by, const std::string& number, const std::string& more = "") {
        say(by, by.request("INVITE", number, audio(by.media_address, 7000), more));
        const auto ok = by.take("SIP/2.0 200");
        EXPECT_NE(body_of(ok).find("a=inactive"), std::string::npos) << ok;
        by.learn(ok);
        say(by, by.in_dialog("ACK", "", "", by.cseq));
    }
    void refused(Party& by, const std::string& number, const std::string& answer) {
        by.call_id += "x";
        const auto text = by.request("INVITE", number, audio(by.media_address, 7000));
        say(by, text);
        say(by, by.ack_refusal(text, by.take(answer)));
    }
    // The one that picked up gets the call; the other phone stops ringing.
    void gets_it(Party& by, Party& ringing) {
        const auto reinvite = by.take("INVITE");
        EXPECT_NE(body_of(reinvite).find("m=audio"), std::string::npos);
        say(by, by.respond(reinvite, 200, audio(by.media_address, 7002)));
        const auto cancel = ringing.take("CANCEL");
        say(ringing, ringing.respond(cancel, 200));
        say(ringing, ringing.respond(invite, 487));
        ringing.take("ACK");
        const auto ok = pbx.take("SIP/2.0 200");
        pbx.learn(ok);
        say(pbx, pbx.in_dialog("ACK", "", "", pbx.cseq));
        by.take("ACK");
        EXPECT_EQ(wire::to_string(leg_told(body_of(ok))->remote_rtp), "10.1.7.55:6000");
        media_events();
    }
    std::string asked;
    std::string invite;
};

TEST_F(Pickup, DirectedByCode) {
    ring("1002", c);
    dials(a, "*81002");
    gets_it(a, c);
    EXPECT_EQ(record().reason, "picked up");
    hang_up(pbx, a);
    ASSERT_FALSE(record().moves.empty());
    EXPECT_STREQ(record().moves[0].what, "picked up");
    EXPECT_EQ(record().moves[0].by, "sip:1001@lab.example");
}

TEST_F(Pickup, OfOnesGroup) {
    directory.bindings.erase("1001");
    ring("1500", c);
    dials(a, "*8");
    gets_it(a, c);
    hang_up(a, pbx);
}

TEST_F(Pickup, OfAGroupByItsNumber) {
    directory.bindings.erase("1001");
    ring("1500", c);
    dials(a, "*81500");
    gets_it(a, c);
    hang_up(a, pbx);
}

TEST_F(Pickup, ByReplacesOfTheEarlyDialog) {
    ring("1002", c);
    c.learn(invite);
    dials(a, "1002",
          "Replaces: " + c.call_id + ";to-tag=" + c.remote_tag + ";from-tag=tag-of-1002;early-only\r\n");
    gets_it(a, c);
    hang_up(pbx, a);
}

TEST_F(Pickup, WhereNothingRings) {
    refused(a, "*81002", "SIP/2.0 404");
    refused(a, "*8", "SIP/2.0 404");
    refused(a, "700", "SIP/2.0 404");
    media_events();
}

TEST_F(Pickup, TheCallerHasGivenUpMeanwhile) {
    ring("1002", c);
    say(a, a.request("INVITE", "*81002", audio(a.media_address, 7000)));
    a.learn(a.take("SIP/2.0 200"));
    say(pbx, pbx.cancel(asked));
    pbx.take("SIP/2.0 200");
    const auto terminated = pbx.take("SIP/2.0 487");
    say(pbx, pbx.ack_refusal(asked, terminated));
    say(c, c.respond(c.take("CANCEL"), 200));
    say(c, c.respond(invite, 487));
    c.take("ACK");
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    say(a, a.respond(a.take("BYE"), 200));
    media_events();
}

TEST_F(Pickup, WhoPicksUpHangsUpBeforeItGetsTheCall) {
    ring("1002", c);
    dials(a, "*81002");
    const auto reinvite = a.take("INVITE");
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    say(a, a.respond(reinvite, 487));
    a.take("ACK");
    EXPECT_TRUE(pbx.quiet()) << "it rings on";
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    c.learn(invite);
    pbx.learn(pbx.take("SIP/2.0 200"));
    say(pbx, pbx.in_dialog("ACK", "", "", pbx.cseq));
    c.take("ACK");
    hang_up(pbx, c);
}

TEST_F(Pickup, WhoPicksUpRefusesTheOffer) {
    ring("1002", c);
    dials(a, "*81002");
    say(a, a.respond(a.take("INVITE"), 488));
    a.take("ACK");
    say(a, a.respond(a.take("BYE"), 200));
    EXPECT_TRUE(pbx.quiet());
    say(pbx, pbx.cancel(asked));
    pbx.take("SIP/2.0 200");
    say(pbx, pbx.ack_refusal(asked, pbx.take("SIP/2.0 487")));
    say(c, c.respond(c.take("CANCEL"), 200));
    say(c, c.respond(invite, 487));
    c.take("ACK");
    media_events();
}

TEST_F(Pickup, TheCallerHangsUpBeforeItsAck) {
    ring("1002", c);
    dials(a, "*81002");
    const auto reinvite = a.take("INVITE");
    say(a, a.respond(reinvite, 200, audio(a.media_address, 7002)));
    say(c, c.respond(c.take("CANCEL"), 200));
    say(c, c.respond(invite, 487));
    c.take("ACK");
    pbx.learn(pbx.take("SIP/2.0 200"));
    say(pbx, pbx.in_dialog("BYE"));
    pbx.take("SIP/2.0 200");
    a.take("ACK");
    say(a, a.respond(a.take("BYE"), 200));
    media_events();
}

struct Park : Pickup {
    // a, who talks with the PBX, puts it into orbit 700.
    void park() {
        establish(a, pbx, "2001");
        say(a, a.in_dialog("REFER", "", "Refer-To: <sip:700@lab.example>\r\n"));
        a.take("SIP/2.0 202");
        say(a, a.respond(a.take("NOTIFY"), 200));
        const auto asked_pbx = pbx.take("INVITE");
        EXPECT_EQ(body_of(asked_pbx), "");
        say(pbx, pbx.respond(asked_pbx, 200, audio(pbx.media_address, 6000)));
        EXPECT_NE(body_of(pbx.take("ACK")).find("a=inactive"), std::string::npos);
        const auto notify = a.take("NOTIFY");
        EXPECT_TRUE(body_of(notify).starts_with("SIP/2.0 200"));
        say(a, a.respond(notify, 200));
        say(a, a.respond(a.take("BYE"), 200));
        media_events();
        EXPECT_EQ(record().reason, "parked");
    }
};

TEST_F(Park, AndRetrievedByAnotherPhone) {
    park();
    say(c, c.request("INVITE", "700", audio(c.media_address, 7000)));
    c.take("SIP/2.0 100");
    const auto reinvite = pbx.take("INVITE");
    EXPECT_NE(body_of(reinvite).find("m=audio"), std::string::npos);
    say(pbx, pbx.respond(reinvite, 200, audio(pbx.media_address, 6000)));
    const auto ok = c.take("SIP/2.0 200");
    c.learn(ok);
    say(c, c.in_dialog("ACK", "", "", c.cseq));
    pbx.take("ACK");
    EXPECT_EQ(wire::to_string(leg_told(body_of(ok))->remote_rtp), "192.168.1.6:7000");
    media_events();
    EXPECT_EQ(record().reason, "retrieved");
    refused(d, "700", "SIP/2.0 404");
    hang_up(pbx, c);
}

TEST_F(Park, AnOccupiedOrbitIsBusy) {
    park();
    a.call_id += "2";
    directory.order = {1};
    establish(a, spare, "2002");
    say(a, a.in_dialog("REFER", "", "Refer-To: <sip:700@lab.example>\r\n"));
    a.take("SIP/2.0 202");
    say(a, a.respond(a.take("NOTIFY"), 200));
    const auto notify = a.take("NOTIFY");
    EXPECT_TRUE(body_of(notify).starts_with("SIP/2.0 486"));
    say(a, a.respond(notify, 200));
    hang_up(a, spare);
    // Whoever waits may give up.
    say(pbx, pbx.in_dialog("BYE"));
    pbx.take("SIP/2.0 200");
    media_events();
}

TEST_F(Park, ItReturnsToWhoParkedIt) {
    park();
    pass(61 * kSecond);
    const auto returned = a.take("INVITE");
    while (!a.quiet()) a.take("INVITE");
    EXPECT_EQ(body_of(returned), "");
    a.learn(returned);
    say(a, a.respond(returned, 200, audio(a.media_address, 4400)));
    const auto reinvite = pbx.take("INVITE");
    say(pbx, pbx.respond(reinvite, 200, audio(pbx.media_address, 6000)));
    pbx.take("ACK");
    a.take("ACK");
    media_events();
    EXPECT_EQ(record().reason, "returned");
    hang_up(a, pbx);
}

TEST_F(Park, WhenNobodyTakesItBackItWaitsOn) {
    park();
    pass(61 * kSecond);
    const auto returned = a.take("INVITE");
    while (!a.quiet()) a.take("INVITE");
    say(a, a.respond(returned, 486));
    a.take("ACK");
    EXPECT_TRUE(pbx.quiet());
    say(pbx, pbx.in_dialog("INVITE", audio(pbx.media_address, 6000)));
    EXPECT_NE(body_of(pbx.take("SIP/2.0 200")).find("a=inactive"), std::string::npos) << "still on hold";
    say(pbx, pbx.in_dialog("ACK", "", "", pbx.cseq));
    say(pbx, pbx.in_dialog("BYE"));
    pbx.take("SIP/2.0 200");
    media_events();
}

}  // namespace
}  // namespace strowger::test
