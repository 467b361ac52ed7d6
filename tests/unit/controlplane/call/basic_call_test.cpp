// A call from end to end, as each side sees it.
#include "world.hpp"

namespace strowger::test {
namespace {

using BasicCall = World;

TEST_F(BasicCall, PhoneToTrunkAndBack) {
    say(a,
        a.request("INVITE", "2001", audio(a.media_address, 4000), "User-Agent: Phone 1.0\r\nX-Own: 1\r\n"));
    EXPECT_EQ(status_of(a.take()), 100);
    const auto invite = pbx.take("INVITE sip:2001@10.1.0.5 SIP/2.0");
    EXPECT_EQ(header(invite, "From").substr(0, header(invite, "From").find(";tag=")),
              "\"1001\" <sip:1001@10.1.0.1>");
    EXPECT_EQ(header(invite, "To"), "<sip:2001@10.1.0.5>");
    EXPECT_EQ(header(invite, "Max-Forwards"), "69");
    EXPECT_EQ(header(invite, "X-Own"), "1");
    EXPECT_EQ(header(invite, "User-Agent"), "Phone 1.0");
    EXPECT_EQ(header(invite, "Contact"), "<sip:1001@10.1.0.1:5060>");
    EXPECT_NE(body_of(invite).find("c=IN IP4 10.1.0.1\r\n"), std::string::npos);
    ASSERT_NE(leg_told(body_of(invite)), nullptr) << "the leg is open before the INVITE is answered";
    pbx.learn(invite);

    say(pbx, pbx.respond(invite, 180));
    const auto ringing = a.take("SIP/2.0 180 Whatever");
    EXPECT_EQ(header(ringing, "To").substr(0, 29),
              "<sip:2001@lab.example>;tag=" + tag_of(header(ringing, "To")).substr(0, 2));
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000), "Server: PBX 7\r\nX-Theirs: 2\r\n"));
    const auto ok = a.take("SIP/2.0 200");
    a.learn(ok);
    EXPECT_EQ(tag_of(header(ok, "To")), tag_of(header(ringing, "To")));
    EXPECT_EQ(header(ok, "Server"), "Strowger") << "the realm hides the other side's product";
    EXPECT_EQ(header(ok, "X-Theirs"), "2");
    EXPECT_EQ(header(ok, "Contact"), "<sip:2001@203.0.113.9:5060>");
    EXPECT_EQ(header(ok, "Call-ID"), a.call_id);
    const auto* leg = leg_told(body_of(ok));
    ASSERT_NE(leg, nullptr);
    EXPECT_EQ(wire::to_string(leg->remote_rtp), "192.168.1.5:4000");
    EXPECT_EQ(wire::to_string(leg->signalling), "198.51.100.7");
    EXPECT_TRUE(leg->expect_media);
    EXPECT_TRUE(pbx.quiet()) << "the ACK is the caller's to send";

    say(a, a.in_dialog("ACK", "", "", a.cseq));
    const auto ack = pbx.take("ACK sip:2001@10.1.0.5:5060");
    EXPECT_EQ(header(ack, "CSeq"), std::to_string(std::stoi(header(invite, "CSeq"))) + " ACK");
    EXPECT_EQ(header(ack, "Call-ID"), pbx.call_id);

    dataplane.statistics.packets_received = 500;
    say(pbx, pbx.in_dialog("BYE", "", "Reason: Q.850;cause=16;text=\"normal\"\r\n"));
    pbx.take("SIP/2.0 200");
    const auto bye = a.take("BYE sip:1001@198.51.100.7:5070");
    EXPECT_EQ(header(bye, "Reason"), "Q.850;cause=16;text=\"normal\"");
    EXPECT_EQ(header(bye, "Call-ID"), a.call_id);
    say(a, a.respond(bye, 200));
    EXPECT_TRUE(records.empty()) << "the final statistics are still to come";
    media_events();
    ASSERT_EQ(records.size(), 1u);
    const auto& r = record();
    EXPECT_EQ(r.caller.received, "sip:1001@lab.example");
    EXPECT_EQ(r.caller.sent, "sip:1001@10.1.0.1");
    EXPECT_EQ(r.callee.received, "sip:2001@lab.example");
    EXPECT_EQ(r.callee.sent, "sip:2001@10.1.0.5");
    EXPECT_EQ(r.caller.realm, "access");
    EXPECT_EQ(r.callee.trunk, "pbx");
    EXPECT_EQ(r.caller.subscriber, "1001@lab.example");
    EXPECT_EQ(r.ended_by, call::EndedBy::callee);
    EXPECT_EQ(r.sip_code, 200);
    EXPECT_EQ(r.q850_cause, 16);
    EXPECT_EQ(r.codec, "PCMA");
    EXPECT_TRUE(r.setup != 0 && r.ring >= r.setup && r.answer >= r.ring && r.end >= r.answer);
    ASSERT_EQ(r.media.size(), 2u);
    EXPECT_NE(r.media[0].caller, r.media[1].caller);
    EXPECT_EQ(r.media[0].statistics.packets_received, 500u);
}

