// Ports that DPDK owns: what goes on to the kernel's tap, and how much of it.
#include "worker_fixture.hpp"

namespace strowger::test {
namespace {

class KernelPath : public WorkerTest {
  protected:
    KernelPath() { worker.tx[index(kAccessPort)].to_kernel = &tap_; }
    ~KernelPath() override {
        core::Packet* packet = nullptr;
        while (tap_.pop({&packet, 1}) == 1) rte_pktmbuf_free(packet);
    }
    static std::string arp() {
        return std::string("\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x99\x08\x06", 14) + std::string(28, '\0');
    }
    rings::Spsc<core::Packet*> tap_{1024};
};

TEST_F(KernelPath, WhatIsNotOursGoesToTheTap) {
    run_raw(kAccessPort, {arp()});
    run(kAccessPort,
        eth().ip("10.10.0.99", "10.10.0.1").udp(4000, 53).payload("who"));  // nothing of ours listens
    run(kAccessPort, eth().ip("10.10.0.99", "10.10.0.1").protocol(6).payload("segment"));
    EXPECT_EQ(moved(Counter::worker_to_kernel), 3u);
    EXPECT_EQ(tap_.size(), 3u);
}

TEST_F(KernelPath, AFloodOfOneKindLeavesTheOthersTheirShare) {
    const std::vector<Frame> flood(50, eth().ip("10.10.0.99", "10.10.0.1").udp(4000, 53).payload("flood"));
    const auto kernel = [&] { return moved(Counter::worker_to_kernel); };
    std::uint64_t through = 0;
    core::Packet* packet = nullptr;
    for (int i = 0; i < 100; ++i) {
        run(kAccessPort, flood);
        through += kernel();
        while (tap_.pop({&packet, 1}) == 1) rte_pktmbuf_free(packet);
    }
    EXPECT_EQ(through, core::KernelLimits::kRates[3] / core::KernelLimits::kBurstPart);
    EXPECT_EQ(dropped(Drop::classify_kernel_rate), 5000 - through);
    run_raw(kAccessPort, {arp()});
    EXPECT_EQ(kernel(), 1u);
}

TEST_F(KernelPath, AFullRingIsCounted) {
    const std::vector<Frame> burst(50, eth().ip("10.10.0.99", "10.10.0.1").udp(4000, 53).payload("x"));
    for (int i = 0; i < 22; ++i) run(kAccessPort, burst);
    EXPECT_EQ(moved(Counter::worker_to_kernel), 1024u);
    EXPECT_EQ(dropped(Drop::classify_kernel_full), 22u * 50 - 1024);
}

}  // namespace
}  // namespace strowger::test
