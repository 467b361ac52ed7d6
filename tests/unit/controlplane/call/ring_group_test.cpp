// Ring groups: who is rung in which order, and what comes when nobody takes it.
#include "call/group_memory.hpp"
#include "model/values.hpp"
#include "world.hpp"

namespace strowger::test {
namespace {

model::Members members(std::initializer_list<const char*> texts) {
    model::Members out;
    for (const auto* text : texts) EXPECT_EQ(model::read(text, {}, out.emplace_back()), "");
    return out;
}

struct Group : World {
    Group() {
        model.tenants["default"].domains = {"lab.example"};
        sales.name = "sales";
        sales.number = "1500";
        sales.ring_time = std::chrono::seconds(10);
        enroll("1003", d);
    }
    void ask(const std::string& called) {
        model.ring_groups["sales"] = sales;
        apply();
        asked = a.request("INVITE", called, audio(a.media_address, 4000));
        say(a, asked);
        if (!a.inbox.empty() && a.inbox.front().starts_with("SIP/2.0 100")) a.take();
    }
    void reaches(Party& party) { party.learn(party.take("INVITE")); }
    void rings(Party& party) {
        reaches(party);
        say(party, party.respond(party.invite_text, 180));
        a.take("SIP/2.0 180");
    }
    void refuses(Party& party, int status) {
        say(party, party.respond(party.invite_text, status));
        party.take("ACK");
    }
    void cancelled(Party& party) {
        const auto cancel = party.take("CANCEL");
        say(party, party.respond(cancel, 200));
        refuses(party, 487);
    }
    void refused(const char* start) {
        say(a, a.ack_refusal(asked, a.take(start)));
        media_events();
    }
    void answered_by(Party& party) {
        say(party, party.respond(party.invite_text, 200, audio(party.media_address, 6000)));
        a.learn(a.take("SIP/2.0 200"));
        say(a, a.in_dialog("ACK", "", "", a.cseq));
        party.take("ACK");
    }
    model::RingGroup sales;
    std::string asked;
};

TEST_F(Group, AllRingAndTheFirstTakesIt) {
    sales.members = members({"1002", "1003", "2001"});
    ask("1500");
    rings(c);
    rings(d);
    rings(pbx);
    answered_by(d);
    cancelled(c);
    cancelled(pbx);
    hang_up(a, d);
}

TEST_F(Group, OneAfterTheOther) {
    sales.strategy = model::Strategy::sequential;
    sales.members = members({"1002", "1003"});
    ask("1500");
    reaches(c);
    EXPECT_TRUE(d.quiet());
    refuses(c, 603);  // speaks for this member alone
    reaches(d);
    answered_by(d);
    hang_up(a, d);
}

TEST_F(Group, EachStepHasItsTime) {
    sales.strategy = model::Strategy::sequential;
    sales.members = members({"1002", "1003"});
    sales.on_no_answer = {.user = "2001"};
    ask("1500");
    rings(c);
    pass(10 * kSecond + 100 * kMillisecond);
    cancelled(c);
    rings(d);
    pass(10 * kSecond + 100 * kMillisecond);
    cancelled(d);
    reaches(pbx);
    EXPECT_EQ(header(pbx.invite_text, "Diversion"), "<sip:1500@lab.example>;reason=no-answer;counter=1");
    answered_by(pbx);
    hang_up(a, pbx);
}

TEST_F(Group, AStopCodeEndsTheHunt) {
    sales.strategy = model::Strategy::sequential;
    sales.members = members({"1002", "1003"});
    sales.stop_codes = {603};
    ask("1500");
    reaches(c);
    refuses(c, 603);
    refused("SIP/2.0 603");
    EXPECT_TRUE(d.quiet());
}

TEST_F(Group, BusyMeansThatAllAreBusy) {
    sales.members = members({"1002", "1003"});
    sales.on_busy = {.user = "2001"};
    sales.otherwise = {.user = "1002"};
    ask("1500");
    reaches(c);
    reaches(d);
    refuses(c, 486);
    EXPECT_TRUE(pbx.quiet());
    refuses(d, 486);
    reaches(pbx);
    answered_by(pbx);
    hang_up(a, pbx);

    ask("1500");
    reaches(c);
    reaches(d);
    refuses(c, 486);
    refuses(d, 403);
    reaches(c);  // otherwise
    EXPECT_TRUE(pbx.quiet());
    answered_by(c);
    hang_up(a, c);
}

TEST_F(Group, RoundRobinGoesOnBehindTheLastOne) {
    sales.strategy = model::Strategy::round_robin;
    sales.members = members({"1002", "1003"});
    ask("1500");
    reaches(c);
    answered_by(c);
    hang_up(a, c);
    ask("1500");
    reaches(d);
    answered_by(d);
    hang_up(a, d);
    ask("1500");
    reaches(c);
    answered_by(c);
    hang_up(a, c);
}

TEST_F(Group, TheLongestIdleComesFirst) {
    sales.strategy = model::Strategy::longest_idle;
    sales.members = members({"1002", "1003"});
    pass(kSecond);
    ask("1500");
    reaches(c);
    answered_by(c);
    hang_up(a, c);
    ask("1500");
    reaches(d);
    refuses(d, 486);
    reaches(c);
    answered_by(c);
    hang_up(a, c);
}

TEST_F(Group, GroupsWithinGroups) {
    model::RingGroup night;
    night.name = "night";
    night.strategy = model::Strategy::sequential;
    night.members = members({"1003", "2001"});
    model.ring_groups["night"] = night;
    sales.strategy = model::Strategy::sequential;
    sales.members = members({"1002", "group:night"});
    ask("1500");
    reaches(c);
    refuses(c, 486);
    reaches(d);
    refuses(d, 486);
    reaches(pbx);
    answered_by(pbx);
    hang_up(a, pbx);
}

TEST_F(Group, NobodyThereIsUnreachable) {
    sales.members = members({"1008", "1009"});
    ask("1500");
    refused("SIP/2.0 480");
    sales.on_unreachable = {.user = "2001"};
    ask("1500");
    reaches(pbx);
    answered_by(pbx);
    hang_up(a, pbx);
}

TEST_F(Group, ClosedLeadsElsewhere) {
    model.schedules["office"].name = "office";
    model.schedules["office"].override = model::Override::closed;
    sales.members = members({"1002"});
    sales.schedule = model::ScheduleRef{"office"};
    ask("1500");
    refused("SIP/2.0 480");
    sales.closed = {.user = "2001"};
    ask("1500");
    reaches(pbx);
    EXPECT_TRUE(c.quiet());
    answered_by(pbx);
    hang_up(a, pbx);
    model.schedules["office"].override = model::Override::open;
    ask("1500");
    reaches(c);
    answered_by(c);
    hang_up(a, c);
}

TEST_F(Group, AMemberOnATrunkHasItsSpareTarget) {
    sales.members = members({"1002", "2001"});
    ask("1500");
    rings(c);
    reaches(pbx);
    refuses(pbx, 503);
    reaches(spare);
    answered_by(spare);
    cancelled(c);
    hang_up(a, spare);
}

TEST_F(Group, ForwardedCallsReachGroups) {
    auto& subscriber = model.subscribers["1009"];
    subscriber.name = "1009";
    subscriber.forward_unreachable = {.group = "sales"};
    sales.members = members({"1003"});
    ask("1009");
    reaches(d);
    answered_by(d);
    hang_up(a, d);
}

TEST(GroupMemory, WeightsAreShares) {
    const call::GroupMemory memory;
    const auto all = members({"1;weight=3", "2", "3;weight=0"});
    int first = 0;
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
        const auto order = memory.order("g", model::Strategy::weighted, all, seed);
        ASSERT_EQ(order.size(), 3u);
        EXPECT_EQ(order[2], 2u);
        first += order[0] == 0 ? 1 : 0;
    }
    EXPECT_NEAR(first, 3000, 150);
}

TEST(GroupMemory, ChanceIsEven) {
    const call::GroupMemory memory;
    const auto all = members({"1", "2", "3"});
    int counts[3] = {};
    for (std::uint64_t seed = 0; seed < 3000; ++seed)
        ++counts[memory.order("g", model::Strategy::random, all, seed)[0]];
    for (const int n : counts) EXPECT_NEAR(n, 1000, 150);
}

}  // namespace
}  // namespace strowger::test
