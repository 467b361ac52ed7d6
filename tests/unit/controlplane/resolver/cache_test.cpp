#include "resolver/cache.hpp"

#include <gtest/gtest.h>

#include "script.hpp"

namespace strowger::resolver {
namespace {

using State = Reading::State;

struct CacheTest : testing::Test {
    const Question host{"carrier.example", Type::a};
    transaction::TimerWheel wheel{kSecond};
    Script server;
    int news = 0;
    Cache cache{server, wheel, [this] { ++news; }};

    void pass(Nanoseconds time) {
        const auto end = wheel.now() + time;
        while (wheel.now() < end) wheel.advance(std::min(end, wheel.now() + 100 * kMillisecond));
    }
    void fill() {
        server.add("carrier.example", Type::a, {a(192, 0, 2, 1)}, 60);
        cache.read(host);
        server.answer();
    }
};

TEST_F(CacheTest, OneQuestionIsAskedOnceForAllWhoWait) {
    EXPECT_EQ(cache.read(host).state, State::pending);
    EXPECT_EQ(cache.read(host).state, State::pending);
    EXPECT_EQ(server.asked.size(), 1u);
    server.add("carrier.example", Type::a, {a(192, 0, 2, 1)});
    server.answer();
    EXPECT_EQ(news, 1);
    const auto reading = cache.read(host);
    ASSERT_EQ(reading.state, State::found);
    EXPECT_EQ(reading.records->front(), a(192, 0, 2, 1));
    EXPECT_EQ(reading.until, wheel.now() + 60 * kSecond);
    EXPECT_TRUE(server.asked.empty());
}

TEST_F(CacheTest, AnAnswerHoldsAsLongAsItSays) {
    fill();
    pass(59 * kSecond);
    EXPECT_EQ(cache.read(host).state, State::found);
    EXPECT_TRUE(server.asked.empty());
    pass(2 * kSecond);
    EXPECT_EQ(cache.read(host).state, State::pending);
    server.add("carrier.example", Type::a, {a(192, 0, 2, 2)});
    server.answer();
    EXPECT_EQ(cache.read(host).records->front(), a(192, 0, 2, 2));
}

TEST_F(CacheTest, NothingIsAnAnswerToo) {
    cache.read(host);
    server.answer();
    EXPECT_EQ(cache.read(host).state, State::nothing);
    EXPECT_TRUE(server.asked.empty()) << "negative answers are kept";
    pass(11 * kSecond);
    EXPECT_EQ(cache.read(host).state, State::pending);
    server.answer();
}

TEST_F(CacheTest, TheLastGoodAnswerServesWhileTheServerIsDead) {
    fill();
    pass(61 * kSecond);
    server.dead = true;
    EXPECT_EQ(cache.read(host).state, State::pending);
    server.answer();
    const auto reading = cache.read(host);
    ASSERT_EQ(reading.state, State::found);
    EXPECT_TRUE(reading.stale);
    EXPECT_TRUE(server.asked.empty()) << "not asked again at once";
    pass(6 * kSecond);
    cache.read(host);
    EXPECT_EQ(server.asked.size(), 1u) << "but after a while";
    server.dead = false;
    server.answer();
    EXPECT_FALSE(cache.read(host).stale);
}

TEST_F(CacheTest, StaleAnswersEnd) {
    cache.configure({.stale = 100 * kSecond});
    fill();
    server.dead = true;
    pass(120 * kSecond);
    cache.read(host);
    server.answer();
    EXPECT_EQ(cache.read(host).state, State::found);
    pass(60 * kSecond);
    cache.read(host);
    server.answer();
    EXPECT_EQ(cache.read(host).state, State::failed);
}

TEST_F(CacheTest, WhoWaitsTooLongTakesWhatIsThere) {
    fill();
    pass(61 * kSecond);
    EXPECT_EQ(cache.read(host).state, State::pending);
    pass(3 * kSecond);
    EXPECT_EQ(news, 2) << "the time-out is told";
    EXPECT_TRUE(cache.read(host).stale);
    EXPECT_EQ(cache.read({"other.example", Type::a}).state, State::pending);
    pass(3 * kSecond);
    EXPECT_EQ(cache.read({"other.example", Type::a}).state, State::failed);
    server.answer();  // late, and good for what comes
    EXPECT_FALSE(cache.read(host).stale);
}

TEST_F(CacheTest, ANameThatIsGoneIsNotServedStale) {
    fill();
    pass(61 * kSecond);
    server.zone.clear();
    cache.read(host);
    server.answer();
    EXPECT_EQ(cache.read(host).state, State::nothing);
}

TEST_F(CacheTest, AFullCacheDropsTheOldAndRefusesTheRest) {
    cache.configure({.entries = 2});
    for (const char* name : {"a.example", "b.example"}) cache.read({name, Type::a});
    EXPECT_EQ(cache.read({"c.example", Type::a}).state, State::failed);
    EXPECT_EQ(cache.counts().refused, 1u);
    server.answer();
    pass(11 * kSecond);
    EXPECT_EQ(cache.read({"c.example", Type::a}).state, State::pending);
    EXPECT_EQ(cache.counts().entries, 1u);
    server.answer();
}

TEST_F(CacheTest, WithoutAServerNothingHangs) {
    server.reachable = false;
    EXPECT_EQ(cache.read(host).state, State::failed);
    EXPECT_EQ(wheel.running(), 0u);
}

}  // namespace
}  // namespace strowger::resolver
