// What calls tell of the targets of trunks, and targets that were left for their quality.
#include "world.hpp"

namespace strowger::test {
namespace {

struct QualityOfCalls : World {
    void call(const std::string& number) {
        asked = a.request("INVITE", number, audio(a.media_address, 4000));
        say(a, asked);
        a.take("SIP/2.0 100");
    }
    const trunk::Setup& told(std::size_t i, std::uint16_t target) {
        EXPECT_GT(directory.setups.size(), i);
        EXPECT_EQ(directory.setups.at(i).first, target);
        return directory.setups.at(i).second;
    }
    std::string asked;
};

TEST_F(QualityOfCalls, TheDelayEndsWithTheFirstRinging) {
    call("2001");
    const auto invite = pbx.take("INVITE");
    pbx.learn(invite);
    say(pbx, pbx.respond(invite, 100));
    pass(300 * kMillisecond);
    say(pbx, pbx.respond(invite, 180));
    a.take("SIP/2.0 180");
    EXPECT_TRUE(directory.setups.empty()) << "how it ends is not known";
    pass(5 * kSecond);
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    pbx.take("ACK");
    EXPECT_TRUE(told(0, 0).answered);
    EXPECT_NEAR(static_cast<double>(told(0, 0).delay), 300e6, 20e6);
    dataplane.statistics.packets_received = 980;
    dataplane.statistics.lost_packets = 20;
    dataplane.statistics.jitter_us = 5000;
    dataplane.statistics.mos_100 = 385;
    hang_up(a, pbx);
    EXPECT_EQ(directory.setups.size(), 1u);
    ASSERT_EQ(directory.media.size(), 1u) << "the phone's side is not the trunk's";
    EXPECT_EQ(directory.media[0].first, 0);
    EXPECT_EQ(directory.media[0].second.packets, 980u);
    EXPECT_EQ(directory.media[0].second.lost, 20u);
    EXPECT_EQ(directory.media[0].second.mos_100, 385);
}

TEST_F(QualityOfCalls, EachTargetThatWasTriedIsTold) {
    call("2001");
    const auto first = pbx.take("INVITE");
    say(pbx, pbx.respond(first, 503));
    pbx.take("ACK");
    const auto second = spare.take("INVITE");
    spare.learn(second);
    say(spare, spare.respond(second, 180));
    a.take("SIP/2.0 180");
    say(a, a.cancel(asked));
    a.take("SIP/2.0 200");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 487")));
    const auto cancel = spare.take("CANCEL");
    say(spare, spare.respond(cancel, 200));
    say(spare, spare.respond(second, 487));
    spare.take("ACK");
    media_events();
    EXPECT_FALSE(told(0, 0).answered);
    EXPECT_EQ(told(0, 0).delay, 0);
    EXPECT_FALSE(told(1, 1).answered);
    EXPECT_GT(told(1, 1).delay, 0);
    EXPECT_TRUE(directory.media.empty());
}

TEST_F(QualityOfCalls, WhatWasLeftIsTriedAfterEveryOtherTrunk) {
    model.trunks["second"] = model.trunks["pbx"];
    model.trunks["second"].name = "second";
    model.routes["out"].trunks = {{"pbx"}, {"second"}};
    directory.last_resort = 0;
    calls.configure(call::compile(model, {"access", "core"}, {"pbx", "second"}));
    const auto lines = explain("2001");
    ASSERT_FALSE(lines.empty());
    const auto& plan = lines.back().detail;
    EXPECT_LT(plan.find("10.1.0.6:5060 (trunk second)"), plan.find("10.1.0.5:5060")) << plan;
    EXPECT_NE(plan.find("[mos is 2.00, min_mos 3.6: last resort]"), std::string::npos) << plan;
}

}  // namespace
}  // namespace strowger::test
