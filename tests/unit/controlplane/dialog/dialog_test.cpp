#include "dialog/dialog.hpp"

#include <gtest/gtest.h>

#include <set>

#include "dialog/tokens.hpp"
#include "dialog/write.hpp"
#include "message/incoming.hpp"

namespace strowger::dialog {
namespace {

message::Incoming parse(const std::string& text) {
    net::Flow flow;
    flow.remote = *wire::parse_endpoint("10.1.0.5:5060");
    flow.local = *wire::parse_endpoint("10.1.0.1:5060");
    wire::TokeniseStatus status;
    auto message = message::Incoming::parse(flow, text, 0, status);
    EXPECT_TRUE(message) << wire::describe(status);
    return message;
}

message::Incoming response(const std::string& more) {
    return parse(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.1.0.1;branch=z9hG4bKx\r\nFrom: <sip:a@x>;tag=1\r\n"
        "To: \"B\" <sip:b@y;p=1>;tag=2;z=3\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n" +
        more + "Content-Length: 0\r\n\r\n");
}

std::string request_of(const Dialog& dialog) {
    char buffer[2048];
    wire::SipWriter w(buffer);
    net::Flow flow;
    flow.local = *wire::parse_endpoint("[2001:db8::1]:5062");
    write_request(w, dialog, flow, "BYE", 7, "z9hG4bKb", 69, dialog.remote_tag);
    w.finish();
    EXPECT_TRUE(w.ok());
    return std::string(w.text());
}

Dialog established() {
    Dialog d;
    d.call_id = "c";
    d.local_tag = "1";
    d.remote_tag = "2";
    d.local = "<sip:a@x>";
    d.remote = "<sip:b@y>";
    d.flow.remote = *wire::parse_endpoint("192.0.2.7:5060");
    return d;
}

TEST(Dialog, LearnsTargetAndRoutesOfAResponseInReverse) {
    auto d = established();
    ASSERT_TRUE(learn(d,
                      response("Record-Route: <sip:10.1.0.5;lr>, <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\n"
                               "Contact: \"x\" <sip:b@10.9.9.9:5070;transport=udp>;q=1\r\n")
                          .sip(),
                      true, true));
    EXPECT_EQ(d.remote_target, "sip:b@10.9.9.9:5070;transport=udp");
    ASSERT_EQ(d.route_set.size(), 3u);
    EXPECT_EQ(d.route_set[0], "<sip:p3;lr>");
    EXPECT_EQ(d.route_set[2], "<sip:10.1.0.5;lr>");
    EXPECT_FALSE(learn(d, response("").sip(), true, true));
    EXPECT_FALSE(learn(d, response("Contact: *\r\n").sip(), true, true));
}

TEST(Dialog, RequestsFollowLooseRoutes) {
    auto d = established();
    d.remote_target = "sip:b@10.9.9.9";
    d.route_set = {"<sip:10.1.0.7:5066;lr>", "<sip:p2;lr>"};
    const auto text = request_of(d);
    EXPECT_TRUE(
        text.starts_with("BYE sip:b@10.9.9.9 SIP/2.0\r\n"
                         "Via: SIP/2.0/UDP [2001:db8::1]:5062;rport;branch=z9hG4bKb\r\n"))
        << text;
    EXPECT_NE(text.find("Route: <sip:10.1.0.7:5066;lr>\r\nRoute: <sip:p2;lr>\r\n"), std::string::npos);
    EXPECT_NE(text.find("From: <sip:a@x>;tag=1\r\nTo: <sip:b@y>;tag=2\r\nCall-ID: c\r\nCSeq: 7 BYE\r\n"),
              std::string::npos);
    wire::Endpoint hop;
    ASSERT_TRUE(next_hop(d, hop));
    EXPECT_EQ(wire::to_string(hop), "10.1.0.7:5066");
}

TEST(Dialog, AStrictRouterGetsTheRequestUri) {
    auto d = established();
    d.remote_target = "sip:b@10.9.9.9";
    d.route_set = {"<sip:10.1.0.7>", "<sip:p2;lr>"};
    const auto text = request_of(d);
    EXPECT_TRUE(text.starts_with("BYE sip:10.1.0.7 SIP/2.0\r\n")) << text;
    EXPECT_NE(text.find("Route: <sip:p2;lr>\r\nRoute: <sip:b@10.9.9.9>\r\n"), std::string::npos) << text;
}

TEST(Dialog, TheNextHopIsTheTargetUnlessThePeerIsPinnedOrNamed) {
    auto d = established();
    wire::Endpoint hop;
    d.remote_target = "sip:b@[2001:db8::9]";
    ASSERT_TRUE(next_hop(d, hop));
    EXPECT_EQ(wire::to_string(hop), "[2001:db8::9]:5060");
    d.remote_target = "sip:b@pbx.example";
    EXPECT_FALSE(next_hop(d, hop));
    d.remote_target = "sip:b@10.9.9.9";
    d.pinned = true;
    EXPECT_FALSE(next_hop(d, hop));
}

TEST(Dialog, PartiesAreKeptWithoutTheirTag) {
    EXPECT_EQ(without_tag("\"B\" <sip:b@y;p=1>;tag=2;z=3"), "\"B\" <sip:b@y;p=1>;z=3");
    EXPECT_EQ(without_tag("sip:b@y;tag=2"), "<sip:b@y>");
}

TEST(Dialog, ResponsesKeepTheRequestsWords) {
    const auto request = parse(
        "INVITE sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4:9;rport;branch=z9hG4bKx\r\nVia: SIP/2.0/UDP p\r\n"
        "Record-Route: <sip:p;lr>\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@y>\r\nCall-ID: c\r\nCSeq: 1 "
        "INVITE\r\n"
        "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n");
    char buffer[2048];
    wire::SipWriter w(buffer);
    write_response(w, request, 180, {}, "ours", true);
    w.finish();
    EXPECT_EQ(
        w.text(),
        "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 1.2.3.4:9;branch=z9hG4bKx;received=10.1.0.5;rport=5060\r\n"
        "Via: SIP/2.0/UDP p\r\nRecord-Route: <sip:p;lr>\r\nFrom: <sip:a@x>;tag=1\r\nTo: "
        "<sip:b@y>;tag=ours\r\n"
        "Call-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
}

TEST(Tokens, AreDifferentAndFindTheirWayBack) {
    Tokens tokens;
    std::set<std::string> seen;
    for (int i = 0; i < 2'000; ++i) {
        const auto tag = tokens.tag();
        EXPECT_EQ(tag.size(), 16u);
        EXPECT_NE(key_of(tag), 0u);
        EXPECT_TRUE(seen.insert(tag).second);
    }
    EXPECT_EQ(tokens.call_id().size(), 32u);
    EXPECT_EQ(key_of("0000000000000010"), 16u);
    EXPECT_EQ(key_of("not-a-tag-of-ours"), 0u);
    EXPECT_EQ(key_of("zzzzzzzzzzzzzzzz"), 0u);
}

TEST(Write, Hosts) {
    EXPECT_EQ(host_of(*wire::parse_endpoint("10.1.0.1:5060")), "10.1.0.1");
    EXPECT_EQ(host_of(*wire::parse_endpoint("[2001:db8::1]:5070")), "[2001:db8::1]:5070");
    net::Flow flow;
    flow.local = *wire::parse_endpoint("10.1.0.1:5060");
    EXPECT_EQ(contact_of(flow, ""), "<sip:10.1.0.1:5060>");
    flow.transport = net::TransportKind::tls;
    EXPECT_EQ(contact_of(flow, "1001"), "<sip:1001@10.1.0.1:5060;transport=tls>");
}

}  // namespace
}  // namespace strowger::dialog
