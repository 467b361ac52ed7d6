// Authentication, limits, identities, what passes through, what is answered here, silence.
#include <algorithm>

#include "world.hpp"

namespace strowger::test {
namespace {

struct Features : World {
    void refused(int status, const std::string& called = "2001") {
        const auto asked = a.request("INVITE", called, audio(a.media_address, 4000));
        say(a, asked);
        last = a.take();
        if (status_of(last) == 100) last = a.take();
        EXPECT_EQ(status_of(last), status) << last;
        say(a, a.ack_refusal(asked, last));
        media_events();
    }
    std::string last;
};

TEST_F(Features, UntrustedCallersAreChallengedAndTheirCredentialsStayHere) {
    directory.challenges = true;
    refused(407);
    EXPECT_NE(header(last, "Proxy-Authenticate"), "");
    EXPECT_TRUE(records.empty());
    const auto asked =
        a.request("INVITE", "2001", audio(a.media_address, 4000),
                  "Proxy-Authorization: Digest username=\"1001\", realm=\"lab.example\", nonce=\"n\"\r\n"
                  "Authorization: Digest username=\"x\", realm=\"pbx.example\"\r\n");
    say(a, asked);
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    EXPECT_EQ(header(invite, "Proxy-Authorization"), "");
    EXPECT_NE(header(invite, "Authorization"), "") << "meant for somebody behind us";
    say(pbx, pbx.respond(invite, 403));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 403")));
    media_events();
}

TEST_F(Features, LimitsAnswerAsConfigured) {
    model.system.max_calls = 1;
    apply();
    establish(a, pbx, "2001");
    Party other = a;
    other.call_id = "callid-of-other";
    other.local_tag = "tag-of-other";
    const auto asked = other.request("INVITE", "2001", audio(a.media_address, 4000));
    say(other, asked);
    auto refusal = a.take("SIP/2.0 503");
    EXPECT_EQ(header(refusal, "Retry-After"), "5");
    say(other, other.ack_refusal(asked, refusal));
    EXPECT_EQ(record().reason, "limit of system");
    EXPECT_EQ(calls.counts().refused_limit, 1u);
    hang_up(a, pbx);
    establish(a, pbx, "2001");
    hang_up(a, pbx);
}

TEST_F(Features, AFullTrunk) {
    directory.trunk_max = 0;
    directory.full_code = 486;
    refused(486);
    directory.full_code = 503;
    refused(503);
    EXPECT_NE(header(last, "Retry-After"), "");
    const auto asked = pbx.request("INVITE", "1002", audio(pbx.media_address, 4000));
    say(pbx, asked);
    say(pbx, pbx.ack_refusal(asked, pbx.take("SIP/2.0 503")));
    EXPECT_TRUE(c.quiet());
}

TEST_F(Features, RoutesRejectStripAndAdd) {
    model::Route block;
    block.name = "block";
    block.priority = 1;
    block.digits = {"2900"};
    block.action = model::RouteAction::reject;
    block.reject_code = 607;
    model.routes["block"] = block;
    model.routes["out"].strip = 1;
    model.routes["out"].add = "+49";
    model.trunks["pbx"].domain = "pbx.example";
    apply();
    refused(607, "29001");
    const auto asked = a.request("INVITE", "2001;x=1", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    EXPECT_EQ(uri_in(header(invite, "From")), "sip:1001@pbx.example");
    EXPECT_TRUE(uri_in(header(invite, "To")).starts_with("sip:+49001")) << invite;
    say(pbx, pbx.respond(invite, 404));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 404")));
    media_events();
}

TEST_F(Features, AssertedIdentityAndPrivacy) {
    model.trunks["pbx"].caller_id = model::CallerId::p_asserted_identity;
    apply();
    // A forged identity of an untrusted phone is replaced by what it proved to be.
    establish(a, pbx, "2001",
              "P-Asserted-Identity: <sip:boss@lab.example>\r\nP-Preferred-Identity: <sip:x@y>\r\n");
    EXPECT_EQ(header(pbx.invite_text, "P-Asserted-Identity"), "<sip:1001@10.1.0.1>");
    EXPECT_EQ(header(pbx.invite_text, "P-Preferred-Identity"), "");
    hang_up(a, pbx);
    establish(a, pbx, "2001", "Privacy: id\r\n");
    EXPECT_EQ(header(pbx.invite_text, "P-Asserted-Identity"), "");
    EXPECT_EQ(uri_in(header(pbx.invite_text, "From")), "sip:anonymous@anonymous.invalid");
    hang_up(a, pbx);
    model.trunks["pbx"].privacy = model::Privacy::pass;
    apply();
    establish(a, pbx, "2001", "Privacy: id\r\n");
    EXPECT_EQ(header(pbx.invite_text, "P-Asserted-Identity"), "<sip:1001@10.1.0.1>");
    EXPECT_EQ(header(pbx.invite_text, "Privacy"), "id");
    hang_up(a, pbx);
    // Toward a phone no asserted identity leaves the trusted side.
    establish(pbx, c, "1002", "P-Asserted-Identity: <sip:2777@10.1.0.5>\r\n");
    EXPECT_EQ(header(c.invite_text, "P-Asserted-Identity"), "");
    EXPECT_EQ(uri_in(header(c.invite_text, "From")), "sip:2777@lab.example");
    hang_up(pbx, c);
}

TEST_F(Features, HeadersPassUnlessPolicyTakesThemOut) {
    model.trunks["pbx"].remove_headers = {"X-Secret", "subject"};
    apply();
    establish(a, pbx, "2001",
              "X-Secret: 1\r\nSubject: hi\r\nX-Open: 2\r\ns: compact\r\nAlert-Info: <urn:x>\r\n"
              "Record-Route: <sip:198.51.100.7;lr>\r\nRequire: nonsense\r\nDiversion: "
              "<sip:1@198.51.100.7>;reason=x\r\n");
    const auto& invite = pbx.invite_text;
    EXPECT_EQ(header(invite, "X-Secret"), "");
    EXPECT_EQ(header(invite, "Subject"), "");
    EXPECT_EQ(header(invite, "X-Open"), "2");
    EXPECT_EQ(header(invite, "Alert-Info"), "<urn:x>");
    EXPECT_EQ(header(invite, "Record-Route"), "");
    EXPECT_EQ(header(invite, "Require"), "nonsense");
    EXPECT_EQ(header(invite, "Diversion"), "<sip:1@10.1.0.1>;reason=x");
    hang_up(a, pbx);
}

TEST_F(Features, RequestsWithinTheDialogPass) {
    model.realms["access"].refer = model::Refer::pass;
    apply();
    establish(a, pbx, "2001");
    for (const auto* method : {"INFO", "MESSAGE", "NOTIFY", "REFER", "OPTIONS", "FROBNICATE"}) {
        say(a, a.in_dialog(method, "some body", "Content-Type: text/odd\r\nX-Own: 1\r\n"));
        const auto there = pbx.take(method);
        EXPECT_EQ(body_of(there), "some body") << method;
        EXPECT_EQ(header(there, "Content-Type"), "text/odd");
        EXPECT_EQ(header(there, "X-Own"), "1");
        say(pbx, pbx.respond(there, 202, "fine", "Content-Type: text/odd\r\n"));
        const auto back = a.take("SIP/2.0 202");
        EXPECT_EQ(body_of(back), "fine");
    }
    say(pbx, pbx.in_dialog("INFO"));
    const auto silent = a.take("INFO");
    pass(33 * kSecond);
    EXPECT_EQ(status_of(pbx.inbox.back()), 408);
    pbx.inbox.clear();
    a.inbox.clear();
    hang_up(a, pbx);
}

TEST_F(Features, UnknownDialogsAndOldNumbers) {
    a.request("INVITE", "2001");
    a.target = "sip:x@203.0.113.9";
    a.remote_tag = "0123456789abcdef";
    say(a, a.in_dialog("BYE"));
    a.take("SIP/2.0 481");
    say(a, a.in_dialog("INFO"));
    a.take("SIP/2.0 481");
    say(a, a.in_dialog("ACK"));
    EXPECT_TRUE(a.quiet());
    EXPECT_EQ(calls.counts().unknown_dialog, 2u);
    establish(a, pbx, "2001");
    say(a, a.in_dialog("INFO", "", "", 1));
    a.take("SIP/2.0 500");
    // Right tag, wrong Call-ID.
    auto stolen = a.in_dialog("BYE");
    stolen.replace(stolen.find("callid-of-1001"), 14, "callid-of-xxxx");
    say(a, stolen);
    a.take("SIP/2.0 481");
    hang_up(a, pbx);
}

TEST_F(Features, OptionsToUsIsAnsweredHere) {
    auto ping = a.request("OPTIONS", "x");
    ping.replace(ping.find("sip:x@lab.example"), 17, "sip:lab.example");
    say(a, ping);
    const auto ok = a.take("SIP/2.0 200");
    EXPECT_NE(header(ok, "Allow").find("INVITE"), std::string::npos);
    EXPECT_EQ(header(ok, "Server"), "Strowger");
    say(pbx, pbx.request("OPTIONS", "anything"));
    pbx.take("SIP/2.0 200");
    say(a, a.request("SUBSCRIBE", "1002", "", "Event: presence\r\n"));
    a.take("SIP/2.0 489");
}

TEST_F(Features, AMessageOutsideADialogPasses) {
    say(a, a.request("MESSAGE", "1002", "hello", "Content-Type: text/plain\r\n"));
    const auto message = c.take("MESSAGE sip:1002@192.168.1.6:5099");
    EXPECT_EQ(body_of(message), "hello");
    EXPECT_EQ(header(message, "Contact"), "");
    say(c, c.respond(message, 200));
    a.take("SIP/2.0 200");
    // A silent first trunk target: the next one gets it.
    say(a, a.request("MESSAGE", "2001", "hello", "Content-Type: text/plain\r\n"));
    pbx.take("MESSAGE");
    pass(32 * kSecond + 10 * kMillisecond);
    pbx.inbox.clear();
    say(spare, spare.respond(spare.take("MESSAGE"), 200));
    a.take("SIP/2.0 200");
    EXPECT_TRUE(records.empty());
}

TEST_F(Features, ForwardsRunOut) {
    auto asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    asked.replace(asked.find("Max-Forwards: 70"), 16, "Max-Forwards: 0");
    say(a, asked);
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 483")));
    auto opaque = a.request("INVITE", "2001", audio(a.media_address, 4000));
    opaque.replace(opaque.find("sip:2001@lab.example"), 20, "mailto:x@lab.example");
    say(a, opaque);
    a.take("SIP/2.0 416");
}

TEST_F(Features, ACallWithoutMediaEnds) {
    establish(a, pbx, "2001");
    pass(61 * kSecond);
    rings::Event event;
    event.kind = rings::EventKind::inactive;
    calls.each([&](const call::CallSummary& s) { event.session = s.id; });
    // One side still speaks: nothing happens.
    dataplane.statistics.last_packet = wheel.now() - kSecond;
    calls.on_media_event(event);
    media_events();
    EXPECT_TRUE(a.quiet());
    pass(60 * kSecond);
    calls.on_media_event(event);
    media_events();
    for (auto* p : {&a, &pbx}) {
        const auto bye = p->take("BYE");
        EXPECT_NE(header(bye, "Reason").find("inactive"), std::string::npos);
        say(*p, p->respond(bye, 200));
    }
    media_events();
    EXPECT_EQ(record().reason, "media inactive");
    EXPECT_EQ(calls.counts().inactive, 1u);
}

TEST_F(Features, DirectMediaBetweenRealms) {
    model.realms["access"].direct_media_with = {{"core"}};
    apply();
    a.secrets.erase(std::find(a.secrets.begin(), a.secrets.end(), a.media_address));
    pbx.secrets.erase(std::find(pbx.secrets.begin(), pbx.secrets.end(), pbx.media_address));
    establish(a, pbx, "2001");
    EXPECT_NE(body_of(pbx.invite_text).find("c=IN IP4 192.168.1.5"), std::string::npos);
    EXPECT_TRUE(dataplane.legs.empty());
    hang_up(a, pbx);
    EXPECT_EQ(records.size(), 1u);
}

TEST_F(Features, AThousandCallsLeaveNothing) {
    for (int i = 0; i < 1'000; ++i) {
        a.call_id = "callid-of-1001-" + std::to_string(i);
        establish(a, pbx, "2001");
        hang_up(i % 2 == 0 ? a : pbx, i % 2 == 0 ? pbx : a);
        a.all.clear();
        pbx.all.clear();
        a.secrets.clear();
        pbx.secrets.clear();
        pass(200 * kMillisecond);
    }
    EXPECT_EQ(records.size(), 1'000u);
    EXPECT_TRUE(calls.idle());
    EXPECT_EQ(calls.counts().completed, 1'000u);
}

}  // namespace
}  // namespace strowger::test
