#include "strowger/wire/sip_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "strowger/wire/sip_tokenise.hpp"
#include "support/readable.hpp"

namespace strowger::wire {
namespace {

void write_invite(SipWriter& w) {
    w.request_line("INVITE", "sip:bob@example.com");
    w.header(HeaderId::via, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1");
    w.header(HeaderId::max_forwards, 70u);
    w.begin(HeaderId::from);
    w.append("<sip:a@b>;tag=");
    w.append(4294967295u);
    w.end();
    w.header(HeaderId::to, "<sip:bob@example.com>");
    w.header(HeaderId::call_id, "1@2");
    w.header(HeaderId::cseq, "1 INVITE");
    w.header("X-Own", "value");
    w.finish("v=0\r\n");
}

TEST(SipWriter, WritesFrontToBack) {
    std::array<char, 1024> buffer;
    SipWriter w(buffer);
    write_invite(w);
    ASSERT_TRUE(w.ok());
    EXPECT_EQ(w.text(),
              "INVITE sip:bob@example.com SIP/2.0\r\n"
              "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
              "Max-Forwards: 70\r\n"
              "From: <sip:a@b>;tag=4294967295\r\n"
              "To: <sip:bob@example.com>\r\n"
              "Call-ID: 1@2\r\n"
              "CSeq: 1 INVITE\r\n"
              "X-Own: value\r\n"
              "Content-Length: 5\r\n\r\nv=0\r\n");
    const test::Readable bytes(w.text());
    SipView view;
    EXPECT_EQ(tokenise(bytes.data(), bytes.length(), view), TokeniseStatus::ok);
}

TEST(SipWriter, WritesAStatusLine) {
    std::array<char, 100> buffer;
    SipWriter w(buffer);
    w.status_line(183, reason_phrase(183));
    w.finish();
    EXPECT_EQ(w.text(), "SIP/2.0 183 Session Progress\r\nContent-Length: 0\r\n\r\n");
}

// Nobody may add a header field by way of a value.
TEST(SipWriter, LineEndsInValuesBecomeSpaces) {
    std::array<char, 200> buffer;
    SipWriter w(buffer);
    w.request_line("MESSAGE", "sip:a\r\nEvil:@b");
    w.header(HeaderId::subject, "a\r\n b\nEvil: x");
    w.header("X\r\nY", "z");
    EXPECT_EQ(w.text(), "MESSAGE sip:a  Evil:@b SIP/2.0\r\nSubject: a   b Evil: x\r\nX  Y: z\r\n");
}

TEST(SipWriter, RemembersOverflowAtEveryLength) {
    std::array<char, 1024> buffer;
    SipWriter whole(buffer);
    write_invite(whole);
    const std::string text(whole.text());
    for (std::size_t size = 0; size <= text.size(); ++size) {
        std::string room(size, '?');
        SipWriter w{std::span<char>(room)};
        write_invite(w);
        EXPECT_EQ(w.ok(), size == text.size()) << size;
        EXPECT_EQ(w.text(), text.substr(0, w.size()));
    }
}

TEST(ReasonPhrase, KnowsCodesAndClasses) {
    EXPECT_EQ(reason_phrase(100), "Trying");
    EXPECT_EQ(reason_phrase(486), "Busy Here");
    EXPECT_EQ(reason_phrase(423), "Interval Too Brief");
    EXPECT_EQ(reason_phrase(606), "Not Acceptable");
    EXPECT_EQ(reason_phrase(299), "OK");
    EXPECT_EQ(reason_phrase(499), "Bad Request");
    EXPECT_EQ(reason_phrase(599), "Server Internal Error");
    EXPECT_EQ(reason_phrase(0), "Unknown");
    EXPECT_EQ(reason_phrase(700), "Unknown");
}

}  // namespace
}  // namespace strowger::wire
