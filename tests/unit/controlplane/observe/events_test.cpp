#include "observe/events.hpp"

#include <gtest/gtest.h>

namespace strowger::observe {
namespace {

struct EventsTest : testing::Test {
    void ring(const char* call) { events.tell(CallRing{.call = call, .to = "sip:1002@lab.example"}); }
    static std::vector<std::uint64_t> sequences(EventReader& reader) {
        std::vector<std::uint64_t> out;
        while (const ToldEvent* event = reader.next()) out.push_back(event->sequence);
        return out;
    }
    Events events{3, [] { return std::int64_t{1'700'000'000'123}; }};
};

TEST_F(EventsTest, AnEventIsAJsonObjectOfItsRow) {
    events.tell(CallEnd{
        .call = "7", .from = "sip:\"\xff\n@x", .ended_by = "caller", .sip_code = 200, .duration_s = 1.5});
    ASSERT_EQ(events.kept().size(), 1u);
    const ToldEvent& told = events.kept().front();
    EXPECT_EQ(told.data,
              R"({"call":"7","from":"sip:\"\u00ff\u000a@x","to":"","ended_by":"caller","sip_code":200,)"
              R"("reason":"","duration_s":1.5})");
    EXPECT_EQ(told.kind, EventKind::call_end);
    EXPECT_EQ(told.unix_ms, 1'700'000'000'123);
    EXPECT_EQ(told.sequence, 1u);
}

TEST_F(EventsTest, AReaderGetsEachOnceAndOnlyItsKind) {
    ring("1");
    events.tell(TargetUp{.trunk = "pbx"});
    EventReader calls(events, "call", 0);
    EventReader all(events, "", 1);
    EXPECT_EQ(sequences(calls), (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(sequences(all), (std::vector<std::uint64_t>{2})) << "after the first one";
    ring("2");
    EXPECT_EQ(sequences(calls), (std::vector<std::uint64_t>{3}));
    EXPECT_EQ(sequences(calls), (std::vector<std::uint64_t>{}));
}

TEST_F(EventsTest, ASlowReaderIsToldHowManyItMissed) {
    EventReader reader(events, "", 0);
    for (int i = 0; i < 5; ++i) ring("1");
    EXPECT_EQ(sequences(reader), (std::vector<std::uint64_t>{3, 4, 5}));
    EXPECT_EQ(reader.take_lost(), 2u);
    EXPECT_EQ(reader.take_lost(), 0u);
}

TEST_F(EventsTest, WatchersAreWokenWhileTheyWatch) {
    int woken = 0;
    auto watch = events.watch([&] { ++woken; });
    ring("1");
    EXPECT_EQ(woken, 1);
    watch.reset();
    ring("2");
    EXPECT_EQ(woken, 1);
}

TEST(Events, NoneAreKeptWhenNobodyWantsAny) {
    Events events(0, [] { return std::int64_t{0}; });
    events.tell(CallRing{.call = "1"});
    EXPECT_TRUE(events.kept().empty());
}

TEST(Events, KindsAreKnownByTheirBeginning) {
    EXPECT_TRUE(is_event_kind(""));
    EXPECT_TRUE(is_event_kind("call"));
    EXPECT_TRUE(is_event_kind("registered"));
    EXPECT_FALSE(is_event_kind("calls"));
}

}  // namespace
}  // namespace strowger::observe