TEST_F(BasicCall, TrunkToARegisteredPhoneByItsFlow) {
    say(pbx, pbx.request("INVITE", "1002", audio(pbx.media_address, 6000)));
    pbx.take("SIP/2.0 100");
    // The contact is a private address; the message goes where the REGISTER came from.
    const auto invite = c.take("INVITE sip:1002@192.168.1.6:5099 SIP/2.0");
    EXPECT_EQ(uri_in(header(invite, "To")), "sip:1002@lab.example");
    EXPECT_EQ(uri_in(header(invite, "From")), "sip:2001@lab.example");
    c.learn(invite);
    say(c, c.respond(invite, 200, audio(c.media_address, 4000)));
    pbx.learn(pbx.take("SIP/2.0 200"));
    say(pbx, pbx.in_dialog("ACK", "", "", pbx.cseq));
    c.take("ACK");
    hang_up(pbx, c);
    EXPECT_EQ(record().ended_by, call::EndedBy::caller);
    EXPECT_EQ(record().callee.subscriber, "1002@lab.example");
}

TEST_F(BasicCall, PhoneToPhone) {
    establish(a, c, "1002");
    hang_up(c, a);
    EXPECT_EQ(record().callee.realm, "access");
}

TEST_F(BasicCall, FamiliesMeetInTheMiddle) {
    establish(six, pbx, "2001");
    EXPECT_NE(body_of(pbx.invite_text).find("c=IN IP4 10.1.0.1"), std::string::npos);
    EXPECT_EQ(pbx.invite_text.find("2001:db8"), std::string::npos);
    hang_up(pbx, six);
    say(pbx, pbx.request("INVITE", "1006", audio(pbx.media_address, 6000)));
    pbx.take("SIP/2.0 100");
    const auto invite = six.take("INVITE sip:1006@[2001:db8::77]:5099 SIP/2.0");
    EXPECT_NE(body_of(invite).find("o=- "), std::string::npos);
    EXPECT_NE(body_of(invite).find("c=IN IP6 2001:db8::9\r\n"), std::string::npos);
    EXPECT_EQ(header(invite, "Contact"), "<sip:2001@[2001:db8::9]:5060>");
    six.learn(invite);
    say(six, six.respond(invite, 200, audio(six.media_address, 4000)));
    const auto ok = pbx.take("SIP/2.0 200");
    pbx.learn(ok);
    say(pbx, pbx.in_dialog("ACK", "", "", pbx.cseq));
    six.take("ACK");
    EXPECT_EQ(wire::to_string(leg_told(body_of(invite))->remote_rtp), "[2001:db8::77]:4000");
    hang_up(pbx, six);
}

TEST_F(BasicCall, ARefusalReachesTheCaller) {
    const auto asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    pbx.learn(invite);
    say(pbx, pbx.respond(invite, 486, "", "Reason: Q.850;cause=17\r\nWarning: 399 10.1.0.5 \"busy\"\r\n"));
    pbx.take("ACK");
    const auto refusal = a.take("SIP/2.0 486");
    EXPECT_EQ(header(refusal, "Warning"), "399 203.0.113.9 \"busy\"");
    say(a, a.ack_refusal(asked, refusal));
    media_events();
    EXPECT_EQ(record().sip_code, 486);
    EXPECT_EQ(record().q850_cause, 17);
    EXPECT_EQ(record().answer, 0);
}

TEST_F(BasicCall, ARedirectNamesNumbersOnly) {
    say(a, a.request("INVITE", "2001", audio(a.media_address, 4000)));
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    auto response = pbx.respond(invite, 302);
    say(pbx, response);
    pbx.take("ACK");
    EXPECT_EQ(header(a.take("SIP/2.0 302"), "Contact"), "<sip:2001@203.0.113.9>");
    media_events();
}

