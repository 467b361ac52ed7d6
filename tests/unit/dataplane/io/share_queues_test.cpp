#include <gtest/gtest.h>

#include <set>

#include "io/port.hpp"

namespace strowger::io {
namespace {

using Case = std::tuple<int, int, int>;  // queues, workers, port

class ShareQueues : public ::testing::TestWithParam<Case> {
  protected:
    const std::uint16_t queues = static_cast<std::uint16_t>(std::get<0>(GetParam()));
    const std::size_t workers = static_cast<std::size_t>(std::get<1>(GetParam()));
    const PortId port{static_cast<std::uint16_t>(std::get<2>(GetParam()))};
    [[nodiscard]] QueueShare of(std::size_t worker) const {
        return share_queues(queues, workers, port, static_cast<WorkerId>(worker));
    }
};

TEST_P(ShareQueues, EveryQueueIsReadByExactlyOneWorker) {
    std::multiset<std::uint16_t> read;
    for (std::size_t w = 0; w < workers; ++w)
        for (const std::uint16_t queue : of(w).rx_queues) read.insert(queue);
    ASSERT_EQ(read.size(), queues);
    for (std::uint16_t queue = 0; queue < queues; ++queue) EXPECT_EQ(read.count(queue), 1u) << queue;
}

TEST_P(ShareQueues, AQueueIsWrittenByOneWorkerAndTheOthersReachIt) {
    std::set<std::uint16_t> written;
    for (std::size_t w = 0; w < workers; ++w) {
        const QueueShare share = of(w);
        if (share.owns_tx) {
            EXPECT_TRUE(written.insert(share.tx_queue).second)
                << "two workers write queue " << share.tx_queue;
            EXPECT_LT(share.tx_queue, queues);
        } else {
            EXPECT_NE(index(share.tx_owner), w);
            EXPECT_TRUE(of(index(share.tx_owner)).owns_tx);
        }
    }
    EXPECT_FALSE(written.empty());
}

INSTANTIATE_TEST_SUITE_P(All, ShareQueues,
                         ::testing::Combine(::testing::Values(1, 2, 3, 4, 8, 64),
                                            ::testing::Values(1, 2, 3, 8), ::testing::Values(0, 1, 5)));

TEST(ShareQueuesOfSeveralPorts, SingleQueuePortsSpreadOverTheWorkers) {
    EXPECT_EQ(share_queues(1, 2, PortId{0}, WorkerId{0}).rx_queues.size(), 1u);
    EXPECT_EQ(share_queues(1, 2, PortId{1}, WorkerId{1}).rx_queues.size(), 1u);
}

}  // namespace
}  // namespace strowger::io
