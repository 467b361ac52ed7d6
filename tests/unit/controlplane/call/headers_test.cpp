#include "call/headers.hpp"

#include <gtest/gtest.h>

#include "message/incoming.hpp"

namespace strowger::call {
namespace {

std::string copied(const std::string& headers, const HeaderRules& rules, bool with_type = true) {
    wire::TokeniseStatus status;
    const auto message =
        message::Incoming::parse({},
                                 "INVITE sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: "
                                 "<sip:a@x>;tag=1\r\nTo: <sip:b@y>\r\n"
                                 "Call-ID: c\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n" +
                                     headers + "Content-Length: 0\r\n\r\n",
                                 0, status);
    EXPECT_TRUE(message) << wire::describe(status);
    char buffer[4096];
    wire::SipWriter w(buffer);
    copy_headers(w, message.sip(), rules, with_type);
    return std::string(w.text());
}

TEST(Headers, UnknownOnesPassInOrderAsWritten) {
    const std::string text =
        "x-second: 2\r\nX-First: 1, 2\r\nAllow: INVITE\r\nX-First: 3\r\nReplaces: a;to-tag=b\r\n";
    EXPECT_EQ(copied(text, {}), text);
}

TEST(Headers, TheDialogsOwnNeverPass) {
    EXPECT_EQ(
        copied(
            "Contact: <sip:a@1.2.3.4>\r\nRoute: <sip:r;lr>\r\nRecord-Route: <sip:r;lr>\r\nPath: <sip:p>\r\n"
            "RSeq: 1\r\nRAck: 1 1 INVITE\r\nService-Route: <sip:s>\r\n",
            {}),
        "");
}

TEST(Headers, CompactNamesAreWrittenOut) {
    EXPECT_EQ(copied("k: timer\r\ns: hello\r\n", {}), "Supported: timer\r\nSubject: hello\r\n");
}

TEST(Headers, RemovedByAnySpelling) {
    const std::vector<std::string> remove{"supported", "X-ONE"};
    HeaderRules rules;
    rules.remove = remove;
    EXPECT_EQ(copied("k: timer\r\nX-One: 1\r\nX-Two: 2\r\n", rules), "X-Two: 2\r\n");
}

TEST(Headers, TheTypeOfABodyGoesWithIt) {
    EXPECT_EQ(copied("Content-Type: a/b\r\nContent-Disposition: session\r\n", {}, false), "");
    EXPECT_EQ(copied("c: a/b\r\n", {}), "Content-Type: a/b\r\n");
}

TEST(Headers, ProductNamesAreHidden) {
    HeaderRules rules;
    rules.hide_user_agent = true;
    rules.server_name = "Ours";
    EXPECT_EQ(copied("User-Agent: Phone\r\n", rules), "User-Agent: Ours\r\n");
    rules.server_name = "";
    EXPECT_EQ(copied("User-Agent: Phone\r\n", rules), "");
}

TEST(Headers, CredentialsForOurRealmEndHere) {
    HeaderRules rules;
    rules.digest_realm = "lab.example";
    EXPECT_EQ(copied("Proxy-Authorization: Digest username=\"realm\", realm=\"lab.example\"\r\n"
                     "Proxy-Authorization: Digest realm = \"other\", username=\"u\"\r\n",
                     rules),
              "Proxy-Authorization: Digest realm = \"other\", username=\"u\"\r\n");
}

TEST(Headers, IdentitiesPassBetweenTrustedSidesOnly) {
    const std::string text = "P-Asserted-Identity: <sip:1@x>\r\nRemote-Party-ID: <sip:1@x>\r\n";
    EXPECT_EQ(copied(text, {}), "");
    HeaderRules rules;
    rules.identity = true;
    EXPECT_EQ(copied(text, rules), text);
    rules.own_identity = true;
    EXPECT_EQ(copied(text, rules), "");
}

TEST(Headers, HostsOfTheOtherSideAreRewritten) {
    HeaderRules rules;
    rules.their_host = "10.1.0.5";
    rules.new_host = rules.our_host = "203.0.113.9";
    EXPECT_EQ(copied("Warning: 399 10.1.0.5:5060 \"a, b\", 301 pbx \"c\"\r\nDiversion: <sip:1@10.1.0.5>, "
                     "<sip:2@10.1.0.5>\r\n"
                     "Refer-To: <sip:3@10.1.0.5>\r\n",
                     rules),
              "Warning: 399 203.0.113.9 \"a, b\", 301 203.0.113.9 \"c\"\r\n"
              "Diversion: <sip:1@203.0.113.9>, <sip:2@203.0.113.9>\r\nRefer-To: <sip:3@203.0.113.9>\r\n");
}

TEST(Headers, OptionTagsAreTakenOutOfLists) {
    EXPECT_EQ(without_token("timer, 100REL ,replaces", "100rel"), "timer, replaces");
    EXPECT_EQ(without_token("100rel", "100rel"), "");
    HeaderRules rules;
    rules.no_100rel = true;
    EXPECT_EQ(copied("Require: 100rel\r\nSupported: 100rel, timer\r\n", rules), "Supported: timer\r\n");
}

}  // namespace
}  // namespace strowger::call
