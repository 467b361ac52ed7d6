#include "observe/trace.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace strowger::observe {
namespace {

class TraceTest : public ::testing::Test {
  protected:
    void see(bool outgoing, const char* peer, const std::string& text, bool again = false) {
        net::Flow flow;
        flow.local = *wire::parse_endpoint("10.10.0.1:5060");
        flow.remote = *wire::parse_endpoint(peer);
        trace.on_message(outgoing, again, flow, text, now += 5 * kMillisecond);
    }
    static std::string message(std::string_view start, std::string_view call_id,
                               std::string_view from = "1001", std::string_view to = "1002",
                               std::string_view method = "INVITE") {
        return fmt::format(
            "{}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:{}@x>;tag=1\r\nTo: <sip:{}@x>\r\n"
            "Call-ID: {}\r\nCSeq: 1 {}\r\nContent-Length: 0\r\n\r\n",
            start, from, to, call_id, method);
    }
    void call() {
        see(false, "10.10.0.99:5060", message("INVITE sip:1002@x SIP/2.0", "left"));
        see(true, "10.10.0.99:5060", message("SIP/2.0 100 Trying", "left"));
        see(true, "10.20.0.10:5060", message("INVITE sip:1002@pbx SIP/2.0", "right"));
        see(true, "10.20.0.10:5060", message("INVITE sip:1002@pbx SIP/2.0", "right"), true);
        see(false, "10.20.0.10:5060", message("SIP/2.0 486 Busy Here", "right"));
    }
    Trace trace{100};
    Nanoseconds now = kSecond;
};

TEST_F(TraceTest, FindsByCallIdByNumberAndAcrossTheCall) {
    call();
    see(false, "10.10.0.77:5060", message("REGISTER sip:x SIP/2.0", "other", "1077", "1077", "REGISTER"));
    EXPECT_EQ(trace.find("left").size(), 2u);
    trace.link("left", "right");
    EXPECT_EQ(trace.find("left").size(), 5u);
    EXPECT_EQ(trace.find("right").size(), 5u);
    EXPECT_EQ(trace.find("1002").size(), 5u);
    EXPECT_EQ(trace.find("1077").size(), 1u);
    EXPECT_TRUE(trace.find("nobody").empty());
}

TEST_F(TraceTest, TheLadderHasAColumnForEachPeer) {
    call();
    trace.link("left", "right");
    const std::string text = ladder(trace.find("left"));
    EXPECT_NE(text.find("10.10.0.99:5060"), std::string::npos) << text;
    EXPECT_NE(text.find("10.20.0.10:5060"), std::string::npos);
    EXPECT_NE(text.find("INVITE 1002 again"), std::string::npos) << text;
    EXPECT_NE(text.find("486 Busy Here (INVITE)"), std::string::npos);
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    std::getline(lines, line);
    EXPECT_NE(line.find("INVITE 1002 -"), std::string::npos) << line;
    EXPECT_NE(line.find(">|"), std::string::npos) << "from the caller to us: " << line;
    EXPECT_NE(line.find("0.0"), std::string::npos);
}

TEST_F(TraceTest, TheRingForgetsTheOldest) {
    for (int i = 0; i < 250; ++i)
        see(false, "10.10.0.99:5060", message("OPTIONS sip:x SIP/2.0", fmt::format("c{}", i)));
    EXPECT_EQ(trace.size(), 100u);
    EXPECT_TRUE(trace.find("c149").empty());
    EXPECT_EQ(trace.find("c150").size(), 1u);
    EXPECT_EQ(trace.find("c249").size(), 1u);
    const auto all = trace.find("1001");
    ASSERT_EQ(all.size(), 100u);
    EXPECT_LT(all.front()->time, all.back()->time);
}

TEST_F(TraceTest, LongMessagesPushOutOlderOnes) {
    trace = Trace(100, 100'000);
    const std::string longer(30'000, 'x');
    for (int i = 0; i < 1000; ++i) {
        see(false, "10.10.0.99:5060", message("OPTIONS sip:x SIP/2.0", fmt::format("c{}", i)));
        if (i % 7 == 0) see(false, "10.10.0.99:5060", message("OPTIONS sip:x SIP/2.0", "long") + longer);
        ASSERT_LE(trace.bytes(), 100'000u);
        ASSERT_EQ(trace.find(fmt::format("c{}", i)).size(), 1u);
    }
    EXPECT_LE(trace.find("long").size(), 3u);
    EXPECT_GE(trace.find("long").size(), 2u);
    for (int i = 0; i < 100; ++i) see(false, "10.10.0.99:5060", message("OPTIONS sip:x SIP/2.0", "short"));
    EXPECT_EQ(trace.size(), 100u) << "short ones have their room again";
    EXPECT_LT(trace.bytes(), 70'000u);
    see(false, "10.10.0.99:5060", std::string(200'000, 'x'));
    EXPECT_EQ(trace.size(), 100u) << "what never fits is not kept";
    Trace none(0);
    none.on_message(false, false, {}, "x", 0);
    EXPECT_TRUE(none.find("x").empty());
}

TEST_F(TraceTest, WhatAPeerWroteDoesNotSteerTheTerminal) {
    const auto shown = [](const std::string& reason) {
        return summarise(message("SIP/2.0 486 " + reason, "left")).what;
    };
    EXPECT_EQ(shown("Besch\xc3\xa4"
                    "ftigt \xe2\x82\xac"),
              "486 Besch\xc3\xa4"
              "ftigt \xe2\x82\xac (INVITE)");
    EXPECT_EQ(shown("a\xc2\x9b"
                    "2Jb"),
              "486 a..2Jb (INVITE)")
        << "U+009B starts a control sequence";
    EXPECT_EQ(shown("a\x9b"
                    "2J\tb"),
              "486 a.2J.b (INVITE)");
    EXPECT_EQ(shown("cut \xe2\x82"), "486 cut .. (INVITE)") << "no UTF-8: JSON could not carry it";
}

TEST_F(TraceTest, GarbageIsKeptAndShown) {
    see(false, "10.10.0.99:5060", "INVITE sip:1002@x SIP/2.0\r\nCall-ID: broken\r\nFrom <\r\n\r\n");
    EXPECT_NO_FATAL_FAILURE(static_cast<void>(ladder(trace.find("broken"))));
}

TEST_F(TraceTest, TsharkReadsThePcapng) {
    call();
    see(false, "[fd10:a::99]:5060", message("OPTIONS sip:x SIP/2.0", "left"));
    std::string longest = message("NOTIFY sip:x SIP/2.0", "left");
    longest.resize(wire::kMaxMessage, 'x');  // a stream carries more than a datagram: it is cut
    see(false, "10.10.0.99:5060", longest);
    trace.link("left", "right");
    const std::string path = ::testing::TempDir() + "trace_test.pcapng";
    std::ofstream(path, std::ios::binary) << pcapng(trace.find("left"), 1'700'000'000 * kSecond);
    FILE* tshark = ::popen(
        ("tshark -r " + path + " -T fields -e sip.Method -e sip.Status-Code 2>/dev/null").c_str(), "r");
    ASSERT_NE(tshark, nullptr);
    std::string out;
    for (char line[256]; std::fgets(line, sizeof line, tshark) != nullptr;) out += line;
    ::pclose(tshark);
    EXPECT_EQ(out, "INVITE\t\n\t100\nINVITE\t\nINVITE\t\n\t486\nOPTIONS\t\nNOTIFY\t\n");
    std::remove(path.c_str());
}

}  // namespace
}  // namespace strowger::observe
