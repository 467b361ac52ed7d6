#include "strowger/wire/sip_tokenise.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/readable.hpp"

namespace strowger::wire {
namespace {

// A message with its table, tokenised by every twin that this CPU has; they must agree on the status.
struct Parsed {
    explicit Parsed(std::string_view text) : bytes(text) {
        status = tokenise(bytes.data(), bytes.length(), view);
        message = SipMessage(bytes.data(), bytes.length(), &view);
        for (const auto variant : {TokeniseVariant::scalar, TokeniseVariant::avx2, TokeniseVariant::avx512}) {
            if (!available(variant)) continue;
            SipView other;
            EXPECT_EQ(tokenise_with(variant, bytes.data(), bytes.length(), other), status) << text;
        }
    }
    test::Readable bytes;
    SipView view;
    SipMessage message;
    TokeniseStatus status{};
};

const std::string kHead =
    "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds\r\n"
    "Max-Forwards: 70\r\n"
    "To: Bob <sip:bob@biloxi.com>\r\n"
    "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
    "Call-ID: a84b4c76e66710\r\n"
    "CSeq: 314159 INVITE\r\n";
const std::string kInviteLine = "INVITE sip:bob@biloxi.com SIP/2.0\r\n";

std::string invite(std::string_view extra = "", std::string_view body = "") {
    return kInviteLine + kHead + std::string(extra) + "\r\n" + std::string(body);
}
TokeniseStatus status_of(const std::string& text) {
    return Parsed(text).status;
}

TEST(Tokenise, ReadsARequest) {
    const Parsed p(invite("Content-Type: application/sdp\r\nContent-Length: 4\r\n", "v=0\n"));
    ASSERT_EQ(p.status, TokeniseStatus::ok);
    EXPECT_TRUE(p.message.is_request());
    EXPECT_EQ(p.message.method(), Method::invite);
    EXPECT_EQ(p.message.method_text(), "INVITE");
    EXPECT_EQ(p.message.uri(), "sip:bob@biloxi.com");
    EXPECT_EQ(p.view.header_count, 8);
    EXPECT_EQ(p.message.header(HeaderId::call_id), "a84b4c76e66710");
    EXPECT_EQ(p.message.header(HeaderId::to), "Bob <sip:bob@biloxi.com>");
    EXPECT_EQ(p.message.header(HeaderId::content_type), "application/sdp");
    EXPECT_EQ(p.message.body(), "v=0\n");
    EXPECT_EQ(p.message.text(p.view.headers[1].name), "Max-Forwards");
    EXPECT_FALSE(p.message.has(HeaderId::contact));
}

TEST(Tokenise, ReadsAResponse) {
    const Parsed p("SIP/2.0 486 Busy Here\r\n" + kHead + "\r\n");
    ASSERT_EQ(p.status, TokeniseStatus::ok);
    EXPECT_FALSE(p.message.is_request());
    EXPECT_EQ(p.message.status(), 486);
    EXPECT_EQ(p.message.reason(), "Busy Here");
    EXPECT_EQ(p.message.method(), Method::invite);
    EXPECT_EQ(p.message.method_text(), "INVITE");
}

TEST(Tokenise, ReasonMayBeEmptyOrOfAnyScript) {
    EXPECT_EQ(Parsed("SIP/2.0 100 \r\n" + kHead + "\r\n").message.reason(), "");
    EXPECT_EQ(status_of("SIP/2.0 100 \r\n" + kHead + "\r\n"), TokeniseStatus::ok);
    EXPECT_EQ(status_of("SIP/2.0 100\r\n" + kHead + "\r\n"), TokeniseStatus::ok);
    EXPECT_EQ(Parsed("SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe\r\n" + kHead + "\r\n").message.reason(),
              "= 2**3 * 5**2 \xd0\xbd\xd0\xbe");
}

TEST(Tokenise, RefusesBadStatusLines) {
    for (const auto* line : {"SIP/2.0 99 Low", "SIP/2.0 700 High", "SIP/2.0 4294967301 Big", "SIP/2.0 2x0 No",
                             "SIP/2.0", "SIP/2.0 ", "SIP/2 200 OK", "SIP/2. 200 OK", "SIP/.0 200 OK",
                             "SIP/x.0 200 OK", "SIP/2.0  200 OK", "SIP/2.0 200 O\x01K"})
        EXPECT_EQ(status_of(std::string(line) + "\r\n" + kHead + "\r\n"), TokeniseStatus::start_line) << line;
    EXPECT_EQ(status_of("SIP/3.0 200 OK\r\n" + kHead + "\r\n"), TokeniseStatus::version);
}

TEST(Tokenise, RefusesBadRequestLines) {
    for (const auto* line :
         {"", "INVITE", "INVITE ", "INVITE sip:a@b", "INVITE  sip:a@b SIP/2.0", "INVITE sip:a@b  SIP/2.0",
          "INVITE sip:a@b SIP/2.0 ", " INVITE sip:a@b SIP/2.0", "INVITE <sip:a@b> SIP/2.0",
          "INVITE sip:a b@c SIP/2.0", "INVITE sip: SIP/2.0", "INVITE bob SIP/2.0", "INVITE :a SIP/2.0",
          "INVITE sip:a@b HTTP/1.1", "INVITE sip:a@b SIP2.0", "INV(TE sip:a@b SIP/2.0",
          "INVITE\tsip:a@b\tSIP/2.0", "INVITE sip:a@\x01 SIP/2.0", "INVITE sip:a@\xc3\xa9 SIP/2.0"})
        EXPECT_EQ(status_of(std::string(line) + "\r\n" + kHead + "\r\n"), TokeniseStatus::start_line) << line;
}

TEST(Tokenise, AFaultyRequestLineStillGivesTheFieldsForAnAnswer) {
    const Parsed p("INVITE sip:bob@biloxi.com SIP/2.0 \r\n" + kHead + "\r\n");
    EXPECT_EQ(p.status, TokeniseStatus::start_line);
    EXPECT_EQ(p.message.method(), Method::invite);
    EXPECT_EQ(p.message.header(HeaderId::call_id), "a84b4c76e66710");
    const Parsed response("SIP/2.0 4294967301 x\r\n" + kHead + "\r\n");
    EXPECT_TRUE(response.message.method_text().empty());
}

TEST(Tokenise, KnowsOtherVersionsAndTheirFields) {
    const Parsed p("INVITE sip:bob@biloxi.com SIP/7.0\r\n" + kHead + "\r\n");
    EXPECT_EQ(p.status, TokeniseStatus::version);
    EXPECT_EQ(p.message.header(HeaderId::cseq), "314159 INVITE");
    EXPECT_EQ(status_of("INVITE sip:bob@biloxi.com SIP/2.00\r\n" + kHead + "\r\n"), TokeniseStatus::version);
    EXPECT_EQ(status_of("INVITE sip:bob@biloxi.com sip/2.0\r\n" + kHead + "\r\n"), TokeniseStatus::ok);
}

TEST(Tokenise, KeepsUnknownMethodsAndSchemes) {
    std::string head = kHead;
    head.replace(head.find("INVITE"), 6, "RE%47IST%45R");
    const Parsed p("RE%47IST%45R nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\r\n" + head + "\r\n");
    ASSERT_EQ(p.status, TokeniseStatus::ok);
    EXPECT_EQ(p.message.method(), Method::other);
    EXPECT_EQ(p.message.method_text(), "RE%47IST%45R");
}

TEST(Tokenise, SkipsLineEndsBeforeTheStartLine) {
    const Parsed p("\r\n\n\r\n" + invite());
    ASSERT_EQ(p.status, TokeniseStatus::ok);
    EXPECT_EQ(p.message.method_text(), "INVITE");
    EXPECT_EQ(p.message.header(HeaderId::max_forwards), "70");
    EXPECT_EQ(status_of("\r\n\r\n"), TokeniseStatus::start_line);
    EXPECT_EQ(status_of(""), TokeniseStatus::start_line);
    SipView view;
    EXPECT_EQ(tokenise(nullptr, 0, view), TokeniseStatus::start_line);
}

TEST(Tokenise, BareLineFeedsEndLines) {
    std::string text = invite("Subject: x\r\n");
    std::erase(text, '\r');
    const Parsed p(text);
    ASSERT_EQ(p.status, TokeniseStatus::ok);
    EXPECT_EQ(p.message.header(HeaderId::subject), "x");
    EXPECT_EQ(p.view.head_length, text.size());
}

TEST(Tokenise, NamesComeInAnyCaseCompactAndWithWhiteSpace) {
    const Parsed p(
        "INVITE sip:b@c SIP/2.0\r\nv:SIP/2.0/UDP h;branch=z\r\nMAX-FORWARDS  \t:  7 \t\r\nt "
        ":<sip:a@b>\r\nF:\t<sip:b@c>;tag=1\r\n"
        "i: 1@2\r\ncSeq: 1 INVITE\r\nk:\r\nX-Own_Header!: a: b\r\n\r\n");
    ASSERT_EQ(p.status, TokeniseStatus::ok);
    EXPECT_EQ(p.message.header(HeaderId::via), "SIP/2.0/UDP h;branch=z");
    EXPECT_EQ(p.message.header(HeaderId::max_forwards), "7");
    EXPECT_EQ(p.message.header(HeaderId::to), "<sip:a@b>");
    EXPECT_EQ(p.message.header(HeaderId::from), "<sip:b@c>;tag=1");
    EXPECT_TRUE(p.message.has(HeaderId::supported));
    EXPECT_EQ(p.message.header(HeaderId::supported), "");
    EXPECT_EQ(p.message.text(p.view.headers[7].name), "X-Own_Header!");
    EXPECT_EQ(p.message.text(p.view.headers[7].value), "a: b");
    EXPECT_EQ(p.message.text(p.view.headers[1].name), "MAX-FORWARDS");
}

TEST(Tokenise, FoldedLinesAreOneValue) {
    const Parsed p(invite(
        "Subject: I know you're there,\r\n  pick up\n\tnow\r\nUser-Agent:\r\n x\r\nServer: y\r\n \r\n"));
    ASSERT_EQ(p.status, TokeniseStatus::ok);
    EXPECT_EQ(p.message.header(HeaderId::subject), "I know you're there,\r\n  pick up\n\tnow");
    EXPECT_EQ(p.message.header(HeaderId::user_agent), "x");
    EXPECT_EQ(p.message.header(HeaderId::server), "y");
    EXPECT_EQ(status_of(kInviteLine + " folded: start line\r\n" + kHead + "\r\n"),
              TokeniseStatus::header_syntax);
}

TEST(Tokenise, RefusesBadHeaderLines) {
    for (const auto* line : {"no colon", ": no name", "two words: x", "Na(me: x",
                             "Subject: a\x01"
                             "b",
                             "Subject: a\x7f"
                             "b",
                             "Sub\x01ject: x", "Subject: a\rb", "Subject: a\r", "Subject: \x01", "a\rb: x",
                             "Subject: \"open \x07\"", "Subject: \\\x07", "Call\rID: x", "\xc3\xa9: x"})
        EXPECT_EQ(status_of(invite(std::string(line) + "\r\n")), TokeniseStatus::header_syntax) << line;
    EXPECT_EQ(status_of(invite(std::string("Subject: a\0b\r\n", 14))), TokeniseStatus::header_syntax);
    // Bare LF behind a control character that is no CR.
    EXPECT_EQ(status_of(invite("Subject: a\x02\n")), TokeniseStatus::header_syntax);
}

// RFC 3261 25.1 quoted-pair; RFC 4475 3.1.1.2
TEST(Tokenise, ControlCharactersMayStandEscapedInQuotes) {
    constexpr char kValue[] = "\"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f\" <sip:a@b>";
    const std::string value(kValue, sizeof kValue - 1);
    const Parsed p(invite("Contact: " + value + "\r\n"));
    ASSERT_EQ(p.status, TokeniseStatus::ok);
    EXPECT_EQ(p.message.header(HeaderId::contact), value);
    EXPECT_EQ(status_of(invite("Subject: \xff\xfe tab\there\r\n")), TokeniseStatus::ok);
}

TEST(Tokenise, WantsAnEmptyLine) {
    const std::string whole = invite("Subject: x\r\n");
    for (std::size_t n = kInviteLine.size(); n < whole.size(); ++n)
        EXPECT_EQ(status_of(whole.substr(0, n)), TokeniseStatus::no_end_of_head) << n;
    for (std::size_t n = 0; n < kInviteLine.size(); ++n)
        EXPECT_EQ(status_of(whole.substr(0, n)), TokeniseStatus::start_line) << n;
    EXPECT_EQ(status_of(whole), TokeniseStatus::ok);
}

TEST(Tokenise, CountsHeaders) {
    std::string extra;
    for (std::size_t i = 6; i < kMaxHeaders; ++i) extra += "X: y\r\n";
    EXPECT_EQ(status_of(invite(extra)), TokeniseStatus::ok);
    const Parsed p(invite(extra + "X: y\r\n"));
    EXPECT_EQ(p.status, TokeniseStatus::too_many_headers);
    EXPECT_EQ(p.view.header_count, kMaxHeaders);
}

TEST(Tokenise, TheLargestMessageIs65535Bytes) {
    const std::string head = invite();
    EXPECT_EQ(status_of(head + std::string(kMaxMessage - head.size(), 'x')), TokeniseStatus::ok);
    EXPECT_EQ(status_of(head + std::string(kMaxMessage - head.size() + 1, 'x')), TokeniseStatus::too_long);
}

TEST(Tokenise, ContentLengthSaysWhereTheBodyEnds) {
    EXPECT_EQ(Parsed(invite("", "rest")).message.body(), "rest");
    EXPECT_EQ(Parsed(invite("Content-Length: 2\r\n", "rest")).message.body(), "re");
    EXPECT_EQ(Parsed(invite("l: 0\r\n", "rest")).message.body(), "");
    EXPECT_EQ(Parsed(invite("l: 4\r\nContent-Length: 04\r\n", "rest")).message.body(), "rest");
    for (const auto* value :
         {"5", "-1", "", "4 4", "4,4", "4294967300", "18446744073709551620", "+4", "0x4", "four"})
        EXPECT_EQ(status_of(invite("Content-Length: " + std::string(value) + "\r\n", "rest")),
                  TokeniseStatus::content_length)
            << value;
    EXPECT_EQ(status_of(invite("Content-Length: 4\r\nl: 3\r\n", "rest")), TokeniseStatus::content_length);
}

TEST(Tokenise, MandatoryHeadersStandOnce) {
    for (const auto* name : {"Via", "To", "From", "Call-ID", "CSeq"}) {
        std::string head = kHead;
        head.insert(head.find(std::string(name) + ":"), "X-");
        EXPECT_EQ(status_of(kInviteLine + head + "\r\n"), TokeniseStatus::mandatory_header) << name;
    }
    for (const auto* line :
         {"To: <sip:a@b>", "f: <sip:a@b>", "i: other", "CSeq: 314159 INVITE", "Max-Forwards: 70"})
        EXPECT_EQ(status_of(invite(std::string(line) + "\r\n")), TokeniseStatus::mandatory_header) << line;
    EXPECT_EQ(status_of(invite("Via: SIP/2.0/UDP second;branch=z\r\nContact: <sip:a@b>\r\nm: <sip:a@c>\r\n")),
              TokeniseStatus::ok);
    std::string head = kHead;
    head.replace(head.find("a84b4c76e66710"), 14, "");
    EXPECT_EQ(status_of(kInviteLine + head + "\r\n"), TokeniseStatus::mandatory_header);
    head = kHead;
    head.erase(head.find("Max-Forwards"), 18);
    EXPECT_EQ(status_of(kInviteLine + head + "\r\n"), TokeniseStatus::ok);
}

TEST(Tokenise, CSeqFitsTheRequest) {
    const auto with = [](std::string_view cseq) {
        std::string head = kHead;
        head.replace(head.find("314159 INVITE"), 13, cseq);
        return status_of(kInviteLine + head + "\r\n");
    };
    EXPECT_EQ(with("2147483647 INVITE"), TokeniseStatus::ok);
    EXPECT_EQ(with("0009  \t INVITE"), TokeniseStatus::ok);
    EXPECT_EQ(with("1\r\n INVITE"), TokeniseStatus::ok);
    for (const auto* value : {"2147483648 INVITE", "36893488147419103232 INVITE", "-1 INVITE", "1 ACK",
                              "1 invite", "1", "INVITE", "1INVITE", "1 INVITE x", "x INVITE"})
        EXPECT_EQ(with(value), TokeniseStatus::cseq) << value;
}

TEST(Tokenise, EachVisitsFieldsInOrder) {
    const Parsed p(invite("Route: <sip:a;lr>\r\nX: y\r\nroute: <sip:b;lr>, <sip:c;lr>\r\n"));
    ASSERT_EQ(p.status, TokeniseStatus::ok);
    std::vector<std::string> routes;
    p.message.each(HeaderId::route, [&](std::string_view value) { routes.emplace_back(value); });
    EXPECT_EQ(routes, (std::vector<std::string>{"<sip:a;lr>", "<sip:b;lr>, <sip:c;lr>"}));
}

TEST(Tokenise, EveryStatusHasItsPhrase) {
    for (int i = 0; i <= static_cast<int>(TokeniseStatus::cseq); ++i)
        for (int k = 0; k < i; ++k)
            EXPECT_NE(describe(static_cast<TokeniseStatus>(i)), describe(static_cast<TokeniseStatus>(k)));
    EXPECT_TRUE(available(TokeniseVariant::scalar));
}

}  // namespace
}  // namespace strowger::wire
