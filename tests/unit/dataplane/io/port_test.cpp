#include "io/port.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rte_ethdev.h>
#include <rte_ring.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "io/eal.hpp"
#include "io/ring_port.hpp"

namespace strowger::io {
namespace {

using core::Packet;
using ::testing::HasSubstr;

constexpr std::uint32_t kBuffers = 4096;

// DPDK starts once a process.
class Ports : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        DataplaneSpec spec;
        spec.worker_cpus = {-1, -1};
        spec.packet_buffers = kBuffers;
        std::string error;
        ASSERT_TRUE(start_eal(spec, core::kPacketPrivateSize, error)) << error;
        pool = make_packet_pool("unit", kBuffers, core::kPacketPrivateSize, error);
        ASSERT_NE(pool, nullptr) << error;
    }
    std::unique_ptr<Port> open(const PortSpec& spec, std::size_t workers = 1) {
        const std::vector<rte_mempool*> pools(workers, pool);
        return Port::open(spec, PortId{0}, pools, error);
    }
    static Packet* packet(std::string_view bytes) {
        Packet* p = rte_pktmbuf_alloc(pool);
        std::memcpy(rte_pktmbuf_append(p, static_cast<std::uint16_t>(bytes.size())), bytes.data(),
                    bytes.size());
        return p;
    }
    static std::string text(const Packet* p) { return {rte_pktmbuf_mtod(p, const char*), p->data_len}; }
    static PortSpec ring(const char* name, std::uint16_t queues = 1) {
        PortSpec spec;
        spec.name = name;
        spec.driver = PortDriver::ring;
        spec.queues = queues;
        spec.descriptors = 64;
        return spec;
    }
    static inline rte_mempool* pool = nullptr;
    std::string error;
};

TEST_F(Ports, EveryBufferLiesInThePiecesThatAfXdpRegisters) {
    // The check of make_packet_pool itself, made again by hand: nothing beyond base + count * size.
    struct Span {
        std::uintptr_t first = UINTPTR_MAX;
        std::uintptr_t last = 0;
        std::uint32_t count = 0;
    } span;
    rte_mempool_obj_iter(
        pool,
        [](rte_mempool*, void* seen, void* object, unsigned) {
            auto& s = *static_cast<Span*>(seen);
            s.first = std::min(s.first, reinterpret_cast<std::uintptr_t>(object));
            s.last = std::max(s.last, reinterpret_cast<std::uintptr_t>(object));
            ++s.count;
        },
        &span);
    const std::uint32_t size = pool->header_size + pool->elt_size + pool->trailer_size;
    EXPECT_EQ(span.count, kBuffers);
    EXPECT_LE(size, 4096u);
    EXPECT_EQ(span.last - span.first, std::uintptr_t{kBuffers - 1} * size);
}

TEST_F(Ports, MoreBuffersThanMemoryIsRefusedWithTheOptionsThatHelp) {
    EXPECT_EQ(make_packet_pool("huge", 10'000'000, core::kPacketPrivateSize, error), nullptr);
    EXPECT_THAT(error, HasSubstr("packet_buffers"));
}

TEST_F(Ports, AFrameGoesInAndAnotherComesOut) {
    const auto port = open(ring("plain"));
    ASSERT_NE(port, nullptr) << error;
    const RingEnds ends = ring_ends("plain");
    ASSERT_EQ(ends.in.size(), 1u);
    ASSERT_EQ(rte_ring_enqueue(ends.in[0], packet("hello")), 0);

    std::array<Packet*, 4> got{};
    ASSERT_EQ(rte_eth_rx_burst(port->ethdev(), 0, got.data(), 4), 1);
    EXPECT_EQ(text(got[0]), "hello");
    ASSERT_EQ(rte_eth_tx_burst(port->ethdev(), 0, got.data(), 1), 1);
    void* out = nullptr;
    ASSERT_EQ(rte_ring_dequeue(ends.out[0], &out), 0);
    EXPECT_EQ(text(static_cast<Packet*>(out)), "hello");
    rte_pktmbuf_free(static_cast<Packet*>(out));

    const PortState state = port->state();
    EXPECT_EQ(state.name, "plain");
    EXPECT_EQ(state.driver, "ring");
    EXPECT_EQ(state.tap_fd, -1);
    EXPECT_TRUE(state.link_up);
}

