// Several targets: failover over a trunk, phones that ring together, answers that fork beyond the peer.
#include "world.hpp"

namespace strowger::test {
namespace {

struct Targets : World {
    void call_trunk() {
        asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
        say(a, asked);
        a.take("SIP/2.0 100");
    }
    void call_phones() {
        enroll("1002", d);
        asked = a.request("INVITE", "1002", audio(a.media_address, 4000));
        say(a, asked);
        a.take("SIP/2.0 100");
        first = c.take("INVITE");
        second = d.take("INVITE");
        c.learn(first);
        d.learn(second);
    }
    std::string asked;
    std::string first;
    std::string second;
};

TEST_F(Targets, ARefusalWith503TriesTheNext) {
    call_trunk();
    first = pbx.take("INVITE");
    say(pbx, pbx.respond(first, 503));
    pbx.take("ACK");
    second = spare.take("INVITE sip:2001@10.1.0.6");
    EXPECT_NE(header(first, "Call-ID"), header(second, "Call-ID"));
    spare.learn(second);
    EXPECT_TRUE(a.quiet());
    say(spare, spare.respond(second, 200, audio(spare.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    spare.take("ACK");
    hang_up(a, spare);
    EXPECT_EQ(record().callee.address, "10.1.0.6:5060");
    ASSERT_EQ(directory.results.size(), 2u);
    EXPECT_EQ(directory.results[0].status, 503);
}

TEST_F(Targets, ASilentTargetIsLeftAndOneThatCannotBeReachedToo) {
    call_trunk();
    pbx.take("INVITE");
    pass(4 * kSecond + 10 * kMillisecond);
    pbx.inbox.clear();
    second = spare.take("INVITE");
    spare.learn(second);
    say(spare, spare.respond(second, 486));
    spare.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    media_events();
    EXPECT_FALSE(directory.results[0].alive);

    pbx.reachable = false;
    call_trunk();
    second = spare.take("INVITE");
    say(spare, spare.respond(second, 404));
    spare.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 404")));
    media_events();
}

TEST_F(Targets, NoFailoverAfterRinging) {
    call_trunk();
    first = pbx.take("INVITE");
    say(pbx, pbx.respond(first, 180));
    a.take("SIP/2.0 180");
    say(pbx, pbx.respond(first, 503));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 503")));
    EXPECT_TRUE(spare.quiet());
    media_events();
}

TEST_F(Targets, ABusyTrunkIsNotAskedElsewhere) {
    call_trunk();
    say(pbx, pbx.respond(pbx.take("INVITE"), 486));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    EXPECT_TRUE(spare.quiet());
    media_events();
}

TEST_F(Targets, NobodyAnswers503) {
    pbx.reachable = spare.reachable = false;
    asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    say(a, asked);
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 503")));
    media_events();
}

TEST_F(Targets, PhonesRingTogetherAndTheFirstAnswerWins) {
    call_phones();
    say(c, c.respond(first, 180));
    a.take("SIP/2.0 180");
    say(d, d.respond(second, 180));
    a.take("SIP/2.0 180");
    say(d, d.respond(second, 200, audio(d.media_address, 6000)));
    const auto ok = a.take("SIP/2.0 200");
    a.learn(ok);
    const auto cancel = c.take("CANCEL");
    EXPECT_NE(header(cancel, "Reason").find("cause=200"), std::string::npos);
    say(c, c.respond(cancel, 200));
    say(c, c.respond(first, 487));
    c.take("ACK");
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    d.take("ACK");
    EXPECT_EQ(leg_told(body_of(ok))->peer.port, leg_told(body_of(second))->leg.port);
    media_events();
    EXPECT_EQ(dataplane.legs.size(), 2u) << "the other phone's ports are free";
    hang_up(a, d);
    EXPECT_EQ(record().callee.address, "198.51.100.9:5070");
}

TEST_F(Targets, TwoAnswersAtOnce) {
    call_phones();
    say(c, c.respond(first, 180));
    a.take("SIP/2.0 180");
    say(d, d.respond(second, 200, audio(d.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    c.take("CANCEL");
    say(c, c.respond(first, 200, audio(c.media_address, 7000)));
    c.take("ACK");
    say(c, c.respond(c.take("BYE"), 200));
    EXPECT_TRUE(a.quiet());
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    d.take("ACK");
    hang_up(d, a);
}

TEST_F(Targets, AllRefuse) {
    call_phones();
    say(c, c.respond(first, 486));
    c.take("ACK");
    EXPECT_TRUE(a.quiet());
    say(d, d.respond(second, 302));
    d.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 302")));
    media_events();
}

TEST_F(Targets, ADeclineEverywhereEndsAllBranches) {
    call_phones();
    say(d, d.respond(second, 180));
    a.take("SIP/2.0 180");
    say(c, c.respond(first, 603));
    c.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 603")));
    d.take("CANCEL");
    say(d, d.respond(second, 487));
    d.take("ACK");
    media_events();
}

TEST_F(Targets, LowerQRingsWhenTheOthersFailed) {
    enroll("1002", d, 500);
    asked = a.request("INVITE", "1002", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    first = c.take("INVITE");
    EXPECT_TRUE(d.quiet());
    say(c, c.respond(first, 480));
    c.take("ACK");
    second = d.take("INVITE");
    d.learn(second);
    say(d, d.respond(second, 200, audio(d.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    d.take("ACK");
    hang_up(a, d);
}

TEST_F(Targets, AForkBeyondThePeerIsDismissed) {
    call_trunk();
    first = pbx.take("INVITE");
    pbx.learn(first);
    say(pbx, pbx.respond(first, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    pbx.take("ACK");
    auto forked = pbx.respond(first, 200, audio(pbx.media_address, 6100));
    forked.replace(forked.find("tag=tag-of-2001"), 15, "tag=another-one");
    say(pbx, forked);
    EXPECT_EQ(tag_of(header(pbx.take("ACK"), "To")), "another-one");
    const auto bye = pbx.take("BYE");
    EXPECT_EQ(tag_of(header(bye, "To")), "another-one");
    say(pbx, pbx.respond(bye, 200));
    EXPECT_TRUE(a.quiet());
    hang_up(a, pbx);
}

TEST_F(Targets, ASubscriberWithoutPhones) {
    asked = a.request("INVITE", "1077", audio(a.media_address, 4000));
    say(a, asked);
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 480")));
    asked = a.request("INVITE", "3000", audio(a.media_address, 4000));
    say(a, asked);
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 404")));
    media_events();
    EXPECT_EQ(record().reason, "no route");
}

}  // namespace
}  // namespace strowger::test
