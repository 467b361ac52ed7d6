// CANCEL at every stage, and answers that cross it.
#include "world.hpp"

namespace strowger::test {
namespace {

struct Cancel : World {
    void start() {
        asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
        say(a, asked);
        a.take("SIP/2.0 100");
        invite = pbx.take("INVITE");
        pbx.learn(invite);
    }
    void cancel() {
        say(a, a.cancel(asked));
        a.take("SIP/2.0 200");
        say(a, a.ack_refusal(asked, a.take("SIP/2.0 487")));
    }
    std::string asked;
    std::string invite;
};

TEST_F(Cancel, WhileRinging) {
    start();
    say(pbx, pbx.respond(invite, 180));
    a.take("SIP/2.0 180");
    cancel();
    const auto passed = pbx.take("CANCEL");
    EXPECT_EQ(header(passed, "Via"), header(invite, "Via"));
    EXPECT_EQ(header(passed, "Reason"), "Q.850;cause=16");
    say(pbx, pbx.respond(passed, 200));
    say(pbx, pbx.respond(invite, 487));
    pbx.take("ACK");
    media_events();
    EXPECT_EQ(record().ended_by, call::EndedBy::caller);
    EXPECT_EQ(record().sip_code, 487);
    EXPECT_EQ(record().q850_cause, 16);
    EXPECT_TRUE(a.quiet() && pbx.quiet());
}

TEST_F(Cancel, BeforeAnyResponseWaitsForOne) {
    start();
    cancel();
    EXPECT_TRUE(pbx.quiet()) << "RFC 3261 9.1";
    say(pbx, pbx.respond(invite, 100));
    pbx.take("CANCEL");
    say(pbx, pbx.respond(invite, 487));
    pbx.take("ACK");
    media_events();
}

TEST_F(Cancel, AnAnswerThatCrossesItIsAcknowledgedAndEnded) {
    start();
    say(pbx, pbx.respond(invite, 180));
    a.take("SIP/2.0 180");
    cancel();
    pbx.take("CANCEL");
    const auto ok = pbx.respond(invite, 200, audio(pbx.media_address, 6000));
    say(pbx, ok);
    const auto ack = pbx.take("ACK");
    EXPECT_EQ(std::stoi(header(ack, "CSeq")), std::stoi(header(invite, "CSeq")));
    const auto bye = pbx.take("BYE sip:2001@10.1.0.5:5060");
    EXPECT_EQ(tag_of(header(bye, "To")), pbx.local_tag);
    EXPECT_EQ(tag_of(header(bye, "From")), pbx.remote_tag);
    say(pbx, pbx.respond(bye, 200));
    EXPECT_TRUE(a.quiet()) << "the caller has had its 487";
    media_events();
    EXPECT_EQ(record().sip_code, 487);
}

TEST_F(Cancel, AfterTheAnswerItDoesNothing) {
    start();
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.cancel(asked));
    a.take("SIP/2.0 200");
    EXPECT_TRUE(pbx.quiet());
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    pbx.take("ACK");
    hang_up(a, pbx);
    EXPECT_NE(record().answer, 0);
}

TEST_F(Cancel, OfAReinviteCancelsThat) {
    establish(a, pbx, "2001");
    const auto asked_again = a.in_dialog("INVITE", audio(a.media_address, 4000));
    say(a, asked_again);
    a.take("SIP/2.0 100");
    const auto reinvite = pbx.take("INVITE");
    say(pbx, pbx.respond(reinvite, 180));
    a.take("SIP/2.0 180");
    a.remote = a.target;
    auto cancel = a.cancel(asked_again);
    say(a, cancel);
    a.take("SIP/2.0 200");
    say(pbx, pbx.respond(pbx.take("CANCEL"), 200));
    say(pbx, pbx.respond(reinvite, 487));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked_again, a.take("SIP/2.0 487")));
    a.remote = "sip:2001@lab.example";
    hang_up(a, pbx);
}

TEST_F(Cancel, ByeInTheEarlyDialogEndsItToo) {
    start();
    say(pbx, pbx.respond(invite, 180));
    a.learn(a.take("SIP/2.0 180"));
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 487")));
    pbx.take("CANCEL");
    say(pbx, pbx.respond(invite, 487));
    pbx.take("ACK");
    media_events();
}

TEST_F(Cancel, TheOperatorEndsARingingCall) {
    start();
    say(pbx, pbx.respond(invite, 180));
    a.take("SIP/2.0 180");
    EXPECT_EQ(calls.end_all("shutting down"), 1u);
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 503")));
    pbx.take("CANCEL");
    say(pbx, pbx.respond(invite, 487));
    pbx.take("ACK");
    media_events();
}

TEST_F(Cancel, ACalleeThatNeverAnswersIsGivenUp) {
    start();
    say(pbx, pbx.respond(invite, 180));
    a.take("SIP/2.0 180");
    pass(181 * kSecond);
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 408")));
    pbx.take("CANCEL");
    // It answers in the same moment.
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    EXPECT_FALSE(pbx.inbox.empty());
    say(pbx, pbx.respond(pbx.inbox.back(), 200));
    pbx.inbox.clear();
    a.inbox.clear();
    media_events();
    EXPECT_EQ(record().sip_code, 408);
}

}  // namespace
}  // namespace strowger::test