TEST_F(BasicCall, RepeatedAnswersAreAcknowledgedAgain) {
    say(a, a.request("INVITE", "2001", audio(a.media_address, 4000)));
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    pbx.learn(invite);
    const auto ok = pbx.respond(invite, 200, audio(pbx.media_address, 6000));
    say(pbx, ok);
    say(pbx, ok);
    a.learn(a.take("SIP/2.0 200"));
    EXPECT_TRUE(a.quiet() && pbx.quiet());
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    pbx.take("ACK");
    say(pbx, ok);
    pbx.take("ACK");
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    EXPECT_TRUE(pbx.quiet());
    hang_up(a, pbx);
}

TEST_F(BasicCall, AnAnswerThatIsNeverAcknowledgedEndsTheCall) {
    say(a, a.request("INVITE", "2001", audio(a.media_address, 4000)));
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    pbx.learn(invite);
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    pass(33 * kSecond);
    a.inbox.erase(a.inbox.begin(), a.inbox.end() - 1);
    say(a, a.respond(a.take("BYE"), 200));
    pbx.take("ACK");
    say(pbx, pbx.respond(pbx.take("BYE"), 200));
    media_events();
    EXPECT_EQ(record().reason, "no ACK");
}

TEST_F(BasicCall, ByeOfTheCalleeBeforeTheAckWaitsForIt) {
    say(a, a.request("INVITE", "2001", audio(a.media_address, 4000)));
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    pbx.learn(invite);
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(pbx, pbx.in_dialog("BYE"));
    pbx.take("SIP/2.0 200");
    EXPECT_TRUE(a.quiet()) << "RFC 3261 15: not before the ACK";
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    say(a, a.respond(a.take("BYE"), 200));
    media_events();
}

TEST_F(BasicCall, ByeOfTheCallerInsteadOfItsAck) {
    say(a, a.request("INVITE", "2001", audio(a.media_address, 4000)));
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    pbx.learn(invite);
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    pbx.take("ACK");
    say(pbx, pbx.respond(pbx.take("BYE"), 200));
    media_events();
    pass(40 * kSecond);
    EXPECT_TRUE(a.quiet()) << "the 2xx is not repeated";
    EXPECT_EQ(records.size(), 1u);
}

TEST_F(BasicCall, ByesThatCross) {
    establish(a, pbx, "2001");
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    const auto ours = pbx.take("BYE");
    say(pbx, pbx.in_dialog("BYE"));
    pbx.take("SIP/2.0 200");
    EXPECT_TRUE(a.quiet());
    say(pbx, pbx.respond(ours, 481));
    media_events();
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(record().ended_by, call::EndedBy::caller);
}

TEST_F(BasicCall, TheOperatorEndsIt) {
    establish(a, pbx, "2001");
    std::uint64_t id = 0;
    calls.each([&](const call::CallSummary& s) {
        id = s.id;
        EXPECT_EQ(s.state, "answered");
        EXPECT_EQ(s.codec, "PCMA");
        EXPECT_FALSE(s.on_hold);
    });
    EXPECT_TRUE(calls.end(id));
    for (auto* p : {&a, &pbx}) {
        const auto bye = p->take("BYE");
        EXPECT_NE(header(bye, "Reason").find("operator"), std::string::npos);
        say(*p, p->respond(bye, 200));
    }
    media_events();
    EXPECT_FALSE(calls.end(id));
    EXPECT_EQ(record().ended_by, call::EndedBy::appliance);
}

TEST_F(BasicCall, ItLastsNoLongerThanAllowed) {
    model.system.max_call_duration = std::chrono::minutes(10);
    apply();
    establish(a, pbx, "2001");
    pass(601 * kSecond);
    for (auto* p : {&a, &pbx}) say(*p, p->respond(p->take("BYE"), 200));
    media_events();
    EXPECT_EQ(record().reason, "max_call_duration reached");
}

TEST_F(BasicCall, APeerThatIsGoneDoesNotKeepIt) {
    establish(a, pbx, "2001");
    pbx.reachable = false;
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    media_events();
    EXPECT_EQ(records.size(), 1u);
}

TEST_F(BasicCall, LateStatisticsDoNotKeepItForEver) {
    establish(a, pbx, "2001");
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 200");
    say(pbx, pbx.respond(pbx.take("BYE"), 200));
    EXPECT_TRUE(records.empty());
    pass(4 * kSecond);
    EXPECT_EQ(records.size(), 1u);
    EXPECT_TRUE(record().media.empty());
}

}  // namespace
}  // namespace strowger::test
