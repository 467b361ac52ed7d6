#include "strowger/wire/sip_stream.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace strowger::wire {
namespace {

std::string message(std::string_view body, std::string_view extra = "") {
    return "MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z\r\n" + std::string(extra) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

struct Seen {
    std::vector<std::string> messages;
    std::string events;  // m, e (line end), k (keep-alive), B (broken)
    StreamFault fault = StreamFault::none;
};

// Feeds `bytes` in pieces of `piece`.
Seen feed(const std::string& bytes, std::size_t piece, SipStream stream = SipStream{}) {
    Seen seen;
    std::string pending;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        pending += bytes.substr(at, piece);
        while (true) {
            const StreamResult result = stream.next(pending);
            if (result.event == StreamEvent::need_more) break;
            if (result.event == StreamEvent::broken) {
                seen.events += 'B';
                seen.fault = result.fault;
                EXPECT_EQ(result.length, 0u);
                EXPECT_EQ(stream.next(pending).event, StreamEvent::broken);
                return seen;
            }
            EXPECT_GT(result.length, 0u);
            EXPECT_LE(result.length, pending.size());
            if (result.event == StreamEvent::message)
                seen.messages.push_back(pending.substr(0, result.length));
            seen.events += result.event == StreamEvent::message    ? 'm'
                           : result.event == StreamEvent::line_end ? 'e'
                                                                   : 'k';
            pending.erase(0, result.length);
        }
    }
    EXPECT_TRUE(pending.empty() || seen.fault == StreamFault::none);
    return seen;
}

TEST(SipStream, CutsMessagesWhereverThePiecesEnd) {
    const std::string a = message("hello");
    const std::string b = message("", "l : 0\r\nSubject: a\r\n b\r\n");
    const std::string c = message("SIP/2.0 in a body\r\n\r\n");
    const std::string bytes = a + b + "\r\n\r\n" + c + "\r\n" + a + "\r\n\r\n\r\n\r\n";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        const Seen seen = feed(bytes, piece);
        EXPECT_EQ(seen.events, "mmekmemekek") << piece;
        EXPECT_EQ(seen.messages, (std::vector<std::string>{a, b, c, a})) << piece;
    }
}

TEST(SipStream, AMessageBreaksAKeepAliveInTwo) {
    EXPECT_EQ(feed("\r\n" + message("x") + "\r\n", 3).events, "eme");
}

TEST(SipStream, BareLineFeedsAndResponses) {
    EXPECT_EQ(feed("SIP/2.0 200 OK\nl:3\n\nabc\n\n", 1).events, "mek");
    EXPECT_EQ(feed("sip/2.0 200 OK\r\nContent-Length\t:\r\n 3\r\n\r\nabc", 1).events, "m");
}

TEST(SipStream, WhatIsNoStartLineBreaksIt) {
    for (const std::string text : {"v=0\r\n", "INVITE sip:a@b\r\n", "GET / HTTP/1.1\r\n", " INVITE", "\rX",
                                   "\x16\x03\x01", ":", " SIP/2.0\r\n", "INVITE sip:a@b SIP2.0\r\n"}) {
        const Seen seen = feed(text, 1);
        EXPECT_EQ(seen.events, "B") << text;
        EXPECT_EQ(seen.fault, StreamFault::start_line) << text;
    }
    // Another version still is in step: tokenise() answers it.
    EXPECT_EQ(feed("INVITE sip:a@b SIP/7.0\r\nl: 0\r\n\r\n", 4).events, "m");
}

// RFC 4475 3.1.2.2 over a stream, seen from the other side: the rest of the body is no start line.
TEST(SipStream, AShortContentLengthBreaksTheNextMessage) {
    std::string text = message("v=0\r\no=x\r\n");
    text.replace(text.find("Content-Length: 10"), 18, "Content-Length: 5 ");
    const Seen seen = feed(text, 7);
    EXPECT_EQ(seen.events, "mB");
    EXPECT_EQ(seen.fault, StreamFault::start_line);
}

TEST(SipStream, ContentLengthMustBeThereAndClear) {
    for (const std::string header :
         {"", "Content-Length: -5\r\n", "Content-Length: \r\n", "Content-Length: 4294967296\r\n", "l: 3x\r\n",
          "l: 3\r\nContent-Length: 4\r\n", "XContent-Length: 3\r\n", "no colon l\r\n"}) {
        const Seen seen = feed("SIP/2.0 200 OK\r\n" + header + "\r\nabc", 5);
        EXPECT_EQ(seen.events, "B") << header;
        EXPECT_EQ(seen.fault, StreamFault::content_length) << header;
    }
    EXPECT_EQ(feed("SIP/2.0 200 OK\r\nl: 3\r\nContent-Length: 03\r\n\r\nabc", 5).events, "m");
}

TEST(SipStream, LimitsHold) {
    const std::string whole = message("0123456789");
    const std::size_t head = whole.size() - 10;
    EXPECT_EQ(feed(whole, 1, SipStream(head, whole.size())).events, "m");
    EXPECT_EQ(feed(whole, 1, SipStream(head - 1, whole.size())).fault, StreamFault::head_too_large);
    EXPECT_EQ(feed(whole, whole.size(), SipStream(head - 1, whole.size())).fault,
              StreamFault::head_too_large);
    EXPECT_EQ(feed(whole, 1, SipStream(head, whole.size() - 1)).fault, StreamFault::too_large);
    // Found before the body is there.
    EXPECT_EQ(feed("SIP/2.0 200 OK\r\nl: 4000000000\r\n\r\n", 1).fault, StreamFault::too_large);
    EXPECT_EQ(feed("SIP/2.0 200 OK\r\n" + std::string(17'000, 'x'), 100).fault, StreamFault::head_too_large);
    EXPECT_EQ(feed(std::string(17'000, 'x'), 100).fault, StreamFault::head_too_large);
}

TEST(SipStream, EveryFaultHasItsSentence) {
    for (int i = 1; i <= static_cast<int>(StreamFault::too_large); ++i)
        EXPECT_NE(describe(static_cast<StreamFault>(i)), describe(StreamFault::none));
}

}  // namespace
}  // namespace strowger::wire
