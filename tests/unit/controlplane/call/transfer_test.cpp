// REFER, INVITE with Replaces, and what becomes of them when the parties do ugly things.
#include "world.hpp"

namespace strowger::test {
namespace {

struct Transfer : World {
    // a talks with the PBX.
    void SetUp() override { establish(a, pbx, "2001"); }

    std::string refer(Party& by, const std::string& to, const std::string& more = "") {
        const auto text = by.in_dialog("REFER", "", "Refer-To: " + to + "\r\n" + more);
        say(by, text);
        return text;
    }
    // 202 and the first NOTIFY.
    void accepted(Party& by) {
        by.take("SIP/2.0 202");
        notified(by, "SIP/2.0 100", "active");
    }
    void notified(Party& by, const std::string& fragment, const std::string& state) {
        const auto notify = by.take("NOTIFY");
        EXPECT_TRUE(header(notify, "Event").starts_with("refer")) << notify;
        EXPECT_EQ(header(notify, "Content-Type"), "message/sipfrag;version=2.0");
        EXPECT_TRUE(header(notify, "Subscription-State").starts_with(state)) << notify;
        EXPECT_TRUE(body_of(notify).starts_with(fragment)) << notify;
        say(by, by.respond(notify, 200));
    }
    // The target rings.
    std::string rings(Party& target) {
        const auto invite = target.take("INVITE");
        EXPECT_EQ(body_of(invite), "") << "it is asked for an offer";
        target.learn(invite);
        say(target, target.respond(invite, 180));
        return invite;
    }
    // A re-INVITE with the other's offer is answered.
    void takes_offer(Party& party, int port) {
        const auto reinvite = party.take("INVITE");
        EXPECT_NE(body_of(reinvite), "");
        say(party, party.respond(reinvite, 200, audio(party.media_address, port)));
        party.take("ACK");
    }
    // A re-INVITE without offer is answered with one.
    void offers(Party& party, int port) {
        const auto reinvite = party.take("INVITE");
        EXPECT_EQ(body_of(reinvite), "");
        say(party, party.respond(reinvite, 200, audio(party.media_address, port)));
    }
    void gone(Party& party) {
        const auto bye = party.take("BYE");
        say(party, party.respond(bye, 200));
    }
    const call::CallRecord* record_of(const std::string& reason) {
        for (const auto& r : records)
            if (r.reason == reason) return &r;
        return nullptr;
    }
    // The second dialog of a party: what comes in for it arrives at the party.
    static Party second(const Party& of) {
        auto out = of;
        out.call_id += "-second";
        out.local_tag += "-second";
        out.branch += 1000;
        out.cseq = 0;
        return out;
    }
};

TEST_F(Transfer, BlindByTheCallee) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    const auto invite = rings(c);
    EXPECT_EQ(header(invite, "Referred-By"), "<sip:2001@anonymous.invalid>");
    EXPECT_EQ(uri_in(header(invite, "From")), "sip:1001@lab.example");
    notified(pbx, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    takes_offer(a, 4444);
    const auto ack = c.take("ACK");
    EXPECT_EQ(header(ack, "Content-Type"), "application/sdp");
    const auto* toward_a = leg_told(body_of(ack));
    ASSERT_NE(toward_a, nullptr);
    EXPECT_EQ(wire::to_string(toward_a->remote_rtp), "192.168.1.6:7000");
    notified(pbx, "SIP/2.0 200", "terminated");
    gone(pbx);
    media_events();
    EXPECT_EQ(record().reason, "transferred");
    ASSERT_EQ(record().moves.size(), 1u);
    EXPECT_EQ(record().moves[0].to, "sip:1002@lab.example");
    EXPECT_TRUE(a.quiet() && c.quiet() && pbx.quiet());
    hang_up(a, c);
    EXPECT_EQ(record().reason, "bye");
    EXPECT_EQ(record().caller.received, "sip:1001@lab.example");
    EXPECT_NE(record().answer, 0);
}

TEST_F(Transfer, BlindByTheCaller) {
    refer(a, "<sip:1002@lab.example>");
    accepted(a);
    const auto invite = rings(c);
    EXPECT_EQ(header(invite, "Referred-By"), "<sip:1001@lab.example>");
    notified(a, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    takes_offer(pbx, 6666);
    c.take("ACK");
    notified(a, "SIP/2.0 200", "terminated");
    gone(a);
    hang_up(pbx, c);
}

TEST_F(Transfer, TheTargetRefusesAndAllIsAsBefore) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 486));
    c.take("ACK");
    notified(pbx, "SIP/2.0 486", "terminated");
    EXPECT_TRUE(a.quiet() && pbx.quiet());
    // A second one, by the other side: its subscription has a name.
    refer(a, "<sip:nobody@lab.example>");
    accepted(a);
    notified(a, "SIP/2.0 404", "terminated");
    hang_up(a, pbx);
}

