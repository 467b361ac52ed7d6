// SIP from the wire to the control plane's ring: what is let in, what is answered, what is dropped and why.
#include "sip_lines.hpp"
#include "worker_fixture.hpp"

namespace strowger::test {
namespace {

std::string options(std::string_view extra = "", std::string_view body = "", int content_length = -1) {
    std::string text =
        "OPTIONS sip:lab.example SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 10.10.0.99:5060;branch=z9hG4bKtest;rport\r\n"
        "From: <sip:1001@lab.example>;tag=a\r\nTo: <sip:lab.example>\r\n"
        "Call-ID: c1\r\nCSeq: 7 OPTIONS\r\nMax-Forwards: 70\r\n";
    text += extra;
    text += "Content-Length: " +
            std::to_string(content_length < 0 ? static_cast<int>(body.size()) : content_length);
    return text + "\r\n\r\n" + std::string(body);
}

Frame access(std::string_view payload, std::uint16_t source_port = 5060) {
    return eth().ip("10.10.0.99", "10.10.0.1").udp(source_port, 5060).payload(payload);
}

class SipIngress : public WorkerTest {};

TEST_F(SipIngress, AValidRequestIsPuntedWithItsTable) {
    run(kAccessPort, access(options("", "body")));
    const auto out = punted();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].text, options("", "body"));
    const rings::Punt& p = out[0].record;
    EXPECT_EQ(p.kind, rings::PuntKind::sip);
    EXPECT_EQ(p.realm, kAccess);
    EXPECT_EQ(p.listener, ListenerId{0});
    EXPECT_EQ(wire::to_string(p.source), "10.10.0.99:5060");
    EXPECT_EQ(wire::to_string(p.destination), "10.10.0.1:5060");
    EXPECT_EQ(moved(Counter::sip_requests), 1u);
    EXPECT_EQ(moved(Counter::sip_punted), 1u);
}

TEST_F(SipIngress, BothFamiliesAndVlans) {
    tables.interfaces[0].vlan = 100;
    run(kAccessPort, eth().vlan(100).ip("fd10:a::99", "fd10:a::1").udp(5060, 5060).payload(options()));
    EXPECT_EQ(punted().size(), 1u);
    run(kAccessPort, eth().ip("fd10:a::99", "fd10:a::1").udp(5060, 5060).payload(options()));
    EXPECT_EQ(punted().size(), 0u) << "untagged is another interface";
    EXPECT_EQ(dropped(Drop::rx_not_ours), 1u);
}

TEST_F(SipIngress, KeepAlivesAreAnsweredByTheWorker) {
    run(kAccessPort, access("\r\n\r\n", 6000));
    auto out = sent(kAccessPort);
    ASSERT_EQ(out.size(), 1u);
    const Parsed pong = parse(out[0]);
    EXPECT_EQ(pong.error, "");
    EXPECT_EQ(pong.payload, "\r\n");
    EXPECT_EQ(wire::to_string(pong.destination), "10.10.0.99:6000");
    EXPECT_EQ(pong.destination_mac, kPeerMac);
    EXPECT_EQ(pong.dscp, 24);
    run(kAccessPort, {access("\r\n"), access(std::string_view("\0\0\0\0", 4)), access("")});
    EXPECT_TRUE(sent(kAccessPort).empty());
    EXPECT_EQ(moved(Counter::sip_keepalives), 4u);

    const std::string binding(
        "\x00\x01\x00\x00\x21\x12\xa4\x42"
        "abcdefghijkl",
        20);
    run(kAccessPort, access(binding, 6001));
    out = sent(kAccessPort);
    ASSERT_EQ(out.size(), 1u);
    const Parsed answer = parse(out[0]);
    EXPECT_EQ(answer.error, "");
    EXPECT_EQ(answer.payload.substr(0, 2), std::string("\x01\x01", 2)) << "binding success";
    EXPECT_EQ(punted().size(), 0u);
}

TEST_F(SipIngress, MalformedRequestsAreAnsweredWithTheReason) {
    run(kAccessPort, access(options("", "abc", 50), 40000));
    const auto out = sent(kAccessPort);
    ASSERT_EQ(out.size(), 1u);
    const Parsed answer = parse(out[0]);
    EXPECT_EQ(answer.error, "");
    EXPECT_EQ(answer.payload.rfind("SIP/2.0 400 ", 0), 0u) << answer.payload;
    EXPECT_NE(answer.payload.find("Content-Length"), std::string::npos);
    EXPECT_NE(answer.payload.find("branch=z9hG4bKtest;received=10.10.0.99;rport=40000"), std::string::npos)
        << answer.payload;
    EXPECT_NE(answer.payload.find("Call-ID: c1"), std::string::npos);
    EXPECT_EQ(wire::to_string(answer.destination), "10.10.0.99:40000");
    EXPECT_EQ(moved(Counter::sip_answered_400), 1u);
    EXPECT_EQ(punted().size(), 0u);
}

TEST_F(SipIngress, AnotherVersionGets505) {
    std::string text = options();
    text.replace(text.find("SIP/2.0\r\n"), 7, "SIP/7.0");
    run(kAccessPort, access(text));
    const auto out = sent(kAccessPort);
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(parse(out[0]).payload.rfind("SIP/2.0 505 ", 0), 0u);
}

