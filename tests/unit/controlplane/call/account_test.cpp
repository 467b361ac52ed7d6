// Calls over a peer that asks for our login, and calls that come to our account there.
#include "world.hpp"

namespace strowger::test {
namespace {

struct Accounts : World {
    Accounts() {
        model::Account account;
        account.name = "line";
        account.trunk = {"pbx"};
        account.user = "4930123";
        account.domain = "carrier.example";
        account.number = "1001";
        model.accounts["line"] = account;
        apply();
    }
    void call_trunk() {
        asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
        say(a, asked);
        a.take("SIP/2.0 100");
        first = pbx.take("INVITE");
    }
    void challenge(const std::string& request) {
        say(pbx, pbx.respond(request, 407, "", "Proxy-Authenticate: Digest realm=\"c\", nonce=\"n\"\r\n"));
    }
    std::string asked, first;
};

TEST_F(Accounts, AChallengeIsAnsweredOnceAndRemembered) {
    call_trunk();
    EXPECT_EQ(header(first, "Proxy-Authorization"), "");
    challenge(first);
    pbx.take("ACK");
    const auto again = pbx.take("INVITE");
    EXPECT_TRUE(a.quiet());
    EXPECT_EQ(header(again, "Proxy-Authorization"), "line right INVITE sip:2001@10.1.0.5");
    EXPECT_EQ(header(again, "Call-ID"), header(first, "Call-ID"));
    EXPECT_EQ(header(again, "From"), header(first, "From"));
    EXPECT_EQ(std::stoi(header(again, "CSeq")), std::stoi(header(first, "CSeq")) + 1);
    EXPECT_NE(header(again, "Via"), header(first, "Via"));
    EXPECT_EQ(body_of(again), body_of(first));
    pbx.learn(again);
    say(pbx, pbx.respond(again, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    const auto ack = pbx.take("ACK");
    EXPECT_EQ(header(ack, "Proxy-Authorization"), header(again, "Proxy-Authorization"));
    EXPECT_EQ(std::stoi(header(ack, "CSeq")), std::stoi(header(again, "CSeq")));
    // The nonce is used from the start now; a stale one is renewed within the dialog.
    say(a, a.in_dialog("INFO", "", ""));
    const auto info = pbx.take("INFO");
    EXPECT_NE(header(info, "Proxy-Authorization").find("INFO"), std::string::npos);
    challenge(info);
    const auto info_again = pbx.take("INFO");
    EXPECT_EQ(std::stoi(header(info_again, "CSeq")), std::stoi(header(info, "CSeq")) + 1);
    say(pbx, pbx.respond(info_again, 200));
    a.take("SIP/2.0 200");
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    const auto bye = pbx.take("BYE");
    challenge(bye);
    const auto bye_again = pbx.take("BYE");
    EXPECT_NE(header(bye_again, "Proxy-Authorization").find("BYE"), std::string::npos);
    say(pbx, pbx.respond(bye_again, 200));
    media_events();
}

// The session timer's own requests, toward a peer that challenges each of them.
TEST_F(Accounts, RequestsOfOurOwnAnswerChallengesToo) {
    model.trunks["pbx"].session_expires = model::seconds(180);
    apply();
    call_trunk();
    pbx.learn(first);
    say(pbx, pbx.respond(first, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    pbx.take("ACK");
    pass(90 * kSecond + 100 * kMillisecond);
    const auto refresh = pbx.take("INVITE");  // no UPDATE in Allow
    EXPECT_EQ(header(refresh, "Proxy-Authorization"), "");
    challenge(refresh);
    pbx.take("ACK");
    const auto again = pbx.take("INVITE");
    EXPECT_EQ(header(again, "Proxy-Authorization").find("line right INVITE sip:"), 0u);
    EXPECT_EQ(std::stoi(header(again, "CSeq")), std::stoi(header(refresh, "CSeq")) + 1);
    EXPECT_EQ(body_of(again), body_of(refresh));
    say(pbx, pbx.respond(again, 200, audio(pbx.media_address, 6000), "Allow: UPDATE\r\n"));
    EXPECT_EQ(header(pbx.take("ACK"), "Proxy-Authorization"), header(again, "Proxy-Authorization"));
    pass(90 * kSecond + 100 * kMillisecond);
    const auto update = pbx.take("UPDATE");
    EXPECT_EQ(header(update, "Proxy-Authorization").find("line right UPDATE sip:"), 0u);
    say(pbx, pbx.respond(update, 200));
    EXPECT_TRUE(a.quiet());
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    const auto bye = pbx.take("BYE");
    say(pbx, pbx.respond(bye, 200));
    media_events();
}

// The caller's phone knows no PRACK, so that it is ours.
TEST_F(Accounts, PrackOfOurOwnAnswersAChallengeOnce) {
    call_trunk();
    pbx.learn(first);
    say(pbx, pbx.respond(first, 183, audio(pbx.media_address, 6000),
                         "Require: 100rel\r\nRSeq: 7\r\nContact: <" + pbx.target + ">\r\n"));
    a.take("SIP/2.0 183");
    const auto prack = pbx.take("PRACK");
    challenge(prack);
    const auto again = pbx.take("PRACK");
    EXPECT_EQ(header(again, "RAck"), header(prack, "RAck"));
    EXPECT_EQ(header(again, "Proxy-Authorization").find("line right PRACK"), 0u);
    EXPECT_EQ(std::stoi(header(again, "CSeq")), std::stoi(header(prack, "CSeq")) + 1);
    challenge(again);  // the password is wrong: no third time
    EXPECT_TRUE(pbx.quiet());
    say(pbx, pbx.respond(first, 486));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    media_events();
}

// A 200 that crosses our CANCEL.
TEST_F(Accounts, TheByeOfAnAnswerThatCameTooLateHasCredentials) {
    call_trunk();
    pbx.learn(first);
    say(pbx, pbx.respond(first, 180));
    a.take("SIP/2.0 180");
    say(a, a.cancel(asked));
    a.take("SIP/2.0 200");
    const auto refusal = a.take("SIP/2.0 487");
    const auto cancel = pbx.take("CANCEL");
    say(pbx, pbx.respond(cancel, 200));
    directory.knows_nonce = true;
    say(pbx, pbx.respond(first, 200, audio(pbx.media_address, 6000)));
    pbx.take("ACK");
    const auto bye = pbx.take("BYE");
    EXPECT_EQ(header(bye, "Proxy-Authorization").find("line right BYE sip:"), 0u);
    say(a, a.ack_refusal(asked, refusal));
    say(pbx, pbx.respond(bye, 200));
    media_events();
}

TEST_F(Accounts, AWrongPasswordIsOurFaultNotTheCallers) {
    directory.order = {0};
    call_trunk();
    challenge(first);
    pbx.take("ACK");
    const auto again = pbx.take("INVITE");
    challenge(again);
    pbx.take("ACK");
    const auto refusal = a.take("SIP/2.0 503");
    EXPECT_EQ(header(refusal, "Proxy-Authenticate"), "");
    say(a, a.ack_refusal(asked, refusal));
    EXPECT_TRUE(pbx.quiet());
    media_events();
}

TEST_F(Accounts, CallsToTheAccountGoToItsNumber) {
    const auto invite = pbx.request("INVITE", "4930123", audio(pbx.media_address, 4000));
    say(pbx, invite);
    pbx.take("SIP/2.0 100");
    const auto rung = a.take("INVITE sip:1001@");
    say(a, a.respond(rung, 486));
    a.take("ACK");
    say(pbx, pbx.ack_refusal(invite, pbx.take("SIP/2.0 486")));
    media_events();
}

TEST_F(Accounts, FromMayBeTheAccountsAddress) {
    model.accounts["line"].from_user = true;
    model.trunks["pbx"].caller_id = model::CallerId::p_asserted_identity;
    apply();
    call_trunk();
    EXPECT_NE(header(first, "From").find("<sip:4930123@carrier.example>"), std::string::npos);
    EXPECT_NE(header(first, "P-Asserted-Identity").find("sip:1001@"), std::string::npos);
    say(pbx, pbx.respond(first, 486));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    media_events();
}

TEST_F(Accounts, TrunkGroupsAreTriedByPriorityAndCost) {
    model::TrunkGroup group;
    group.name = "out";
    group.trunks = {{.trunk = {"pbx"}}};
    model.trunk_groups["out"] = group;
    model.routes["out"].trunks.clear();
    model.routes["out"].trunk_groups = {{"out"}};
    apply();
    call_trunk();
    say(pbx, pbx.respond(first, 486));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    media_events();
}

}  // namespace
}  // namespace strowger::test