TEST_F(Transfer, WithoutSubscription) {
    refer(pbx, "<sip:1002@lab.example>", "Refer-Sub: false\r\nSupported: norefersub\r\n");
    EXPECT_EQ(header(pbx.take("SIP/2.0 202"), "Refer-Sub"), "false");
    const auto invite = rings(c);
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    takes_offer(a, 4444);
    c.take("ACK");
    gone(pbx);
    hang_up(c, a);
}

TEST_F(Transfer, TheTransferorHangsUpAtOnce) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    say(pbx, pbx.in_dialog("BYE"));
    pbx.take("SIP/2.0 200");
    EXPECT_TRUE(a.quiet()) << "it waits for the target";
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    takes_offer(a, 4444);
    c.take("ACK");
    notified(pbx, "SIP/2.0 200", "terminated");
    hang_up(a, c);
}

TEST_F(Transfer, TheTransferorHasGoneAndTheTargetRefuses) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    say(pbx, pbx.in_dialog("BYE"));
    pbx.take("SIP/2.0 200");
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 603));
    c.take("ACK");
    notified(pbx, "SIP/2.0 603", "terminated");
    gone(a);
    media_events();
    EXPECT_NE(record_of("transfer failed"), nullptr);
}

TEST_F(Transfer, TheTransfereeHangsUpWhileTheTargetRings) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    notified(pbx, "SIP/2.0 487", "terminated");
    gone(pbx);
    const auto cancel = c.take("CANCEL");
    say(c, c.respond(cancel, 200));
    say(c, c.respond(invite, 487));
    c.take("ACK");
    media_events();
}

TEST_F(Transfer, AnAnswerThatCrossesThatEnd) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    notified(pbx, "SIP/2.0 487", "terminated");
    gone(pbx);
    const auto cancel = c.take("CANCEL");
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    say(c, c.respond(cancel, 200));
    c.take("ACK");
    gone(c);
    media_events();
}

TEST_F(Transfer, WhileOnHold) {
    say(pbx, pbx.in_dialog("INVITE", audio(pbx.media_address, 6000, "a=sendonly\r\n")));
    pbx.take("SIP/2.0 100");
    const auto hold = a.take("INVITE");
    say(a, a.respond(hold, 200, audio(a.media_address, 4000, "a=recvonly\r\n")));
    pbx.take("SIP/2.0 200");
    say(pbx, pbx.in_dialog("ACK", "", "", pbx.cseq));
    a.take("ACK");
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    takes_offer(a, 4444);
    c.take("ACK");
    notified(pbx, "SIP/2.0 200", "terminated");
    gone(pbx);
    media_events();
    calls.each([](const call::CallSummary& s) { EXPECT_FALSE(s.on_hold); });
    hang_up(a, c);
}

TEST_F(Transfer, DuringAReinviteItWaitsForIts) {
    const auto hold = pbx.in_dialog("INVITE", audio(pbx.media_address, 6000, "a=sendonly\r\n"));
    say(pbx, hold);
    const auto number = pbx.cseq;
    pbx.take("SIP/2.0 100");
    const auto at_a = a.take("INVITE");
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    EXPECT_TRUE(a.quiet()) << "one re-INVITE at a time";
    say(a, a.respond(at_a, 200, audio(a.media_address, 4000, "a=recvonly\r\n")));
    pbx.take("SIP/2.0 200");
    say(pbx, pbx.in_dialog("ACK", "", "", number));
    a.take("ACK");
    takes_offer(a, 4444);
    c.take("ACK");
    notified(pbx, "SIP/2.0 200", "terminated");
    gone(pbx);
    hang_up(a, c);
}