TEST_F(Ports, EachQueueHasItsEnds) {
    const auto port = open(ring("queues", 3), 2);
    ASSERT_NE(port, nullptr) << error;
    const RingEnds ends = ring_ends("queues");
    ASSERT_EQ(ends.in.size(), 3u);
    ASSERT_EQ(rte_ring_enqueue(ends.in[2], packet("third")), 0);
    std::array<Packet*, 4> got{};
    EXPECT_EQ(rte_eth_rx_burst(port->ethdev(), 0, got.data(), 4), 0);
    ASSERT_EQ(rte_eth_rx_burst(port->ethdev(), 2, got.data(), 4), 1);
    EXPECT_EQ(text(got[0]), "third");
    rte_pktmbuf_free(got[0]);
}

TEST_F(Ports, AClosedPortGivesEverythingBack) {
    const unsigned before = rte_mempool_avail_count(pool);
    {
        const auto port = open(ring("again"));
        ASSERT_NE(port, nullptr) << error;
        ASSERT_EQ(rte_ring_enqueue(ring_ends("again").in[0], packet("never read")), 0);
    }
    EXPECT_EQ(rte_mempool_avail_count(pool), before);
    EXPECT_TRUE(ring_ends("again").in.empty());
    EXPECT_NE(open(ring("again")), nullptr) << error;
}

TEST_F(Ports, TwoPortsOfOneName) {
    const auto first = open(ring("twin"));
    ASSERT_NE(first, nullptr) << error;
    EXPECT_EQ(open(ring("twin")), nullptr);
    EXPECT_THAT(error, HasSubstr("port twin: "));
    EXPECT_EQ(ring_ends("twin").in.size(), 1u) << "the first one's rings are still there";
}

TEST_F(Ports, PcapFilesAreReadAndWritten) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("strowger-pcap-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const std::string in = folder / "in.pcap";
    const std::string out = folder / "out.pcap";
    const std::string frame(60, 'f');
    FILE* file = std::fopen(in.c_str(), "wb");
    const std::uint32_t header[] = {0xa1b2c3d4, 0x00040002, 0, 0, 65'535, 1};
    const std::uint32_t record[] = {1, 0, 60, 60};
    std::fwrite(header, sizeof header, 1, file);
    std::fwrite(record, sizeof record, 1, file);
    std::fwrite(frame.data(), frame.size(), 1, file);
    std::fclose(file);
    {
        PortSpec spec;
        spec.name = "files";
        spec.driver = PortDriver::pcap;
        spec.device = in + "," + out;
        const auto port = open(spec);
        ASSERT_NE(port, nullptr) << error;
        std::array<Packet*, 4> got{};
        ASSERT_EQ(rte_eth_rx_burst(port->ethdev(), 0, got.data(), 4), 1);
        EXPECT_EQ(text(got[0]), frame);
        EXPECT_EQ(rte_eth_tx_burst(port->ethdev(), 0, got.data(), 1), 1);
    }
    EXPECT_EQ(std::filesystem::file_size(out), std::filesystem::file_size(in));
    std::filesystem::remove_all(folder);
}

TEST_F(Ports, AFileThatIsNotThereIsNamed) {
    PortSpec spec;
    spec.name = "files";
    spec.driver = PortDriver::pcap;
    spec.device = "/nowhere/in.pcap,/tmp/out.pcap";
    EXPECT_EQ(open(spec), nullptr);
    EXPECT_THAT(error, HasSubstr("port files: "));
    EXPECT_THAT(error, HasSubstr("/nowhere/in.pcap"));
}

TEST_F(Ports, AnUnboundNicIsToldHowToBind) {
    PortSpec spec;
    spec.name = "nic";
    spec.driver = PortDriver::pci;
    spec.device = "0000:3b:00.0";
    EXPECT_EQ(open(spec), nullptr);
    EXPECT_THAT(error, HasSubstr("dpdk-devbind.py -b vfio-pci 0000:3b:00.0"));
}

}  // namespace
}  // namespace strowger::io
