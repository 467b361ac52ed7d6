// The stateless proxy, message by message (RFC 3261 16.11): what leaves where, and what is refused and why.
#include <gtest/gtest.h>

#include "sip_lines.hpp"
#include "stateless_realms.hpp"
#include "worker_fixture.hpp"

namespace strowger::test {
namespace {

class Stateless : public WorkerTest {
  protected:
    Stateless() { stateless_realms(tables); }

    // What one message from a host makes: at most one datagram that leaves.
    struct Left {
        PortId port{};
        Parsed frame;
        std::string text;
    };
    std::vector<Left> pass(PortId port, const char* source, const char* ours, std::string_view text,
                           std::uint16_t source_port = 5060) {
        run(port, eth().ip(source, ours).udp(source_port, 5060).payload(text));
        std::vector<Left> out;
        for (const PortId p : {kAccessPort, kCorePort})
            for (const std::string& frame : sent(p)) {
                Left left{p, parse(frame), {}};
                EXPECT_EQ(left.frame.error, "");
                left.text = left.frame.payload;
                out.push_back(left);
            }
        return out;
    }
    Left one(const std::vector<Left>& all) {
        EXPECT_EQ(all.size(), 1u);
        return all.empty() ? Left{} : all[0];
    }
    Left from_phone(std::string_view text, std::uint16_t port = 5060) {
        return one(pass(kAccessPort, "10.10.0.99", "10.10.0.1", text, port));
    }
    Left from_pbx(std::string_view text, const char* source = "10.20.0.10") {
        return one(pass(kCorePort, source, "10.20.0.1", text));
    }
    // Nothing leaves; the control plane got it or not.
    void expect_punted(std::string_view text, Counter reason, PortId port = kAccessPort) {
        const bool phone = port == kAccessPort;
        EXPECT_TRUE(
            pass(port, phone ? "10.10.0.99" : "10.20.0.10", phone ? "10.10.0.1" : "10.20.0.1", text).empty());
        EXPECT_EQ(punted().size(), 1u);
        EXPECT_EQ(moved(reason), 1u);
    }
    void expect_answer(std::string_view text, std::uint16_t status) {
        const Left left = from_phone(text);
        EXPECT_EQ(left.port, kAccessPort);
        EXPECT_EQ(left.text.rfind("SIP/2.0 " + std::to_string(status) + " ", 0), 0u) << left.text;
        EXPECT_NE(header(left.text, "To").find(";tag="), std::string::npos) << "RFC 3261 8.2.6.2";
        EXPECT_EQ(moved(Counter::route_refused), 1u);
        EXPECT_EQ(punted().size(), 0u);
    }
};

TEST_F(Stateless, ANewCallGoesToTheTrunkOfTheDialPlan) {
    const Left left = from_phone(request("INVITE", "sip:2000@lab.example", {}, "v=0\r\n"), 40000);
    EXPECT_EQ(left.port, kCorePort);
    EXPECT_EQ(wire::to_string(left.frame.source), "10.20.0.1:5060");
    EXPECT_EQ(wire::to_string(left.frame.destination), "10.20.0.10:5060");
    EXPECT_EQ(left.frame.dscp, 24);
    EXPECT_EQ(first_line(left.text), "INVITE sip:2000@pbx.example SIP/2.0");
    const auto vias = headers(left.text, "Via");
    ASSERT_EQ(vias.size(), 2u);
    EXPECT_EQ(vias[0].rfind("SIP/2.0/UDP 10.20.0.1:5060;branch=z9hG4bK", 0), 0u) << vias[0];
    EXPECT_EQ(vias[1], "SIP/2.0/UDP 10.10.0.99:5060;branch=z9hG4bKtest;rport=40000;received=10.10.0.99");
    const auto routes = headers(left.text, "Record-Route");
    ASSERT_EQ(routes.size(), 2u);
    EXPECT_NE(routes[0].find("@10.20.0.1:5060;lr>"), std::string::npos)
        << "the callee's side on top (RFC 5658)";
    EXPECT_NE(routes[1].find("@10.10.0.1:5060;lr>"), std::string::npos);
    EXPECT_EQ(header(left.text, "Max-Forwards"), "69");
    EXPECT_EQ(header(left.text, "Contact"), "<sip:1001@10.10.0.99>");
    EXPECT_EQ(left.text.substr(left.text.find("\r\n\r\n") + 4), "v=0\r\n");
    EXPECT_EQ(moved(Counter::route_requests), 1u);
    EXPECT_EQ(punted().size(), 0u);
}

TEST_F(Stateless, ASubscriberIsReachedAtItsContact) {
    const Left left = from_pbx(request("INVITE", "sip:1002@lab.example"));
    EXPECT_EQ(left.port, kAccessPort);
    EXPECT_EQ(first_line(left.text), "INVITE sip:1002@10.10.0.99:5070 SIP/2.0");
    EXPECT_EQ(wire::to_string(left.frame.destination), "10.10.0.99:5070");
}

TEST_F(Stateless, FamiliesMeet) {
    const Left left = from_pbx(request("INVITE", "sip:1003@lab.example"));
    EXPECT_EQ(wire::to_string(left.frame.source), "[fd10:a::1]:5060");
    EXPECT_EQ(wire::to_string(left.frame.destination), "[fd10:a::99]:5070");
    const auto vias = headers(left.text, "Via");
    EXPECT_EQ(vias[0].rfind("SIP/2.0/UDP [fd10:a::1]:5060;", 0), 0u);
    // And its answer comes back in the other family.
    const Left back = one(pass(kAccessPort, "fd10:a::99", "fd10:a::1", response(left.text, 180), 5070));
    EXPECT_EQ(wire::to_string(back.frame.destination), "10.20.0.10:5060");
    EXPECT_EQ(headers(back.text, "Via").size(), 1u);
}

TEST_F(Stateless, VlansAndDscpAreTheRealms) {
    tables.interfaces[1].vlan = 200;
    tables.realms[1].signalling_dscp = 46;
    const Left left = from_phone(request("INVITE", "sip:2000@lab.example"));
    EXPECT_EQ(left.frame.vlan, 200);
    EXPECT_EQ(left.frame.dscp, 46);
}

TEST_F(Stateless, AResponseGoesBackAlongTheVia) {
    const Left invite = from_phone(request("INVITE", "sip:2000@lab.example"), 40000);
    const Left left = from_pbx(response(invite.text, 200));
    EXPECT_EQ(left.port, kAccessPort);
    EXPECT_EQ(wire::to_string(left.frame.destination), "10.10.0.99:40000") << "rport";
    EXPECT_EQ(headers(left.text, "Via").size(), 1u);
    EXPECT_EQ(headers(left.text, "Record-Route").size(), 2u);
    EXPECT_EQ(moved(Counter::route_responses), 1u);
    // From any address of the peer: Via decides, not the source (18.1.2).
    EXPECT_EQ(wire::to_string(from_pbx(response(invite.text, 200), "10.20.0.99").frame.destination),
              "10.10.0.99:40000");
}

TEST_F(Stateless, WhatAClientClaimsOfItsSourceIsReplaced) {
    for (const char* claim :
         {";rport=1;received=192.0.2.9", ";rport=1", ";received=192.0.2.9;rport", " ; RPort ; x=y"}) {
        std::string text = request("INVITE", "sip:2000@lab.example");
        replace(text, ";rport", claim);
        const Left invite = from_phone(text, 40000);
        const auto vias = headers(invite.text, "Via");
        ASSERT_EQ(vias.size(), 2u) << claim << invite.text;
        const std::string& via = vias[1];
        EXPECT_EQ(via.find("192.0.2.9"), std::string::npos) << via;
        EXPECT_NE(via.find(";received=10.10.0.99"), std::string::npos) << via;
        EXPECT_EQ(wire::to_string(from_pbx(response(invite.text, 200)).frame.destination), "10.10.0.99:40000")
            << via;
    }
}

TEST_F(Stateless, AResponseWithoutRportGoesToTheSentByPort) {
    std::string text = request("INVITE", "sip:2000@lab.example");
    replace(text, ";rport", "");
    replace(text, "10.10.0.99:5060;", "phone.example:5082;");
    const Left invite = from_phone(text, 40000);
    EXPECT_EQ(wire::to_string(from_pbx(response(invite.text, 200)).frame.destination), "10.10.0.99:5082");
}

TEST_F(Stateless, AResponseFollowsMaddr) {
    std::string text = request("INVITE", "sip:2000@lab.example");
    replace(text, ";rport", ";maddr=10.10.0.10");
    const Left invite = from_phone(text, 40000);
    EXPECT_EQ(wire::to_string(from_pbx(response(invite.text, 200)).frame.destination), "10.10.0.10:5060");
}

TEST_F(Stateless, AllViasOnOneLine) {
    std::string text = request("INVITE", "sip:2000@lab.example");
    replace(text, ";rport\r\n", ";rport, SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKfar\r\n");
    const Left invite = from_phone(text);
    std::string answer = response(invite.text, 200);
    // A peer may join the Vias.
    replace(answer, "\r\nVia: SIP/2.0/UDP 10.10.0.99", ", SIP/2.0/UDP 10.10.0.99");
    const Left left = from_pbx(answer);
    EXPECT_EQ(headers(left.text, "Via").size(), 1u);
    EXPECT_NE(header(left.text, "Via").find("z9hG4bKtest"), std::string::npos) << left.text;
    EXPECT_NE(header(left.text, "Via").find("z9hG4bKfar"), std::string::npos);
    EXPECT_EQ(header(left.text, "Via").find("10.20.0.1"), std::string::npos);
}

TEST_F(Stateless, ResponsesThatAreNotOursAreDropped) {
    const Left invite = from_phone(request("INVITE", "sip:2000@lab.example"));
    std::string foreign = response(invite.text, 200);
    replace(foreign, "10.20.0.1:5060;branch", "10.20.0.2:5060;branch");
    EXPECT_TRUE(pass(kCorePort, "10.20.0.10", "10.20.0.1", foreign).empty());
    EXPECT_EQ(dropped(Drop::route_not_our_via), 1u);

    std::string forged = response(invite.text, 200);
    replace(forged, ";received=10.10.0.99", ";received=10.10.0.10");
    EXPECT_TRUE(pass(kCorePort, "10.20.0.10", "10.20.0.1", forged).empty());
    EXPECT_EQ(dropped(Drop::route_forged_branch), 1u) << "nobody chooses where responses go";

    std::string alone = response(invite.text, 200);
    alone.erase(alone.find("Via: SIP/2.0/UDP 10.10"),
                alone.find("From:") - alone.find("Via: SIP/2.0/UDP 10.10"));
    EXPECT_TRUE(pass(kCorePort, "10.20.0.10", "10.20.0.1", alone).empty());
    EXPECT_EQ(dropped(Drop::route_bad_via), 1u);
}

TEST_F(Stateless, ABranchIsOneForAllOfATransaction) {
    const auto branch_of = [&](const Left& left) { return headers(left.text, "Via").at(0); };
    const std::string invite = request("INVITE", "sip:0044123@lab.example");
    const Left first = from_phone(invite, 40000);
    const Left again = from_phone(invite, 40000);
    EXPECT_EQ(first.text, again.text);
    const Left cancel = from_phone(request("CANCEL", "sip:0044123@lab.example"), 40000);
    const Left ack = from_phone(request("ACK", "sip:0044123@lab.example", {.to_tag = "uas"}), 40000);
    EXPECT_EQ(branch_of(first), branch_of(cancel));
    EXPECT_EQ(branch_of(first), branch_of(ack));
    EXPECT_EQ(first.frame.destination, cancel.frame.destination);
    EXPECT_EQ(first.frame.destination, ack.frame.destination);
    EXPECT_EQ(first_line(cancel.text), "CANCEL " + first_line(first.text).substr(7));
    const Left other =
        from_phone(request("INVITE", "sip:0044123@lab.example", {.branch = "z9hG4bKother"}), 40000);
    EXPECT_NE(branch_of(first), branch_of(other));
}

TEST_F(Stateless, ABranchOfRfc2543IsMadeUnique) {
    const auto branch_of = [&](const Left& left) { return headers(left.text, "Via").at(0); };
    const Left a = from_phone(request("INVITE", "sip:2000@lab.example", {.branch = "1"}));
    const Left b =
        from_phone(request("INVITE", "sip:2000@lab.example", {.branch = "1", .call_id = "another"}));
    const Left c = from_phone(request("CANCEL", "sip:2000@lab.example", {.branch = "1"}));
    EXPECT_NE(branch_of(a), branch_of(b));
    EXPECT_EQ(branch_of(a), branch_of(c));
    EXPECT_EQ(wire::to_string(from_pbx(response(a.text, 200)).frame.destination), "10.10.0.99:5060");
}

TEST_F(Stateless, ATrunksTargetIsChosenByCallAndMovesOnlyWhenItIsDown) {
    std::map<std::string, std::string> chosen;
    std::map<std::string, int> share;
    for (int i = 0; i < 600; ++i) {
        const std::string call = "call-" + std::to_string(i);
        chosen[call] = wire::to_string(
            from_phone(request("INVITE", "sip:0044@lab.example", {.call_id = call})).frame.destination);
        ++share[chosen[call]];
    }
    EXPECT_NEAR(share["10.20.0.99:5060"], 400, 60) << "weight 2 of 3";
    tables.proxy.trunks[1].set_down(1, true);
    for (const auto& [call, before] : chosen) {
        const Left left = from_phone(request("INVITE", "sip:0044@lab.example", {.call_id = call}));
        EXPECT_EQ(wire::to_string(left.frame.destination), "10.20.0.99:5060");
    }
    tables.proxy.trunks[1].set_down(1, false);
    tables.proxy.trunks[1].set_down(0, true);
    tables.proxy.trunks[1].set_down(0, false);
    for (const auto& [call, before] : chosen) {
        const Left left = from_phone(request("INVITE", "sip:0044@lab.example", {.call_id = call}));
        EXPECT_EQ(wire::to_string(left.frame.destination), before);
    }
}

TEST_F(Stateless, ANumberIsRewrittenAsTheRuleSays) {
    EXPECT_EQ(first_line(
                  from_phone(request("INVITE", "sip:0044123;x=1@lab.example;user=phone")).text.substr(0, 200))
                  .substr(0, 15),
              "INVITE sip:+441");
    const Left tel = from_phone(request("INVITE", "tel:00-44.(1)23;phone-context=x"));
    EXPECT_EQ(first_line(tel.text).substr(0, 18), "INVITE sip:+44123@");
    EXPECT_NE(first_line(tel.text).find(";user=phone "), std::string::npos);
}

TEST_F(Stateless, ADomainThatIsNotOursKeepsItsRequestUri) {
    const Left left = from_phone(request("INVITE", "sip:bob@elsewhere.example;transport=udp"));
    EXPECT_EQ(first_line(left.text), "INVITE sip:bob@elsewhere.example;transport=udp SIP/2.0");
    EXPECT_EQ(wire::to_string(left.frame.destination), "10.20.0.10:5060");
}

TEST_F(Stateless, Refusals) {
    expect_answer(request("INVITE", "http:example.org"), 416);
    expect_answer(request("INVITE", "sip:2000@lab.example", {.max_forwards = "0"}), 483);
    expect_answer(request("INVITE", "sip:2000@lab.example", {.max_forwards = "many"}), 400);
    expect_answer(request("INVITE", "sip:999@lab.example"), 603);
    expect_answer(request("INVITE", "sip:1050@lab.example"), 480);
    const Left left =
        from_phone(request("INVITE", "sip:2000@lab.example", {.extra = "Proxy-Require: magic, foo\r\n"}));
    EXPECT_EQ(first_line(left.text), "SIP/2.0 420 Bad Extension");
    EXPECT_EQ(header(left.text, "Unsupported"), "magic, foo");
    tables.proxy.trunks[0].set_down(0, true);
    const Left down = from_phone(request("INVITE", "sip:2000@lab.example"));
    EXPECT_EQ(first_line(down.text), "SIP/2.0 503 Service Unavailable");
    EXPECT_EQ(header(down.text, "Retry-After"), "5");
    const Left nowhere = from_pbx(request("INVITE", "sip:3000@lab.example"));
    EXPECT_EQ(first_line(nowhere.text), "SIP/2.0 404 Not Found");
    EXPECT_EQ(nowhere.port, kCorePort);
}

TEST_F(Stateless, WhatIsNoRequestUriIsRefused) {
    for (const char* uri : {"sip:@", "sip:a@", "sip:a@b:99999"}) {
        const Left left = from_phone(request("INVITE", uri));
        EXPECT_EQ(left.text.rfind("SIP/2.0 4", 0), 0u) << uri << left.text;
    }
    EXPECT_EQ(punted().size(), 0u);
}

TEST_F(Stateless, ProxyRequireIsNotAskedOfAckAndCancel) {
    const std::string extra = "Proxy-Require: magic\r\n";
    EXPECT_EQ(from_phone(request("CANCEL", "sip:2000@lab.example", {.extra = extra})).port, kCorePort);
    EXPECT_EQ(from_phone(request("ACK", "sip:2000@lab.example", {.to_tag = "uas", .extra = extra})).port,
              kCorePort);
    const Left two = from_phone(
        request("OPTIONS", "sip:2000@lab.example", {.extra = "Proxy-Require: a\r\nProxy-Require: b, c\r\n"}));
    EXPECT_EQ(header(two.text, "Unsupported"), "a, b, c");
}

TEST_F(Stateless, TheLastHopIsStillForwarded) {
    const Left left = from_phone(request("INVITE", "sip:2000@lab.example", {.max_forwards = "1"}));
    EXPECT_EQ(left.port, kCorePort);
    EXPECT_EQ(header(left.text, "Max-Forwards"), "0");
}

TEST_F(Stateless, EveryResponseIsForwarded) {
    const Left invite = from_phone(request("INVITE", "sip:2000@lab.example"));
    // RFC 3261 16.11 knows no exception for 100.
    for (const int status : {100, 180, 199, 200, 302, 407, 486, 503, 603})
        EXPECT_EQ(from_pbx(response(invite.text, status)).port, kAccessPort) << status;
    EXPECT_EQ(moved(Counter::route_responses), 9u);
}

TEST_F(Stateless, AViaOfIPv6IsAnswered) {
    for (const char* host : {"[fd10:a::99]:5060", "[fd10:a::99]", "phone.example:5060"}) {
        const std::string text = request("INVITE", "sip:2000@lab.example", {.via_host = host});
        const Left invite = one(pass(kAccessPort, "fd10:a::99", "fd10:a::1", text, 40000));
        EXPECT_EQ(wire::to_string(invite.frame.destination), "10.20.0.10:5060");
        EXPECT_NE(headers(invite.text, "Via").at(1).find(";received=fd10:a::99"), std::string::npos);
        const Left back = from_pbx(response(invite.text, 200));
        EXPECT_EQ(wire::to_string(back.frame.destination), "[fd10:a::99]:40000") << host;
        EXPECT_EQ(wire::to_string(back.frame.source), "[fd10:a::1]:5060");
    }
}

TEST_F(Stateless, AMaddrThatIsOursIsTakenOff) {
    const Left left = from_phone(request("INVITE", "sip:bob@elsewhere.example:5060;x=1;maddr=10.10.0.1;y"));
    EXPECT_EQ(first_line(left.text), "INVITE sip:bob@elsewhere.example;x=1;y SIP/2.0") << "RFC 3261 16.4";
    const Left other = from_phone(request("INVITE", "sip:bob@elsewhere.example;maddr=192.0.2.1"));
    EXPECT_EQ(first_line(other.text), "INVITE sip:bob@elsewhere.example;maddr=192.0.2.1 SIP/2.0");
    const Left port = from_phone(request("INVITE", "sip:bob@elsewhere.example:5066;maddr=10.10.0.1"));
    EXPECT_EQ(first_line(port.text), "INVITE sip:bob@elsewhere.example:5066;maddr=10.10.0.1 SIP/2.0")
        << "another port is not ours";
}

TEST_F(Stateless, AUserIsEscapedAgainWhenItIsWritten) {
    EXPECT_EQ(first_line(from_phone(request("INVITE", "sip:2%23%41@lab.example")).text),
              "INVITE sip:2%23A@pbx.example SIP/2.0");
    // The rule takes two digits off, however they were written.
    EXPECT_EQ(first_line(from_phone(request("INVITE", "sip:%30044@lab.example")).text).substr(0, 16),
              "INVITE sip:+44@1");
}

TEST_F(Stateless, AnExpiredRegistrationIsNone) {
    now = 3601 * kSecond;
    const Left left = from_pbx(request("INVITE", "sip:1002@lab.example"));
    EXPECT_EQ(first_line(left.text), "SIP/2.0 480 Temporarily Unavailable");
}

TEST_F(Stateless, MaxForwardsIsAddedWhenItIsMissing) {
    EXPECT_EQ(header(from_phone(request("INVITE", "sip:2000@lab.example", {.max_forwards = ""})).text,
                     "Max-Forwards"),
              "70");
}

TEST_F(Stateless, ALoopIsFoundAndASpiralIsNot) {
    const Left first = from_phone(request("INVITE", "sip:bob@elsewhere.example"));
    // The same message with the same Request-URI at the same place: a loop.
    const Left looped = one(pass(kAccessPort, "10.10.0.10", "10.10.0.1", first.text));
    EXPECT_EQ(first_line(looped.text), "SIP/2.0 482 Loop Detected");
    // With another Request-URI it is a spiral (RFC 3261 16.3 item 4).
    std::string spiral = first.text;
    replace(spiral, "sip:bob@", "sip:carol@");
    EXPECT_EQ(one(pass(kAccessPort, "10.10.0.10", "10.10.0.1", spiral)).port, kCorePort);
    // From the other realm it is routed anew.
    const Left back = one(pass(kCorePort, "10.20.0.10", "10.20.0.1", first.text));
    EXPECT_NE(first_line(back.text), "SIP/2.0 482 Loop Detected");
}

TEST_F(Stateless, OurOwnRefusalIsAcknowledgedHere) {
    const Left refused = from_phone(request("INVITE", "sip:1050@lab.example"));
    const std::string to = header(refused.text, "To");
    const std::string tag = to.substr(to.find(";tag=") + 5);
    EXPECT_EQ(from_phone(request("INVITE", "sip:1050@lab.example")).text, refused.text) << "RFC 3261 8.2.7";
    EXPECT_TRUE(
        pass(kAccessPort, "10.10.0.99", "10.10.0.1", request("ACK", "sip:1050@lab.example", {.to_tag = tag}))
            .empty());
    EXPECT_EQ(moved(Counter::route_acknowledged), 1u);
    EXPECT_EQ(punted().size(), 0u);
}

TEST_F(Stateless, WhatNeedsStateGoesToTheControlPlaneByName) {
    expect_punted(request("REGISTER", "sip:lab.example"), Counter::fallback_register);
    expect_punted(request("OPTIONS", "sip:lab.example"), Counter::fallback_to_us);
    expect_punted(request("OPTIONS", "sip:10.10.0.1:5060"), Counter::fallback_to_us);
    expect_punted(request("BYE", "sip:1001@10.10.0.1:5060", {.to_tag = "b2bua"}), Counter::fallback_dialog);
    expect_punted(request("ACK", "sip:1001@10.10.0.1:5060", {.to_tag = "0123456789abcdef"}),
                  Counter::fallback_dialog);
    expect_punted(request("INVITE", "sips:2000@lab.example"), Counter::fallback_secure);
    expect_punted(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.20.0.1:5060;branch=z9hG4bKprobe\r\nFrom: <sip:a@b>;tag=1\r\n"
        "To: <sip:a@b>;tag=2\r\nCall-ID: p\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
        Counter::fallback_response, kCorePort);
    expect_punted(request("INVITE", "sip:1200@lab.example"), Counter::fallback_rules);
    tables.proxy.trunks[0].targets[0].datagram = false;
    expect_punted(request("INVITE", "sip:2000@lab.example"), Counter::fallback_transport);
}

TEST_F(Stateless, ARealmThatIsNotStatelessKeepsItsMessages) {
    tables.proxy.realms[0].stateless = false;
    EXPECT_TRUE(
        pass(kAccessPort, "10.10.0.99", "10.10.0.1", request("INVITE", "sip:2000@lab.example")).empty());
    EXPECT_EQ(punted().size(), 1u);
    EXPECT_EQ(moved(Counter::route_requests), 0u);
}

TEST_F(Stateless, WhereCallersAuthenticateOneMustHaveRegisteredFromThere) {
    tables.proxy.realms[0].registered_callers = true;
    auto callers = std::make_shared<tables::Locations>(HashKey{1, 2});
    tables.proxy.callers = callers;
    const auto invite = request("INVITE", "sip:2000@lab.example");
    expect_punted(invite, Counter::fallback_dialog);  // nobody is known to the worker here: see digest_test.cpp
    callers->put(tables::CallerKey(kAccess, endpoint("10.10.0.99:5060"), "1001@lab.example").text(),
                 {.expires = 60 * kSecond});
    EXPECT_EQ(from_phone(invite).port, kCorePort);
    EXPECT_TRUE(pass(kAccessPort, "10.10.0.99", "10.10.0.1", invite, 5062).empty()) << "another port";
    EXPECT_TRUE(pass(kAccessPort, "10.10.0.10", "10.10.0.1", invite).empty()) << "another address";
    std::string pretended = invite;
    replace(pretended, "From: <sip:1001@", "From: <sip:1002@");
    EXPECT_TRUE(pass(kAccessPort, "10.10.0.99", "10.10.0.1", pretended).empty()) << "another's name";
    EXPECT_EQ(punted().size(), 3u);
    now = 61 * kSecond;
    EXPECT_TRUE(pass(kAccessPort, "10.10.0.99", "10.10.0.1", invite).empty());
    EXPECT_EQ(punted().size(), 1u);
}

TEST_F(Stateless, ATrunksPolicyOutweighsItsRealms) {
    tables.proxy.realms[1].stateless = false;
    tables.proxy.realms[1].sources = {{*wire::parse_prefix("10.20.0.10"), TrunkId{0}, 0, true}};
    EXPECT_EQ(first_line(from_pbx(request("INVITE", "sip:1002@lab.example")).text),
              "INVITE sip:1002@10.10.0.99:5070 SIP/2.0");
    EXPECT_TRUE(
        pass(kCorePort, "10.20.0.99", "10.20.0.1", request("INVITE", "sip:1002@lab.example")).empty());
    EXPECT_EQ(punted().size(), 1u);
}

TEST_F(Stateless, AnUnknownNextHopIsAskedFor) {
    tables.proxy.trunks[0].targets[0].remote = endpoint("10.20.0.77:5060");
    EXPECT_TRUE(
        pass(kAccessPort, "10.10.0.99", "10.10.0.1", request("INVITE", "sip:2000@lab.example")).empty());
    EXPECT_EQ(dropped(Drop::route_no_adjacency), 1u);
    const auto asked = events();
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].kind, rings::EventKind::hop_wanted);
    EXPECT_EQ(wire::to_string(asked[0].remote.address), "10.20.0.77");
    EXPECT_EQ(asked[0].interface, InterfaceId{1});
}

