// Whole loads over a loop: what the caller sends comes in again as the callee's. DPDK starts once a process,
// so one network serves all tests.
#include <gtest/gtest.h>

#include <algorithm>

#include "generator.hpp"
#include "report.hpp"

namespace strowger::callgun {
namespace {

class LoadTest : public ::testing::Test {
  protected:
    static Options options_of(Load load) {
        Options o;
        o.load = load;
        for (Side* side : {&o.caller, &o.callee}) {
            side->port.name = "loop";
            side->port.driver = PortDriver::ring;
            side->port.descriptors = 1024;
        }
        std::string error;
        parse_addresses("10.1.0.1-3", o.caller.addresses, error);
        parse_addresses("10.2.0.1-2", o.callee.addresses, error);
        o.target = *wire::parse_endpoint("10.2.0.1:5060");
        o.media = {20'000, 20'199};
        o.packet_buffers = 8191;
        o.hold = 50 * kMillisecond;
        o.slots = 256;
        Names::parse("1001-1099", o.users, error);
        Names::parse("2001-2009", o.numbers, error);
        return o;
    }
    static void SetUpTestSuite() {
        static const Options base = options_of(Load::calls);
        static Network one;
        std::string error;
        ASSERT_TRUE(one.open(base, error)) << error;
        network = &one;
    }

    void run(const Stretch& stretch) {
        generator = std::make_unique<Generator>(options, *network);
        results = std::make_unique<Results>();
        outcome = generator->run(stretch, *results, stop);
    }
    [[nodiscard]] std::uint64_t failed(Failure reason) const {
        return results->failed_by_reason[static_cast<std::size_t>(reason)].get();
    }
    // Attempts end one way, and the packets that the core made and took are accounted for.
    void expect_balance() {
        EXPECT_EQ(results->attempted.get(), results->completed.get() + results->failed.get());
        EXPECT_EQ(results->malformed.get(), 0u);
        const CounterBlock& books = network->worker().books;
        const auto at = [&](Counter c) { return books.counters[static_cast<std::size_t>(c)]; };
        std::uint64_t drops = 0;
        for (const std::uint64_t d : books.drops) drops += d;
        EXPECT_EQ(at(Counter::rx_packets) + at(Counter::worker_originated),
                  at(Counter::tx_packets) + at(Counter::worker_consumed) + drops);
    }

    static Network* network;
    Options options;
    std::unique_ptr<Generator> generator;
    std::unique_ptr<Results> results;
    Outcome outcome;
    std::atomic<bool> stop{false};
};
Network* LoadTest::network = nullptr;

TEST_F(LoadTest, CallsWithMediaCompleteAndEveryPacketIsHeard) {
    options = options_of(Load::calls);
    options.rtp = true;
    options.hold = 200 * kMillisecond;
    run({.rate = 100, .count = 40, .drain = 40 * kSecond});
    expect_balance();
    EXPECT_EQ(results->completed.get(), 40u);
    EXPECT_EQ(results->answered.get(), 40u);
    const CalleeResults& callee = results->callee;
    EXPECT_EQ(callee.offered.get(), 40u);
    EXPECT_EQ(callee.answered.get(), 40u);
    EXPECT_EQ(callee.confirmed.get(), 40u);
    EXPECT_EQ(callee.released.get(), 40u);
    const MediaResults& media = results->media;
    EXPECT_EQ(media.legs.get(), 80u);
    EXPECT_EQ(media.silent_legs.get(), 0u);
    EXPECT_GE(media.received.get(), 40u * 2 * 9);
    EXPECT_EQ(media.lost.get() + media.duplicates.get() + media.reordered.get() + media.unknown.get(), 0u);
    EXPECT_EQ(media.one_way.count(), media.received.get());
    for (const Pair pair : {Pair::invite_180, Pair::invite_200, Pair::bye_200, Pair::answer_ack})
        EXPECT_EQ(results->of(pair).count(), 40u) << static_cast<int>(pair);
    EXPECT_GE(outcome.ended - outcome.began, 390 * kMillisecond + options.hold)
        << "it ran ahead of its schedule";
}

TEST_F(LoadTest, OptionsAndRegistrationsAreAnsweredOrCounted) {
    // The loop's callee answers OPTIONS of a calls load; here nobody but the scenario itself does: 200 and
    // 405.
    options = options_of(Load::options);
    run({.rate = 2000, .count = 100, .drain = kSecond});
    expect_balance();
    EXPECT_EQ(results->completed.get(), 100u);
    EXPECT_EQ(results->of(Pair::options_answer).count(), 100u);
    options = options_of(Load::register_);
    run({.rate = 2000, .count = 100, .drain = kSecond});
    expect_balance();
    EXPECT_EQ(results->failed_by_code[405].get(), 100u);
}

TEST_F(LoadTest, WhoDoesNotAnswerIsAskedAgainUntilTheTimerEnds) {
    options = options_of(Load::calls);
    options.target = *wire::parse_endpoint("10.2.0.1:5999");  // nobody's port
    options.t1 = 10 * kMillisecond;
    options.t2 = 40 * kMillisecond;
    run({.rate = 1000, .count = 5, .drain = 5 * kSecond});
    expect_balance();
    EXPECT_EQ(failed(Failure::timeout), 5u);
    // retransmission_test.cpp says when; on a busy machine some may come too late to be sent.
    EXPECT_GE(results->retransmissions.get(), 5u);
    EXPECT_LE(results->retransmissions.get(), 5u * 6);
    options.load = Load::options;
    run({.rate = 1000, .count = 5, .drain = 5 * kSecond});
    expect_balance();
    EXPECT_EQ(failed(Failure::timeout), 5u);
    EXPECT_GE(results->retransmissions.get(), 5u);
    EXPECT_LE(results->retransmissions.get(), 5u * 17);
}

TEST_F(LoadTest, WhatIsStillOpenAtTheEndIsUnfinished) {
    options = options_of(Load::calls);
    options.hold = 10 * kSecond;
    run({.rate = 1000, .count = 10, .drain = kSecond});
    expect_balance();
    EXPECT_EQ(failed(Failure::unfinished), 10u);
    EXPECT_EQ(results->callee.confirmed.get(), 10u);
}

TEST_F(LoadTest, MoreThanThereAreSlotsForIsOurOwnLimit) {
    options = options_of(Load::calls);
    options.slots = 4;
    options.hold = 2 * kSecond;
    run({.rate = 1000, .count = 10, .drain = 5 * kSecond});
    expect_balance();
    EXPECT_EQ(results->completed.get(), 4u);
    EXPECT_EQ(failed(Failure::no_slot), 6u);
    Report report;
    report.options = &options;
    report.results = std::move(results);
    const Summary summary = summarise(report);
    ASSERT_FALSE(summary.own_limits.empty());
    const bool told =
        std::any_of(summary.own_limits.begin(), summary.own_limits.end(),
                    [](const std::string& limit) { return limit.find("--slots") != std::string::npos; });
    EXPECT_TRUE(told);
    EXPECT_DOUBLE_EQ(summary.scr, 40.0);
    EXPECT_NE(report_text(report).find("callgun had no free slot"), std::string::npos);
    EXPECT_NE(report_json(report).find("\"no_slot\":6"), std::string::npos);
}

TEST_F(LoadTest, TooManyFailuresEndTheStretchEarly) {
    options = options_of(Load::register_);
    run({.rate = 1000, .count = 5000, .drain = kSecond, .most_failures = 10});
    expect_balance();
    EXPECT_TRUE(outcome.cut_short);
    EXPECT_LT(results->attempted.get(), 1000u);
}

}  // namespace
}  // namespace strowger::callgun
