#include "io/kernel_device.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>

namespace strowger::io {
namespace {

// One request about one device; false: the device does not know it.
class Request {
  public:
    explicit Request(const std::string& name) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    }
    ~Request() {
        if (socket_ >= 0) ::close(socket_);
    }
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    bool run(unsigned long what) { return ::ioctl(socket_, what, &request) == 0; }
    template <typename Command>
    bool ethtool(Command& command) {
        request.ifr_data = reinterpret_cast<char*>(&command);
        return run(SIOCETHTOOL);
    }
    ifreq request{};

  private:
    int socket_;
};

}  // namespace

KernelDevice kernel_device(const std::string& name) {
    KernelDevice out;
    Request request(name);
    if (request.run(SIOCGIFMTU))
        out.mtu = static_cast<std::uint16_t>(std::min(request.request.ifr_mtu, 65'535));
    if (request.run(SIOCGIFFLAGS)) {
        const auto flags = static_cast<unsigned>(request.request.ifr_flags);
        out.up = (flags & IFF_UP) != 0 && (flags & IFF_RUNNING) != 0;
    }
    out.physical = ::access(("/sys/class/net/" + name + "/device").c_str(), F_OK) == 0;
    ethtool_channels channels{};
    channels.cmd = ETHTOOL_GCHANNELS;
    if (request.ethtool(channels)) {
        const std::uint32_t queues = channels.combined_count + channels.rx_count;
        out.queues = static_cast<std::uint16_t>(std::clamp<std::uint32_t>(queues, 1, 0xffff));
    }
    return out;
}

bool set_vlan_stripping(const std::string& name, bool on) {
    Request request(name);
    ethtool_value flags{.cmd = ETHTOOL_GFLAGS, .data = 0};
    if (!request.ethtool(flags)) return false;
    const bool was = (flags.data & ETH_FLAG_RXVLAN) != 0;
    if (was == on) return was;
    flags.cmd = ETHTOOL_SFLAGS;
    flags.data ^= ETH_FLAG_RXVLAN;
    request.ethtool(flags);
    return was;
}

int claim_device(int ifindex) {
    // An abstract Unix address: of this network namespace, as interface numbers are, and gone with its owner.
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const int length =
        std::snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "strowger-port-%d", ifindex);
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto size =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + static_cast<std::size_t>(length));
    if (fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) return fd;
    if (fd >= 0) ::close(fd);
    return -1;
}

}  // namespace strowger::io
