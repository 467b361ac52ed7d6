#include "strowger/wire/sip_values.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace strowger::wire {
namespace {

std::vector<std::string> elements(std::string_view text) {
    std::vector<std::string> out;
    std::string_view element;
    while (next_in_list(text, element)) out.emplace_back(element);
    return out;
}

TEST(SipNumber, IsDigitsAlone) {
    EXPECT_EQ(parse_number("0"), 0u);
    EXPECT_EQ(parse_number("4294967295"), 4294967295u);
    EXPECT_EQ(parse_number("00070"), 70u);
    for (const auto* text : {"", "4294967296", "18446744073709551617", "-1", "+1", " 1", "1 ", "1a", "0x1"})
        EXPECT_FALSE(parse_number(text)) << text;
}

TEST(SipCSeq, NumberAndMethod) {
    const auto cseq = parse_cseq(" 7 \r\n REGISTER ");
    ASSERT_TRUE(cseq);
    EXPECT_EQ(cseq->number, 7u);
    EXPECT_EQ(cseq->method, "REGISTER");
    for (const auto* text : {"", "1", "ACK", "1 A B", "1 A,B", "2147483648 ACK", "1ACK"})
        EXPECT_FALSE(parse_cseq(text)) << text;
}

TEST(SipToken, ComparesWithoutCase) {
    EXPECT_TRUE(same_token("TaG", "tAg"));
    EXPECT_TRUE(same_token("", ""));
    EXPECT_FALSE(same_token("tag", "tags"));
    EXPECT_FALSE(same_token("a[", "a{"));
    EXPECT_FALSE(same_token("@", "`"));
}

TEST(SipParameters, AreFoundByName) {
    const Parameters p(";lr;Transport=UDP ; quoted = \"a;b=\\\"c\\\",\" ;\r\n last=[::1]");
    EXPECT_TRUE(p.valid());
    EXPECT_EQ(p.find("lr"), "");
    EXPECT_EQ(p.find("transport"), "UDP");
    EXPECT_EQ(p.find("QUOTED"), "\"a;b=\\\"c\\\",\"");
    EXPECT_EQ(p.find("last"), "[::1]");
    EXPECT_FALSE(p.find("b"));
    EXPECT_FALSE(p.find("absent"));
    EXPECT_TRUE(Parameters("").valid());
}

TEST(SipParameters, TheFirstOfEqualNamesCounts) {
    EXPECT_EQ(Parameters(";a=1;A=2").find("a"), "1");
}

TEST(SipParameters, MayHaveNoValue) {
    std::string_view rest = ";a;b=c";
    Parameter p;
    ASSERT_TRUE(Parameters::next(rest, p));
    EXPECT_FALSE(p.has_value);
    ASSERT_TRUE(Parameters::next(rest, p));
    EXPECT_TRUE(p.has_value);
    EXPECT_FALSE(Parameters::next(rest, p));
    EXPECT_TRUE(rest.empty());
}

TEST(SipParameters, RefusesBadSyntax) {
    for (const auto* text : {"a=1", ";", ";;a", ";a=", ";a=;b", ";=b", ";a b", ";a=\"x", ";a=b c", ";a=b,c",
                             ";a=<b>", ";a;", ";a=\"b\"c"})
        EXPECT_FALSE(Parameters(text).valid()) << text;
    // Searching stops at the fault and does not guess.
    EXPECT_FALSE(Parameters(";a b;c=d").find("c"));
}

TEST(SipList, SplitsAtCommasOutsideQuotesAndBrackets) {
    EXPECT_EQ(elements("a"), (std::vector<std::string>{"a"}));
    EXPECT_EQ(elements(" a ,\r\n b,c "), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(elements("\"x, \\\" y\" <sip:a,b@c>;p=\",\", <sip:d;e=\"f>"),
              (std::vector<std::string>{"\"x, \\\" y\" <sip:a,b@c>;p=\",\"", "<sip:d;e=\"f>"}));
    EXPECT_EQ(elements(""), std::vector<std::string>{});
    EXPECT_EQ(elements(" \r\n "), std::vector<std::string>{});
}

TEST(SipList, EmptyElementsShow) {
    EXPECT_EQ(elements("a,,b"), (std::vector<std::string>{"a", "", "b"}));
    EXPECT_EQ(elements(",a"), (std::vector<std::string>{"", "a"}));
    EXPECT_EQ(elements("a,"), (std::vector<std::string>{"a"}));
}

TEST(SipList, AnOpenQuoteTakesTheRest) {
    EXPECT_EQ(elements("a, \"b, c"), (std::vector<std::string>{"a", "\"b, c"}));
    EXPECT_EQ(elements("<a, b"), (std::vector<std::string>{"<a, b"}));
}

}  // namespace
}  // namespace strowger::wire