TEST_F(Transfer, TwoThatCross) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    refer(a, "<sip:1006@lab.example>");
    a.take("SIP/2.0 491");
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 486));
    c.take("ACK");
    notified(pbx, "SIP/2.0 486", "terminated");
    hang_up(a, pbx);
}

TEST_F(Transfer, TheTransfereeTakesNoOffer) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    const auto reinvite = a.take("INVITE");
    say(a, a.respond(reinvite, 488));
    a.take("ACK");
    const auto ack = c.take("ACK");
    EXPECT_NE(body_of(ack).find("a=inactive"), std::string::npos) << "its offer has to be answered";
    gone(c);
    notified(pbx, "SIP/2.0 488", "terminated");
    EXPECT_TRUE(a.quiet() && pbx.quiet()) << "both have what they had";
    media_events();
    say(a, a.in_dialog("INFO", "x", "Content-Type: text/plain\r\n"));
    say(pbx, pbx.respond(pbx.take("INFO"), 200));
    a.take("SIP/2.0 200");
    hang_up(a, pbx);
}

TEST_F(Transfer, GlareOfTheTransfereeIsWaitedOut) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    say(a, a.respond(a.take("INVITE"), 491));
    a.take("ACK");
    c.take("ACK");
    while (c.quiet()) pass(50 * kMillisecond);
    offers(c, 7002);
    takes_offer(a, 4444);
    c.take("ACK");
    notified(pbx, "SIP/2.0 200", "terminated");
    gone(pbx);
    hang_up(c, a);
}

TEST_F(Transfer, WhatIsNoTransferIsRefused) {
    const std::pair<const char*, const char*> asked[] = {
        {"<tel:+4930123>", "SIP/2.0 416"},
        {"<sip:1002@lab.example;method=BYE>", "SIP/2.0 403"},
        {"<sip:1002@lab.example?Replaces=x>", "SIP/2.0 400"},
        {"<sip:1002@lab.example>\r\nRefer-To: <sip:1003@lab.example>", "SIP/2.0 400"},
        {"<<", "SIP/2.0 400"},
        {"<sip:lab.example>", "SIP/2.0 404"},
    };
    for (const auto& [to, answer] : asked) {
        refer(pbx, to);
        pbx.take(answer);
    }
    // Outside any dialog there is nothing to transfer.
    auto other = second(pbx);
    say(pbx, other.request("REFER", "1001", "", "Refer-To: <sip:1002@lab.example>\r\n"));
    pbx.take("SIP/2.0 603");
    EXPECT_TRUE(a.quiet());
    hang_up(a, pbx);
}

TEST_F(Transfer, ByPolicyItIsRefusedOrPassed) {
    model.realms["core"].refer = model::Refer::refuse;
    apply();
    refer(pbx, "<sip:1002@lab.example>");
    pbx.take("SIP/2.0 603");
    model.trunks["pbx"].refer = model::Refer::pass;
    apply();
    refer(pbx, "<sip:1002@lab.example>");
    const auto passed = a.take("REFER");
    EXPECT_EQ(header(passed, "Refer-To"), "<sip:1002@lab.example>");
    say(a, a.respond(passed, 202));
    pbx.take("SIP/2.0 202");
    say(a, a.in_dialog("NOTIFY", "SIP/2.0 100 Trying\r\n",
                       "Event: refer\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\n"));
    say(pbx, pbx.respond(pbx.take("NOTIFY"), 200));
    a.take("SIP/2.0 200");
    hang_up(a, pbx);
}

