// What the worker refuses while the control plane is behind, and what it lets in all the same.
#include "worker_fixture.hpp"

namespace strowger::test {
namespace {

class Overload : public WorkerTest {
  protected:
    Overload() { tables.overload = {.punt_depth = 3, .delay_us = 0, .retry_after_s = 7, .emergencies = {}}; }

    static std::string request(std::string_view method, std::string_view branch, std::string_view to_tag = "",
                               std::string_view user = "1002") {
        std::string text(method);
        text.append(" sip:").append(user).append(
            "@lab.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.99:5060;branch=z9hG4bK");
        text.append(branch).append("\r\nFrom: <sip:1001@lab.example>;tag=a\r\nTo: <sip:1002@lab.example>");
        text.append(to_tag).append("\r\nCall-ID: ").append(branch).append("\r\nCSeq: 1 ").append(method);
        return text + "\r\nContent-Length: 0\r\n\r\n";
    }
    static Frame from_phone(std::string_view payload) {
        return eth().ip("10.10.0.99", "10.10.0.1").udp(5060, 5060).payload(payload);
    }
    void send(std::string_view payload) { run(kAccessPort, from_phone(payload)); }
    // More wait than the limit allows.
    void fill() {
        for (int i = 0; i < 4; ++i) send(request("INVITE", "first" + std::to_string(i)));
        ASSERT_EQ(worker.arrivals.size(), 4u);
    }
    std::string answer() {
        const auto out = sent(kAccessPort);
        return out.size() == 1 ? parse(out[0]).payload : std::to_string(out.size()) + " answers";
    }
    static std::string tag_of(const std::string& answer) {
        const auto at = answer.find("\r\nTo: ");
        const auto from = answer.find(";tag=", at);
        return answer.substr(from, answer.find("\r\n", from) - from);
    }
    void take(std::size_t n) {
        std::vector<rings::Punt> some(n);
        ASSERT_EQ(worker.arrivals.pop(some), n);
        for (const auto& punt : some) worker.released.push(static_cast<core::Packet*>(punt.packet));
        turn();
    }
};

TEST_F(Overload, EveryNewRequestIsRefused) {
    fill();
    std::uint64_t refused = 0;
    for (const char* method : {"INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE", "MESSAGE", "PUBLISH"}) {
        send(request(method, method));
        const std::string text = answer();
        EXPECT_EQ(text.rfind("SIP/2.0 503 Service Unavailable\r\n", 0), 0u) << method;
        const auto at = text.find("Retry-After: ");
        ASSERT_NE(at, std::string::npos) << method;
        const int after = std::stoi(text.substr(at + 13));
        EXPECT_TRUE(after >= 7 && after <= 14) << after;
        EXPECT_EQ(moved(Counter::sip_refused_overload), 1u) << method;
        ++refused;
    }
    EXPECT_EQ(refused, 6u);
    EXPECT_EQ(punted().size(), 4u);
}

TEST_F(Overload, WhatIsInProgressGoesOnAndGoesFirst) {
    fill();
    send(request("INVITE", "again", ";tag=ours"));
    send(request("BYE", "bye", ";tag=ours"));
    send(request("ACK", "ack", ";tag=ours"));
    send(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.10.0.1:5060;branch=z9hG4bKours\r\nFrom: "
        "<sip:a@lab.example>;tag=a\r\n"
        "To: <sip:b@lab.example>;tag=b\r\nCall-ID: r\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(worker.punts.size(), 4u);
    EXPECT_EQ(worker.arrivals.size(), 4u);
    EXPECT_EQ(moved(Counter::sip_refused_overload), 0u);
    EXPECT_EQ(sent(kAccessPort).size(), 0u);
}

TEST_F(Overload, ACancelIsLetInBehindItsInvite) {
    fill();
    send(request("CANCEL", "first3"));
    EXPECT_EQ(worker.arrivals.size(), 5u);
    EXPECT_EQ(worker.punts.size(), 0u);
}

TEST_F(Overload, TheProbesOfATrunkAreLetIn) {
    tables.realms[0].exempt = {*wire::parse_prefix("10.10.0.99")};
    fill();
    send(request("OPTIONS", "probe"));
    EXPECT_EQ(worker.arrivals.size(), 5u);
    send(request("INVITE", "call"));
    EXPECT_EQ(moved(Counter::sip_refused_overload), 1u);
}

TEST_F(Overload, ARetransmissionMeetsTheFateOfTheFirst) {
    fill();
    send(request("INVITE", "late"));
    const std::string first = answer();
    EXPECT_EQ(first.rfind("SIP/2.0 503 ", 0), 0u);
    send(request("INVITE", "first2"));
    EXPECT_EQ(worker.arrivals.size(), 5u) << "the control plane knows this one already";
    take(5);
    send(request("INVITE", "late"));
    EXPECT_EQ(answer(), first) << "and the same tag, though there is room now";
    EXPECT_EQ(worker.arrivals.size(), 0u);
    send(request("INVITE", "later"));
    EXPECT_EQ(worker.arrivals.size(), 1u);
}

TEST_F(Overload, AcksToRefusalsEndHere) {
    send(request("ACK", "early", ";tag=0123456789abcdefg"));
    EXPECT_EQ(worker.punts.size(), 1u);
    fill();
    send(request("INVITE", "late"));
    send(request("ACK", "late", tag_of(answer())));
    EXPECT_EQ(moved(Counter::sip_refusals_acknowledged), 1u);
    send(request("ACK", "late", ";tag=0123456789abcdefg"));
    EXPECT_EQ(moved(Counter::sip_refusals_acknowledged), 0u) << "not our tag";
    EXPECT_EQ(worker.punts.size(), 2u);
}

TEST_F(Overload, EmergencyCallsAreAlwaysLetIn) {
    tables.overload.emergencies = {{.from = {kAccess}, .digits = {"112"}, .users = {"999"}},
                                   {.from = {kCore}, .digits = {"110"}, .users = {}}};
    fill();
    for (const char* user : {"112", "1-12", "112;phone-context=+49", "1123", "999"})
        send(request("INVITE", user, "", user));
    EXPECT_EQ(worker.punts.size(), 5u);
    EXPECT_EQ(moved(Counter::sip_emergency), 5u);
    for (const char* user : {"110", "9991", "1002"}) send(request("INVITE", user, "", user));
    EXPECT_EQ(moved(Counter::sip_refused_overload), 3u);
    std::string sos = request("INVITE", "sos");
    sos.replace(sos.find("sip:1002@lab.example"), 20, "urn:service:sos.fire");
    send(sos);
    EXPECT_EQ(moved(Counter::sip_emergency), 1u);
}

TEST_F(Overload, TheOldestMayNotWaitLongerThanTheDelay) {
    tables.overload = {.punt_depth = 0, .delay_us = 200'000, .retry_after_s = 0, .emergencies = {}};
    send(request("INVITE", "one"));
    now += 200 * kMillisecond;
    send(request("INVITE", "two"));
    EXPECT_EQ(worker.arrivals.size(), 2u);
    now += 1;
    send(request("INVITE", "three"));
    const std::string text = answer();
    EXPECT_EQ(text.rfind("SIP/2.0 503 ", 0), 0u);
    EXPECT_EQ(text.find("Retry-After"), std::string::npos);
    take(1);
    send(request("INVITE", "four"));
    EXPECT_EQ(worker.arrivals.size(), 2u) << "the older one is gone";
}

// 64 each 50 ms are taken: after 200 ms the 256th in the queue would wait too long, though none has yet.
TEST_F(Overload, WhoWouldWaitTooLongIsRefusedAtOnce) {
    tables.overload = {.punt_depth = 0, .delay_us = 200'000, .retry_after_s = 5, .emergencies = {}};
    int n = 0;
    for (int round = 0; round < 6; ++round) {
        for (int i = 0; i < 64; ++i) send(request("OPTIONS", std::to_string(n++)));
        now += 50 * kMillisecond;
        if (round != 0) take(64);
    }
    EXPECT_EQ(moved(Counter::sip_refused_overload), 0u);
    ASSERT_EQ(worker.arrivals.size(), 64u);
    for (int i = 0; i < 400; ++i) send(request("OPTIONS", std::to_string(n++)));
    const std::uint64_t let_in = worker.arrivals.size();
    EXPECT_GT(let_in, 200u);
    EXPECT_LT(let_in, 300u);
    EXPECT_EQ(moved(Counter::sip_refused_overload), 464u - let_in);
}

TEST_F(Overload, AnswersHaveARateOfTheirOwn) {
    fill();
    const auto flood = [&](const char* name, int count) {
        for (int i = 0; i < count; ++i) {
            send(request("OPTIONS", name + std::to_string(i)));
            sent(kAccessPort);
        }
    };
    flood("a", 5200);
    EXPECT_EQ(moved(Counter::sip_refused_overload), 5000u) << "a fifth of a second's worth at once";
    EXPECT_EQ(dropped(Drop::screen_overload), 200u);
    now += 10 * kMillisecond;
    flood("b", 300);
    EXPECT_EQ(moved(Counter::sip_refused_overload), 250u);
    EXPECT_EQ(dropped(Drop::screen_overload), 50u);
}

}  // namespace
}  // namespace strowger::test
