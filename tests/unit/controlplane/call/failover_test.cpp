// Trunk targets that stand in for one another: codes, silence, 100 and then silence, late answers, and time.
#include "world.hpp"

namespace strowger::test {
namespace {

struct Failover : World {
    void call_trunk() {
        asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
        say(a, asked);
        a.take("SIP/2.0 100");
        first = pbx.take("INVITE");
        pbx.learn(first);
    }
    void answered_by_spare() {
        second = spare.take("INVITE");
        spare.learn(second);
        EXPECT_TRUE(a.quiet()) << "the caller notices nothing";
        say(spare, spare.respond(second, 200, audio(spare.media_address, 6000)));
        a.learn(a.take("SIP/2.0 200"));
        say(a, a.in_dialog("ACK", "", "", a.cseq));
        spare.take("ACK");
    }
    model::Trunk& trunk() { return model.trunks["pbx"]; }
    std::string asked, first, second;
};

TEST_F(Failover, SilenceLeadsToTheNextAndTheLateOneIsCancelled) {
    call_trunk();
    pass(4 * kSecond + 10 * kMillisecond);
    pbx.inbox.clear();
    answered_by_spare();
    pass(5 * kSecond);
    EXPECT_TRUE(pbx.quiet()) << "not even repeated: it must not ring when it wakes up";
    say(pbx, pbx.respond(first, 180));
    const auto cancel = pbx.take("CANCEL");
    EXPECT_NE(header(cancel, "Reason").find("408"), std::string::npos);
    EXPECT_TRUE(a.quiet());
    say(pbx, pbx.respond(cancel, 200));
    say(pbx, pbx.respond(first, 487));
    pbx.take("ACK");
    hang_up(a, spare);
    EXPECT_FALSE(directory.results[0].alive);
}

TEST_F(Failover, ALateAnswerIsAcknowledgedAndEnded) {
    call_trunk();
    pass(4 * kSecond + 10 * kMillisecond);
    pbx.inbox.clear();
    answered_by_spare();
    say(pbx, pbx.respond(first, 200, audio(pbx.media_address, 6000)));
    pbx.take("ACK");
    const auto bye = pbx.take("BYE");
    say(pbx, pbx.respond(bye, 200));
    EXPECT_TRUE(a.quiet());
    hang_up(a, spare);
}

TEST_F(Failover, AHundredAndThenSilence) {
    trunk().progress_timeout = std::chrono::seconds(9);
    apply();
    call_trunk();
    say(pbx, pbx.respond(first, 100));
    pass(8 * kSecond);
    EXPECT_TRUE(spare.quiet());
    pass(1 * kSecond + 10 * kMillisecond);
    const auto cancel = pbx.take("CANCEL");
    answered_by_spare();
    say(pbx, pbx.respond(cancel, 200));
    say(pbx, pbx.respond(first, 487));
    pbx.take("ACK");
    hang_up(a, spare);
}

TEST_F(Failover, TheLastOneIsWaitedForAfterAHundred) {
    directory.order = {0};
    call_trunk();
    say(pbx, pbx.respond(first, 100));
    pass(60 * kSecond);
    EXPECT_TRUE(pbx.quiet());
    say(pbx, pbx.respond(first, 486));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    media_events();
}

TEST_F(Failover, WhatRangIsNeverLeft) {
    call_trunk();
    say(pbx, pbx.respond(first, 180));
    a.take("SIP/2.0 180");
    pass(60 * kSecond);
    EXPECT_TRUE(spare.quiet() && pbx.quiet());
    say(pbx, pbx.respond(first, 503));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 503")));
    EXPECT_TRUE(spare.quiet());
    media_events();
}

TEST_F(Failover, TheOperatorsCodes) {
    trunk().failover_codes = {404, 486};
    apply();
    call_trunk();
    say(pbx, pbx.respond(first, 404));
    pbx.take("ACK");
    answered_by_spare();
    hang_up(a, spare);

    call_trunk();
    say(pbx, pbx.respond(first, 503));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 503")));
    EXPECT_TRUE(spare.quiet()) << "503 is not among them";
    media_events();
}

TEST_F(Failover, NotBeyondItsTime) {
    model.system.failover_within = std::chrono::seconds(3);
    apply();
    call_trunk();
    pass(4 * kSecond + 10 * kMillisecond);
    EXPECT_TRUE(spare.quiet());
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 408")));
    media_events();
}

TEST_F(Failover, ASilentTrunkIsNotWaitedForAtAll) {
    directory.order = {0};
    call_trunk();
    pass(4 * kSecond + 10 * kMillisecond);
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 408")));
    EXPECT_EQ(directory.trunk_calls, 0) << "its call counts no more";
    media_events();
}

TEST_F(Failover, ATargetWithAnOpenCircuitIsPassedOver) {
    directory.resting = 0;
    asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    answered_by_spare();
    EXPECT_TRUE(pbx.quiet());
    hang_up(a, spare);
}

TEST_F(Failover, TheCallerMayGiveUpWhileNobodyAnswers) {
    call_trunk();
    pass(2 * kSecond);
    say(a, a.cancel(asked));
    a.take("SIP/2.0 200");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 487")));
    pass(10 * kSecond);
    EXPECT_TRUE(spare.quiet());
    media_events();
}

TEST_F(Failover, EmergencyCallsPassEveryLimitAndSayWhatTheyTake) {
    directory.trunk_max = 0;
    model.system.max_calls = 1;
    model.trunks["pbx"].max_bandwidth = 1000;
    model.realms["access"].calls_per_second = 1;
    model::Route emergency = model.routes["out"];
    emergency.name = "emergency";
    emergency.priority = 1;
    emergency.digits = {"211"};
    emergency.emergency = true;
    model.routes["emergency"] = emergency;
    apply();
    const auto other = c.request("INVITE", "2001", audio(c.media_address, 4000));
    say(c, other);
    say(c, c.ack_refusal(other, c.take("SIP/2.0 503")));
    asked = a.request("INVITE", "2110", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    first = pbx.take("INVITE");
    ASSERT_EQ(directory.loads.size(), 1u);
    EXPECT_TRUE(directory.loads[0].emergency);
    EXPECT_EQ(directory.loads[0].kbit, 80u);
    say(pbx, pbx.respond(first, 486));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    media_events();
}

TEST_F(Failover, CallsASecondAreRefusedWithTheConfiguredCode) {
    model.realms["access"].calls_per_second = 1;
    model.realms["access"].full_code = 480;
    apply();
    call_trunk();
    const auto other = c.request("INVITE", "2001", audio(c.media_address, 4000));
    say(c, other);
    say(c, c.ack_refusal(other, c.take("SIP/2.0 480")));
    say(pbx, pbx.respond(first, 486));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    media_events();
}

}  // namespace
}  // namespace strowger::test