TEST_F(Transfer, Attended) {
    // The PBX has a second call, to 1002.
    auto other = second(pbx);
    say(pbx, other.request("INVITE", "1002", audio(pbx.media_address, 6100)));
    pbx.take("SIP/2.0 100");
    const auto invite = c.take("INVITE");
    c.learn(invite);
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    other.learn(pbx.take("SIP/2.0 200"));
    say(pbx, other.in_dialog("ACK", "", "", other.cseq));
    c.take("ACK");
    refer(pbx, "<sip:1002@lab.example?Replaces=" + other.call_id + "%3Bto-tag%3D" + other.remote_tag +
                   "%3Bfrom-tag%3D" + other.local_tag + ">");
    accepted(pbx);
    offers(c, 7002);
    takes_offer(a, 4444);
    const auto ack = c.take("ACK");
    EXPECT_EQ(wire::to_string(leg_told(body_of(ack))->remote_rtp), "192.168.1.6:7002");
    notified(pbx, "SIP/2.0 200", "terminated");
    gone(pbx);
    gone(pbx);
    media_events();
    EXPECT_EQ(records.size(), 2u);
    hang_up(c, a);
    ASSERT_EQ(record().moves.size(), 1u);
    EXPECT_STREQ(record().moves[0].what, "joined");
}

TEST_F(Transfer, AttendedAndTheFarPartyTakesNoOffer) {
    auto other = second(pbx);
    say(pbx, other.request("INVITE", "1002", audio(pbx.media_address, 6100)));
    pbx.take("SIP/2.0 100");
    const auto invite = c.take("INVITE");
    c.learn(invite);
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    other.learn(pbx.take("SIP/2.0 200"));
    say(pbx, other.in_dialog("ACK", "", "", other.cseq));
    c.take("ACK");
    refer(pbx, "<sip:1002@lab.example?Replaces=" + other.call_id + "%3Bto-tag%3D" + other.remote_tag +
                   "%3Bfrom-tag%3D" + other.local_tag + ">");
    accepted(pbx);
    offers(c, 7002);
    say(a, a.respond(a.take("INVITE"), 488));
    a.take("ACK");
    EXPECT_NE(body_of(c.take("ACK")).find("a=inactive"), std::string::npos);
    notified(pbx, "SIP/2.0 488", "terminated");
    // The second call is as before, once its parties have agreed again.
    offers(pbx, 6100);
    takes_offer(c, 7000);
    pbx.take("ACK");
    media_events();
    hang_up(a, pbx);
    say(pbx, other.in_dialog("BYE"));
    pbx.take("SIP/2.0 200");
    gone(c);
    media_events();
}

TEST_F(Transfer, AttendedToACallThatStillRings) {
    auto other = second(pbx);
    say(pbx, other.request("INVITE", "1002", audio(pbx.media_address, 6100)));
    pbx.take("SIP/2.0 100");
    const auto invite = c.take("INVITE");
    c.learn(invite);
    say(c, c.respond(invite, 180));
    other.learn(pbx.take("SIP/2.0 180"));
    refer(pbx, "<sip:1002@lab.example?Replaces=" + other.call_id + "%3Bto-tag%3D" + other.remote_tag +
                   "%3Bfrom-tag%3D" + other.local_tag + ">");
    accepted(pbx);
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    other.learn(pbx.take("SIP/2.0 200"));
    say(pbx, other.in_dialog("ACK", "", "", other.cseq));
    c.take("ACK");
    offers(c, 7002);
    takes_offer(a, 4444);
    c.take("ACK");
    notified(pbx, "SIP/2.0 200", "terminated");
    gone(pbx);
    gone(pbx);
    hang_up(a, c);
}

TEST_F(Transfer, AttendedToADialogThatIsGone) {
    refer(pbx, "<sip:1002@lab.example?Replaces=unknown%3Bto-tag%3Dx%3Bfrom-tag%3Dy>");
    accepted(pbx);
    // It may be one of the target's that does not lead through here.
    const auto invite = c.take("INVITE");
    EXPECT_EQ(header(invite, "Replaces"), "unknown;to-tag=x;from-tag=y");
    EXPECT_EQ(header(invite, "Require"), "replaces");
    say(c, c.respond(invite, 481));
    c.take("ACK");
    notified(pbx, "SIP/2.0 481", "terminated");
    hang_up(a, pbx);
}

