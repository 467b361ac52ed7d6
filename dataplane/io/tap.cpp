#include "io/tap.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <rte_mbuf.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace strowger::io {
namespace {

constexpr std::size_t kRing = 4096;  // bulk TCP overflows less
constexpr int kMaxSegments = 16;

ifreq request_for(const std::string& name) {
    ifreq request{};
    std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    return request;
}

bool configure(const std::string& name, const wire::Mac& mac, std::uint16_t mtu) {
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    ifreq address = request_for(name);
    address.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    std::memcpy(address.ifr_hwaddr.sa_data, mac.data(), mac.size());
    ifreq size = request_for(name);
    size.ifr_mtu = mtu;
    ifreq flags = request_for(name);
    // A device of rings has no address of its own: the tap keeps the one that the kernel drew.
    const bool addressed = mac == wire::Mac{} || ::ioctl(socket, SIOCSIFHWADDR, &address) == 0;
    bool done =
        addressed && ::ioctl(socket, SIOCSIFMTU, &size) == 0 && ::ioctl(socket, SIOCGIFFLAGS, &flags) == 0;
    flags.ifr_flags = static_cast<short>(flags.ifr_flags | IFF_UP);
    done = done && ::ioctl(socket, SIOCSIFFLAGS, &flags) == 0;
    ::close(socket);
    return done;
}

}  // namespace

std::unique_ptr<Tap> Tap::open(const std::string& name, const wire::Mac& mac, std::uint16_t mtu,
                               std::size_t workers, std::string& error) {
    std::unique_ptr<Tap> tap(new Tap);
    tap->fd_ = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    ifreq request = request_for(name);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (tap->fd_ < 0 || ::ioctl(tap->fd_, TUNSETIFF, &request) != 0 || !configure(name, mac, mtu)) {
        error = "the tap " + name + " cannot be made: " + std::strerror(errno) +
                "; run with CAP_NET_ADMIN, and with a name that no interface has";
        return nullptr;
    }
    tap->ifindex_ = static_cast<int>(::if_nametoindex(name.c_str()));
    for (std::size_t i = 0; i < workers; ++i)
        tap->rings_.push_back(std::make_unique<rings::Spsc<core::Packet*>>(kRing));
    return tap;
}

Tap::~Tap() {
    core::Packet* packet = nullptr;
    for (auto& ring : rings_)
        while (ring->pop({&packet, 1}) == 1) rte_pktmbuf_free(packet);
    if (fd_ >= 0) ::close(fd_);
}

bool Tap::waiting() const {
    return std::any_of(rings_.begin(), rings_.end(), [](const auto& ring) { return !ring->empty(); });
}

void Tap::set_carrier(bool up) {
    if (up == carrier_) return;
    int carrier = up ? 1 : 0;
    if (::ioctl(fd_, TUNSETCARRIER, &carrier) == 0) carrier_ = up;
}

void Tap::write_waiting(std::size_t limit) {
    for (auto& ring : rings_) {
        core::Packet* packet = nullptr;
        for (std::size_t n = 0; n < limit && ring->pop({&packet, 1}) == 1; ++n) {
            std::array<iovec, kMaxSegments> segments;
            int count = 0;
            for (core::Packet* part = packet; part != nullptr && count < kMaxSegments; part = part->next)
                segments[static_cast<std::size_t>(count++)] = {rte_pktmbuf_mtod(part, void*), part->data_len};
            // A full device queue drops, as a NIC would.
            [[maybe_unused]] const auto written = ::writev(fd_, segments.data(), count);
            rte_pktmbuf_free(packet);
        }
    }
}

core::Packet* Tap::read(rte_mempool* pool) {
    core::Packet* packet = rte_pktmbuf_alloc(pool);
    if (packet == nullptr) return nullptr;
    const auto n = ::read(fd_, rte_pktmbuf_mtod(packet, void*), rte_pktmbuf_tailroom(packet));
    if (n > 0 && rte_pktmbuf_append(packet, static_cast<std::uint16_t>(n)) != nullptr) return packet;
    rte_pktmbuf_free(packet);
    return nullptr;
}

}  // namespace strowger::io
