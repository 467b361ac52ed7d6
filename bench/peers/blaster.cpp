// Sends frames into one interface at a set rate and counts what comes out of another: an open loop over
// AF_PACKET, on one core, for whatever forwards between the two.
//
//   blaster IN_NETNS:IFACE OUT_NETNS:IFACE FRAMES RATE SECONDS [TURNS]
//
// FRAMES is a file: frames one after the other, each behind its length (16 bits, little endian); they are
// sent in turn. RATE is in frames a second; 0: as fast as it goes. With TURNS the frames are RTP, whose
// sequence numbers and timestamps go on from turn to turn, and that many turns were sent before.
//
// Prints one line of JSON: sent, received (UDP over IPv4), refused (by the kernel), missed (that we did not
// read in time), seconds.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kBatch = 32;
constexpr unsigned kSlot = 256;  // bytes kept of a received frame
constexpr unsigned kSlots = 32'768;
constexpr double kLast = 0.4;  // seconds to wait for what is still under way
constexpr std::size_t kRtp = 42;

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "blaster: %s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(1);
}

double now() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

struct Interface {
    int socket;
    int index;
};

// A packet socket on "netns:iface"; the thread stays in that namespace.
Interface open_interface(const std::string& where, int protocol) {
    const std::size_t colon = where.find(':');
    const std::string path = "/run/netns/" + where.substr(0, colon);
    const std::string name = where.substr(colon + 1);
    const int ns = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (colon == std::string::npos || ns < 0 || ::setns(ns, CLONE_NEWNET) != 0) fail(path);
    ::close(ns);
    const int s = ::socket(AF_PACKET, SOCK_RAW, 0);
    const auto index = static_cast<int>(::if_nametoindex(name.c_str()));
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(static_cast<std::uint16_t>(protocol));
    address.sll_ifindex = index;
    if (s < 0 || index == 0) fail(where);
    if (protocol == 0) return {s, index};
    // The ring is there before the first frame.
    const int version = TPACKET_V2;
    const tpacket_req request{.tp_block_size = kSlot * 1024,
                              .tp_block_nr = kSlots / 1024,
                              .tp_frame_size = kSlot,
                              .tp_frame_nr = kSlots};
    if (::setsockopt(s, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
        ::setsockopt(s, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0 ||
        ::bind(s, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fail("receiving from " + where);
    return {s, index};
}

class Receiver {
  public:
    explicit Receiver(const Interface& interface) : socket_(interface.socket) {
        void* at = ::mmap(nullptr, std::size_t{kSlot} * kSlots, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_POPULATE, socket_, 0);
        if (at == MAP_FAILED) fail("the receive ring");
        ring_ = static_cast<unsigned char*>(at);
    }
    void poll() {
        for (;;) {
            auto* header = reinterpret_cast<tpacket2_hdr*>(ring_ + std::size_t{next_} * kSlot);
            if ((__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0) return;
            const auto* frame = reinterpret_cast<const unsigned char*>(header) + header->tp_mac;
            const auto* from = reinterpret_cast<const sockaddr_ll*>(
                reinterpret_cast<const unsigned char*>(header) + TPACKET_ALIGN(sizeof(tpacket2_hdr)));
            if (from->sll_pkttype != PACKET_OUTGOING && header->tp_len >= kRtp && frame[12] == 8 &&
                frame[13] == 0 && frame[23] == 17)
                ++received;
            __atomic_store_n(&header->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
            next_ = (next_ + 1) % kSlots;
        }
    }
    std::uint64_t missed() const {
        tpacket_stats stats{};
        socklen_t size = sizeof stats;
        ::getsockopt(socket_, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
        return stats.tp_drops;
    }
    std::uint64_t received = 0;

  private:
    int socket_;
    unsigned char* ring_ = nullptr;
    unsigned next_ = 0;
};

std::vector<std::string> read_frames(const char* path) {
    std::ifstream file(path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    std::vector<std::string> frames;
    for (std::size_t at = 0; at + 2 <= all.size();) {
        const std::size_t length =
            static_cast<unsigned char>(all[at]) | static_cast<unsigned char>(all[at + 1]) << 8;
        frames.push_back(all.substr(at + 2, length));
        at += 2 + length;
    }
    if (frames.empty()) fail(std::string(path) + " has no frames");
    return frames;
}

class Sender {
  public:
    Sender(const Interface& interface, std::vector<std::string> frames, const char* turns)
        : socket_(interface.socket), frames_(std::move(frames)), rtp_(turns != nullptr) {
        if (rtp_)
            for (std::string& frame : frames_) advance(frame, static_cast<std::uint32_t>(std::atol(turns)));
        const int one = 1;
        ::setsockopt(socket_, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
        to_.sll_family = AF_PACKET;
        to_.sll_ifindex = interface.index;
        to_.sll_halen = 6;
    }
    void send(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            std::string& frame = frames_[next_++ % frames_.size()];
            if (rtp_) advance(frame, 1);
            parts_[i] = {frame.data(), frame.size()};
            messages_[i].msg_hdr = {
                .msg_name = &to_, .msg_namelen = sizeof to_, .msg_iov = &parts_[i], .msg_iovlen = 1};
        }
        for (std::size_t done = 0; done < count;) {
            const int n = ::sendmmsg(socket_, messages_.data() + done, static_cast<unsigned>(count - done),
                                     MSG_DONTWAIT);
            if (n > 0) {
                sent += static_cast<std::uint64_t>(n);
                done += static_cast<std::size_t>(n);
                continue;
            }
            if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) fail("sending");
            ++refused;
            ++done;
        }
    }
    std::uint64_t sent = 0;
    std::uint64_t refused = 0;

  private:
    static void advance(std::string& frame, std::uint32_t turns) {
        std::uint16_t sequence;
        std::uint32_t timestamp;
        std::memcpy(&sequence, &frame[kRtp + 2], 2);
        std::memcpy(&timestamp, &frame[kRtp + 4], 4);
        sequence = htons(static_cast<std::uint16_t>(ntohs(sequence) + turns));
        timestamp = htonl(ntohl(timestamp) + turns * 160);
        std::memcpy(&frame[kRtp + 2], &sequence, 2);
        std::memcpy(&frame[kRtp + 4], &timestamp, 4);
    }
    int socket_;
    std::vector<std::string> frames_;
    bool rtp_;
    std::size_t next_ = 0;
    sockaddr_ll to_{};
    std::array<iovec, kBatch> parts_{};
    std::array<mmsghdr, kBatch> messages_{};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        std::fprintf(stderr, "usage: blaster IN_NETNS:IFACE OUT_NETNS:IFACE FRAMES RATE SECONDS [TURNS]\n");
        return 2;
    }
    const double rate = std::atof(argv[4]);
    const double seconds = std::atof(argv[5]);
    auto frames = read_frames(argv[3]);
    Receiver in(open_interface(argv[2], ETH_P_ALL));
    Sender out(open_interface(argv[1], 0), std::move(frames), argc > 6 ? argv[6] : nullptr);
    const double start = now();
    std::uint64_t given = 0;
    double at = start;
    for (; at - start < seconds; at = now()) {
        // What is due by now, and never a burst of more than a batch.
        const auto due = rate > 0 ? static_cast<std::uint64_t>((at - start) * rate) : given + kBatch;
        if (due > given) {
            const std::size_t n = std::min<std::uint64_t>(kBatch, due - given);
            out.send(n);
            given += n;
        }
        in.poll();
    }
    const double took = at - start;
    for (const double end = now() + kLast; now() < end; ::usleep(200)) in.poll();
    std::printf("{\"sent\": %lu, \"received\": %lu, \"refused\": %lu, \"missed\": %lu, \"seconds\": %.6f}\n",
                out.sent, in.received, out.refused, in.missed(), took);
    return 0;
}