// RFC 3261 8.2.2.1, 21.4.1: not even a URI.
TEST_F(SipIngress, ARequestUriThatIsNoneGets400) {
    for (const char* uri : {"sip:", "sip", "<sip:lab.example>", "sip:lab.example lr"}) {
        std::string text = options();
        text.replace(text.find("sip:lab.example"), 15, uri);
        run(kAccessPort, access(text));
        const auto out = sent(kAccessPort);
        ASSERT_EQ(out.size(), 1u) << uri;
        EXPECT_EQ(first_line(parse(out[0]).payload), "SIP/2.0 400 Malformed start line") << uri;
        EXPECT_EQ(moved(Counter::sip_answered_400), 1u) << uri;
    }
}

TEST_F(SipIngress, WhatCannotBeAnsweredIsDroppedByName) {
    run(kAccessPort, {access("hello"), access("OPTIONS sip:x SIP/2.0\r\nVia: v\r\n\r\n"),
                      access("SIP/2.0 200 OK\r\n\r\n")});
    EXPECT_EQ(dropped(Drop::screen_not_sip), 1u);
    EXPECT_EQ(dropped(Drop::screen_mandatory_header), 2u);
    EXPECT_TRUE(sent(kAccessPort).empty());
}

TEST_F(SipIngress, AnswersToGarbageHaveALimit) {
    std::vector<Frame> flood(1000, access(options("", "abc", 50)));
    run(kAccessPort, flood);
    EXPECT_GT(dropped(Drop::screen_reply_limited), 0u);
    EXPECT_LE(sent(kAccessPort).size(), 250u);
}

TEST_F(SipIngress, AccessListLongestPrefixWins) {
    tables.realms[0].access = {{*wire::parse_prefix("10.10.0.99"), true},
                               {*wire::parse_prefix("10.10.0.0/24"), false}};
    run(kAccessPort, access(options()));
    run(kAccessPort, eth().ip("10.10.0.10", "10.10.0.1").udp(5060, 5060).payload(options()));
    EXPECT_EQ(punted().size(), 1u);
    EXPECT_EQ(dropped(Drop::screen_denied), 1u);
}

TEST_F(SipIngress, ASourceHasItsOwnRate) {
    tables.realms[0].rate = {.per_source = 10, .per_source_burst = 5};
    run(kAccessPort, std::vector<Frame>(20, access(options())));
    EXPECT_EQ(punted().size(), 5u);
    EXPECT_EQ(dropped(Drop::screen_rate_source), 15u);
    run(kAccessPort, eth().ip("10.10.0.10", "10.10.0.1").udp(5060, 5060).payload(options()));
    EXPECT_EQ(punted().size(), 1u) << "another source is not touched";
    now += kSecond / 2;
    run(kAccessPort, std::vector<Frame>(20, access(options())));
    EXPECT_EQ(punted().size(), 5u) << "half a second earns five";
}

TEST_F(SipIngress, TrunkPeersAreExemptFromRates) {
    tables.realms[0].rate = {.per_source = 1, .per_source_burst = 1, .realm = 1, .realm_burst = 1};
    tables.realms[0].exempt = {*wire::parse_prefix("10.10.0.99")};
    run(kAccessPort, std::vector<Frame>(20, access(options())));
    EXPECT_EQ(punted().size(), 20u);
}

TEST_F(SipIngress, SizeAndHeaderCountAreTheRealms) {
    tables.realms[0].max_message = 600;
    tables.realms[0].max_headers = 8;
    run(kAccessPort, access(options("X-Big: " + std::string(600, 'x') + "\r\n")));
    EXPECT_EQ(dropped(Drop::screen_too_large), 1u);
    run(kAccessPort, access(options("A: 1\r\nB: 2\r\n")));
    EXPECT_EQ(punted().size(), 0u);
    const auto out = sent(kAccessPort);
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(parse(out[0]).payload.rfind("SIP/2.0 400 Too Many Headers", 0), 0u);
}

TEST_F(SipIngress, AFullRingIsCounted) {
    run(kAccessPort, std::vector<Frame>(3000, access(options())));
    turn();
    const std::size_t in_ring = punted().size();
    EXPECT_EQ(in_ring + dropped(Drop::screen_punt_full), 3000u);
}

TEST_F(SipIngress, BrokenFramesNeverPass) {
    const std::string good = access(options()).bytes();
    std::vector<std::string> cut;
    for (std::size_t n = 0; n < 60; ++n) cut.push_back(good.substr(0, n));
    run_raw(kAccessPort, cut);
    EXPECT_EQ(punted().size(), 0u);
    std::string wrong = good;
    wrong[14] = 0x46;  // IHL of 6: the length of the UDP header lies elsewhere now
    run_raw(kAccessPort, {wrong});
    EXPECT_EQ(punted().size(), 0u);
    expect_balanced_books();
}

TEST_F(SipIngress, OtherPortsAndAddressesAreNotOurs) {
    run(kAccessPort, eth().ip("10.10.0.99", "10.10.0.1").udp(5060, 5061).payload(options()));
    EXPECT_EQ(dropped(Drop::classify_no_listener), 1u);
    run(kAccessPort, eth().ip("10.10.0.99", "10.10.0.2").udp(5060, 5060).payload(options()));
    EXPECT_EQ(dropped(Drop::classify_no_listener), 1u);
    run(kAccessPort, eth().ip("10.10.0.99", "10.10.0.1").protocol(6).payload("tcp"));
    EXPECT_EQ(dropped(Drop::rx_not_ours), 1u);
}

}  // namespace
}  // namespace strowger::test