TEST_F(Stateless, ALargeMessageLeavesInFragments) {
    const std::string body(2000, 'x');
    run(kAccessPort, {eth()
                          .ip("10.10.0.99", "10.10.0.1")
                          .udp(5060, 5060)
                          .payload(request("INVITE", "sip:2000@lab.example", {}, body.substr(0, 1150)))});
    const auto frames = sent(kCorePort);
    EXPECT_EQ(frames.size(), 2u);
    EXPECT_EQ(moved(Counter::send_fragments), 2u);
    EXPECT_EQ(moved(Counter::route_requests), 1u);
}

TEST_F(Stateless, IdentitiesStayInsideTheTrustDomain) {
    const std::string extra =
        "P-Asserted-Identity: <sip:fake@lab.example>\r\nX-Secret: 1\r\nUser-Agent: Phone\r\n";
    tables.proxy.realms[1].remove_headers = {"x-secret"};
    const Left left = from_phone(request("INVITE", "sip:2000@lab.example", {.extra = extra}));
    EXPECT_EQ(headers(left.text, "P-Asserted-Identity").size(), 0u);
    EXPECT_EQ(headers(left.text, "X-Secret").size(), 0u);
    EXPECT_EQ(header(left.text, "User-Agent"), "Phone");
    tables.proxy.realms[0].trusted = true;
    EXPECT_EQ(headers(from_phone(request("INVITE", "sip:2000@lab.example", {.extra = extra})).text,
                      "P-Asserted-Identity")
                  .size(),
              1u);
}

}  // namespace
}  // namespace strowger::test