TEST_F(Transfer, ToItself) {
    refer(pbx, "<sip:1001@lab.example>");
    accepted(pbx);
    // The transferee's own phone rings; it is busy.
    const auto invite = a.take("INVITE");
    say(a, a.respond(invite, 486));
    a.take("ACK");
    notified(pbx, "SIP/2.0 486", "terminated");
    hang_up(a, pbx);
}

TEST_F(Transfer, TheOperatorEndsItInTheMiddle) {
    refer(pbx, "<sip:1002@lab.example>");
    accepted(pbx);
    const auto invite = rings(c);
    notified(pbx, "SIP/2.0 180", "active");
    calls.end_all("test");
    notified(pbx, "SIP/2.0 487", "terminated");
    gone(pbx);
    gone(a);
    const auto cancel = c.take("CANCEL");
    say(c, c.respond(cancel, 200));
    say(c, c.respond(invite, 487));
    c.take("ACK");
    media_events();
}

TEST_F(Transfer, InviteWithReplacesTakesTheCall) {
    // 1002 takes the place of the PBX toward 1001: it names the dialog that the PBX has with us.
    const auto replaces =
        "Replaces: " + pbx.call_id + ";to-tag=" + pbx.remote_tag + ";from-tag=" + pbx.local_tag + "\r\n";
    say(c, c.request("INVITE", "2001", audio(c.media_address, 7000), replaces));
    c.take("SIP/2.0 100");
    const auto reinvite = a.take("INVITE");
    EXPECT_EQ(header(reinvite, "Replaces"), "");
    say(a, a.respond(reinvite, 200, audio(a.media_address, 4444)));
    const auto ok = c.take("SIP/2.0 200");
    c.learn(ok);
    gone(pbx);
    say(c, c.in_dialog("ACK", "", "", c.cseq));
    a.take("ACK");
    EXPECT_EQ(wire::to_string(leg_told(body_of(ok))->remote_rtp), "192.168.1.6:7000");
    media_events();
    EXPECT_EQ(record().reason, "replaced");
    hang_up(a, c);
}

TEST_F(Transfer, ReplacesThatFitsNothing) {
    const auto ask = [&](const std::string& lines, const std::string& answer) {
        c.call_id += "x";
        const auto asked = c.request("INVITE", "2001", audio(c.media_address, 7000), lines);
        say(c, asked);
        const auto refusal = c.take(answer);
        say(c, c.ack_refusal(asked, refusal));
    };
    const auto named = pbx.call_id + ";to-tag=" + pbx.remote_tag + ";from-tag=" + pbx.local_tag;
    ask("Replaces: a;to-tag=b;from-tag=c\r\n", "SIP/2.0 481");
    ask("Replaces: a;to-tag=b\r\n", "SIP/2.0 400");
    ask("Replaces: " + named + "\r\nReplaces: " + named + "\r\n", "SIP/2.0 400");
    ask("Replaces: " + named + "\r\nJoin: " + named + "\r\n", "SIP/2.0 400");
    ask("Replaces: " + named + ";early-only\r\n", "SIP/2.0 486");
    ask("Join: a;to-tag=b;from-tag=c\r\n", "SIP/2.0 481");
    ask("Join: " + named + "\r\n", "SIP/2.0 488");
    ask("Join: " + named + "\r\nRequire: join\r\n", "SIP/2.0 420");
    EXPECT_TRUE(a.quiet() && pbx.quiet());
    media_events();
    hang_up(a, pbx);
}

TEST_F(Transfer, WhoIsReplacedStaysWhenTheOtherRefuses) {
    const auto asked = c.request(
        "INVITE", "2001", audio(c.media_address, 7000),
        "Replaces: " + pbx.call_id + ";to-tag=" + pbx.remote_tag + ";from-tag=" + pbx.local_tag + "\r\n");
    say(c, asked);
    c.take("SIP/2.0 100");
    say(a, a.respond(a.take("INVITE"), 488));
    a.take("ACK");
    const auto refusal = c.take("SIP/2.0 488");
    say(c, c.ack_refusal(asked, refusal));
    media_events();
    EXPECT_TRUE(pbx.quiet());
    hang_up(pbx, a);
}

}  // namespace
}  // namespace strowger::test
