// Early media, delayed offers, reliable provisional responses, re-offers, hold.
#include "world.hpp"

namespace strowger::test {
namespace {

struct OfferAnswer : World {
    // Up to the INVITE at the PBX.
    void start(const std::string& body, const std::string& more = "") {
        asked = a.request("INVITE", "2001", body, more);
        say(a, asked);
        a.take("SIP/2.0 100");
        invite = pbx.take("INVITE");
        pbx.learn(invite);
    }
    std::string asked;
    std::string invite;
};

TEST_F(OfferAnswer, EarlyMediaBothWays) {
    start(audio(a.media_address, 4000));
    say(pbx, pbx.respond(invite, 183, audio(pbx.media_address, 6000)));
    const auto early = a.take("SIP/2.0 183");
    const auto* caller = leg_told(body_of(early));
    const auto* callee = leg_told(body_of(invite));
    ASSERT_TRUE(caller && callee);
    EXPECT_EQ(wire::to_string(caller->remote_rtp), "192.168.1.5:4000");
    EXPECT_EQ(wire::to_string(callee->remote_rtp), "10.1.7.55:6000");
    EXPECT_EQ(caller->peer, callee->leg);
    EXPECT_FALSE(caller->expect_media) << "silence before the answer is no reason to end";
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    const auto ok = a.take("SIP/2.0 200");
    a.learn(ok);
    EXPECT_EQ(body_of(ok), body_of(early)) << "the same description: same version";
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    pbx.take("ACK");
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, AnOfferInTheAnswerIsAnsweredInTheAck) {
    start("");
    EXPECT_EQ(header(invite, "Content-Type"), "");
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    const auto ok = a.take("SIP/2.0 200");
    a.learn(ok);
    EXPECT_NE(body_of(ok).find("c=IN IP4 203.0.113.9"), std::string::npos);
    say(a, a.in_dialog("ACK", audio(a.media_address, 4000), "", a.cseq));
    const auto ack = pbx.take("ACK");
    EXPECT_NE(body_of(ack).find("c=IN IP4 10.1.0.1"), std::string::npos);
    EXPECT_EQ(header(ack, "Content-Type"), "application/sdp");
    const auto* leg = leg_told(body_of(ok));
    ASSERT_NE(leg, nullptr);
    EXPECT_EQ(wire::to_string(leg->remote_rtp), "192.168.1.5:4000");
    EXPECT_TRUE(leg->expect_media);
    // A repeated 200 gets the very ACK again, description included.
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    EXPECT_EQ(body_of(pbx.take("ACK")), body_of(ack));
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, ReliableResponsesAreAcknowledgedEndToEnd) {
    start(audio(a.media_address, 4000), "Supported: 100rel, timer\r\n");
    EXPECT_EQ(header(invite, "Supported"), "100rel, timer");
    const auto progress =
        pbx.respond(invite, 183, audio(pbx.media_address, 6000), "Require: 100rel\r\nRSeq: 9001\r\n");
    say(pbx, progress);
    const auto early = a.take("SIP/2.0 183");
    EXPECT_EQ(header(early, "Require"), "100rel");
    const auto rseq = header(early, "RSeq");
    EXPECT_FALSE(rseq.empty());
    EXPECT_NE(rseq, "9001");
    a.learn(early);
    // Not acknowledged in time: the callee repeats it, and so do we.
    say(pbx, progress);
    EXPECT_EQ(header(a.take("SIP/2.0 183"), "RSeq"), rseq);
    say(a, a.in_dialog("PRACK", "", "RAck: " + rseq + " 1 INVITE\r\n"));
    const auto prack = pbx.take("PRACK");
    EXPECT_EQ(header(prack, "RAck"), "9001 " + std::to_string(std::stoi(header(invite, "CSeq"))) + " INVITE");
    EXPECT_EQ(tag_of(header(prack, "To")), "tag-of-2001");
    say(pbx, pbx.respond(prack, 200));
    a.take("SIP/2.0 200");
    say(a, a.in_dialog("PRACK", "", "RAck: 77 1 INVITE\r\n"));
    a.take("SIP/2.0 481");
    // An offer within the early dialog.
    say(a, a.in_dialog("UPDATE", audio(a.media_address, 4002)));
    const auto update = pbx.take("UPDATE");
    say(pbx, pbx.respond(update, 200, audio(pbx.media_address, 6000)));
    a.take("SIP/2.0 200");
    say(pbx, pbx.respond(invite, 200));
    a.take("SIP/2.0 200");
    say(a, a.in_dialog("ACK", "", "", 1));
    pbx.take("ACK");
    EXPECT_EQ(wire::to_string(leg_told(body_of(early))->remote_rtp), "192.168.1.5:4002");
    hang_up(pbx, a);
}

TEST_F(OfferAnswer, ReliableOfferIsAnsweredInThePrack) {
    start("", "Require: 100rel\r\n");
    say(pbx, pbx.respond(invite, 183, audio(pbx.media_address, 6000), "Require: 100rel\r\nRSeq: 5\r\n"));
    const auto early = a.take("SIP/2.0 183");
    a.learn(early);
    say(a, a.in_dialog("PRACK", audio(a.media_address, 4000),
                       "RAck: " + header(early, "RSeq") + " 1 INVITE\r\n"));
    const auto prack = pbx.take("PRACK");
    EXPECT_NE(body_of(prack).find("c=IN IP4 10.1.0.1"), std::string::npos);
    EXPECT_EQ(wire::to_string(leg_told(body_of(early))->remote_rtp), "192.168.1.5:4000");
    EXPECT_EQ(wire::to_string(leg_told(body_of(prack))->remote_rtp), "10.1.7.55:6000");
    say(pbx, pbx.respond(prack, 200));
    a.take("SIP/2.0 200");
    say(pbx, pbx.respond(invite, 200));
    a.take("SIP/2.0 200");
    say(a, a.in_dialog("ACK", "", "", 1));
    pbx.take("ACK");
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, WhenTheCallerKnowsNoPrackWeSendIt) {
    model.trunks["pbx"].prack = model::Prack::required;
    apply();
    start(audio(a.media_address, 4000));
    EXPECT_EQ(header(invite, "Require"), "100rel");
    const auto progress =
        pbx.respond(invite, 183, audio(pbx.media_address, 6000), "Require: 100rel\r\nRSeq: 1\r\n");
    say(pbx, progress);
    const auto prack = pbx.take("PRACK");
    EXPECT_EQ(header(a.take("SIP/2.0 183"), "RSeq"), "");
    say(pbx, pbx.respond(prack, 200));
    EXPECT_TRUE(a.quiet());
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    pbx.take("ACK");
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, ReliableResponsesCanBeSwitchedOff) {
    model.trunks["pbx"].prack = model::Prack::off;
    apply();
    start(audio(a.media_address, 4000), "Supported: 100rel, timer\r\n");
    EXPECT_EQ(header(invite, "Supported"), "timer");
    say(a, a.cancel(asked));
    a.take("SIP/2.0 200");
    a.take("SIP/2.0 487");
    say(pbx, pbx.respond(invite, 487));
    media_events();
}

TEST_F(OfferAnswer, HoldInThreeSpellingsAndResume) {
    establish(a, pbx, "2001");
    for (const auto& [held, answered] :
         {std::pair{audio(a.media_address, 4000, "a=sendonly\r\n"), "a=recvonly\r\n"},
          std::pair{audio(a.media_address, 4000, "a=inactive\r\n"), "a=inactive\r\n"},
          std::pair{audio("0.0.0.0", 4000), ""}}) {
        say(a, a.in_dialog("INVITE", held));
        a.take("SIP/2.0 100");
        const auto reinvite = pbx.take("INVITE");
        const auto told = body_of(reinvite);
        EXPECT_TRUE(told.find("a=sendonly") != std::string::npos ||
                    told.find("a=inactive") != std::string::npos ||
                    told.find("c=IN IP4 0.0.0.0") != std::string::npos)
            << told;
        say(pbx, pbx.respond(reinvite, 200, audio(pbx.media_address, 6000, answered)));
        const auto ok = a.take("SIP/2.0 200");
        say(a, a.in_dialog("ACK", "", "", a.cseq));
        pbx.take("ACK");
        calls.each([](const call::CallSummary& s) { EXPECT_TRUE(s.on_hold); });
        EXPECT_EQ(leg_told(body_of(ok))->inactivity_ms, 3'600'000u);
        say(a, a.in_dialog("INVITE", audio(a.media_address, 4000)));
        a.take("SIP/2.0 100");
        const auto resume = pbx.take("INVITE");
        say(pbx, pbx.respond(resume, 200, audio(pbx.media_address, 6000)));
        const auto back = a.take("SIP/2.0 200");
        say(a, a.in_dialog("ACK", "", "", a.cseq));
        pbx.take("ACK");
        calls.each([](const call::CallSummary& s) { EXPECT_FALSE(s.on_hold); });
        EXPECT_EQ(leg_told(body_of(back))->inactivity_ms, 60'000u);
    }
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, TheCalleeReoffersToo) {
    establish(a, pbx, "2001");
    say(pbx, pbx.in_dialog("INVITE", audio(pbx.media_address, 7000)));
    pbx.take("SIP/2.0 100");
    const auto reinvite = a.take("INVITE sip:1001@198.51.100.7:5070");
    EXPECT_EQ(tag_of(header(reinvite, "To")), a.local_tag);
    say(a, a.respond(reinvite, 200, audio(a.media_address, 4000)));
    const auto ok = pbx.take("SIP/2.0 200");
    say(pbx, pbx.in_dialog("ACK", "", "", pbx.cseq));
    a.take("ACK");
    EXPECT_EQ(wire::to_string(leg_told(body_of(ok))->remote_rtp), "10.1.7.55:7000");
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, AReinviteWithoutOffer) {
    establish(a, pbx, "2001");
    say(pbx, pbx.in_dialog("INVITE"));
    pbx.take("SIP/2.0 100");
    const auto reinvite = a.take("INVITE");
    say(a, a.respond(reinvite, 200, audio(a.media_address, 4010)));
    const auto ok = pbx.take("SIP/2.0 200");
    EXPECT_NE(body_of(ok).find("c=IN IP4 10.1.0.1"), std::string::npos);
    say(pbx, pbx.in_dialog("ACK", audio(pbx.media_address, 7010), "", pbx.cseq));
    const auto ack = a.take("ACK");
    EXPECT_EQ(wire::to_string(leg_told(body_of(ack))->remote_rtp), "192.168.1.5:4010");
    EXPECT_EQ(wire::to_string(leg_told(body_of(ok))->remote_rtp), "10.1.7.55:7010");
    say(a, a.respond(reinvite, 200, audio(a.media_address, 4010)));
    EXPECT_EQ(body_of(a.take("ACK")), body_of(ack));
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, ARefusedReofferLeavesTheCallAsItWas) {
    establish(a, pbx, "2001");
    const auto before = dataplane.legs;
    const auto asked_again =
        a.in_dialog("INVITE", audio(a.media_address, 4444) + "m=video 5000 RTP/AVP 99\r\n");
    say(a, asked_again);
    a.take("SIP/2.0 100");
    const auto reinvite = pbx.take("INVITE");
    say(pbx, pbx.respond(reinvite, 488));
    pbx.take("ACK");
    const auto refusal = a.take("SIP/2.0 488");
    say(a, a.ack_refusal(asked_again, refusal));
    media_events();
    ASSERT_EQ(dataplane.legs.size(), before.size());
    for (const auto& [key, leg] : dataplane.legs) EXPECT_EQ(leg.remote_rtp, before.at(key).remote_rtp);
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, GlareIs491AndASecondOfferOfOnesOwn500) {
    establish(a, pbx, "2001");
    const auto first = a.in_dialog("INVITE", audio(a.media_address, 4000));
    say(a, first);
    a.take("SIP/2.0 100");
    const auto reinvite = pbx.take("INVITE");
    const auto crossing = pbx.in_dialog("INVITE", audio(pbx.media_address, 6000));
    say(pbx, crossing);
    const auto glare = pbx.take("SIP/2.0 491");
    say(pbx, pbx.ack_refusal(crossing, glare));
    say(pbx, pbx.in_dialog("UPDATE", audio(pbx.media_address, 6000)));
    pbx.take("SIP/2.0 491");
    const auto second = a.in_dialog("INVITE", audio(a.media_address, 4000));
    say(a, second);
    const auto wait = a.take("SIP/2.0 500");
    EXPECT_NE(header(wait, "Retry-After"), "");
    say(a, a.ack_refusal(second, wait));
    // A request without offer goes through meanwhile.
    say(pbx, pbx.in_dialog("INFO", "Signal=5\r\n", "Content-Type: application/dtmf-relay\r\n"));
    say(a, a.respond(a.take("INFO"), 200));
    pbx.take("SIP/2.0 200");
    // The peer found the same glare.
    say(pbx, pbx.respond(reinvite, 491));
    pbx.take("ACK");
    const auto passed = a.take("SIP/2.0 491");
    say(a, a.ack_refusal(first, passed));
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, UpdateFromEitherSide) {
    establish(a, pbx, "2001");
    for (auto [from, to] : {std::pair{&a, &pbx}, std::pair{&pbx, &a}}) {
        say(*from, from->in_dialog("UPDATE", audio(from->media_address, 4800),
                                   "Session-Expires: 90;refresher=uac\r\n"));
        const auto update = to->take("UPDATE");
        EXPECT_EQ(header(update, "Session-Expires"), "90;refresher=uac");
        say(*to, to->respond(update, 200, audio(to->media_address, 4900)));
        const auto ok = from->take("SIP/2.0 200");
        EXPECT_EQ(leg_told(body_of(ok))->remote_rtp.port.host(), 4800);
    }
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, TheDialogLostByThePeerEndsTheCall) {
    establish(a, pbx, "2001");
    const auto asked_again = a.in_dialog("INVITE", audio(a.media_address, 4000));
    say(a, asked_again);
    a.take("SIP/2.0 100");
    say(pbx, pbx.respond(pbx.take("INVITE"), 481));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked_again, a.take("SIP/2.0 481")));
    say(a, a.respond(a.take("BYE"), 200));
    say(pbx, pbx.respond(pbx.take("BYE"), 481));
    media_events();
    EXPECT_EQ(record().ended_by, call::EndedBy::appliance);
}

TEST_F(OfferAnswer, OnlyTheDescriptionOfAMultipartBodyIsRewritten) {
    const auto sdp = audio(a.media_address, 4000);
    const auto body = "--x\r\nContent-Type: application/sdp\r\n\r\n" + sdp +
                      "\r\n--x\r\nContent-Type: application/isup\r\n\r\nABC\r\n--x--\r\n";
    start(body, "Content-Type: multipart/mixed;boundary=x\r\n");
    EXPECT_EQ(header(invite, "Content-Type"), "multipart/mixed;boundary=x");
    EXPECT_NE(body_of(invite).find("c=IN IP4 10.1.0.1"), std::string::npos);
    EXPECT_NE(body_of(invite).find("application/isup\r\n\r\nABC"), std::string::npos);
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    pbx.take("ACK");
    hang_up(a, pbx);
}

TEST_F(OfferAnswer, WhatCannotBeOfferedIs488) {
    model.trunks["pbx"].codecs = {"G729"};
    apply();
    asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    say(a, asked);
    const auto refusal = a.take("SIP/2.0 488");
    EXPECT_TRUE(pbx.quiet());
    say(a, a.ack_refusal(asked, refusal));
    media_events();
    const auto broken = a.request("INVITE", "2001", "v=0\r\nnonsense\r\n");
    say(a, broken);
    say(a, a.ack_refusal(broken, a.take("SIP/2.0 488")));
    media_events();
    EXPECT_EQ(record().sip_code, 488);
}

TEST_F(OfferAnswer, WithoutMediaPorts503) {
    std::string many = audio(a.media_address, 4000);
    for (int i = 0; i < 31; ++i) many += "m=audio 4002 RTP/AVP 8\r\n";
    asked = a.request("INVITE", "2001", many);
    say(a, asked);
    const auto refusal = a.take("SIP/2.0 503");
    EXPECT_EQ(header(refusal, "Retry-After"), "5");
    EXPECT_EQ(calls.counts().no_ports, 2u) << "once for each target";
    EXPECT_EQ(sessions.ports().in_use(), 0u);
    media_events();
}

}  // namespace
}  // namespace strowger::test
