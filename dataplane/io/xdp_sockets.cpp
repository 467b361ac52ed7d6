#include "io/xdp_sockets.hpp"

#include <dirent.h>
#include <linux/if_xdp.h>
#include <sys/socket.h>

#include <cstdlib>

namespace strowger::io {
namespace {

bool read_statistics(int socket, xdp_statistics& out) {
    socklen_t size = sizeof out;
    return ::getsockopt(socket, SOL_XDP, XDP_STATISTICS, &out, &size) == 0;
}

}  // namespace

std::vector<int> xdp_sockets() {
    std::vector<int> out;
    DIR* descriptors = ::opendir("/proc/self/fd");
    if (descriptors == nullptr) return out;
    while (const dirent* entry = ::readdir(descriptors)) {
        if (entry->d_name[0] == '.') continue;
        const int fd = std::atoi(entry->d_name);
        xdp_statistics statistics{};
        if (read_statistics(fd, statistics)) out.push_back(fd);
    }
    ::closedir(descriptors);
    return out;
}

std::uint64_t invalid_descriptors(int socket) {
    xdp_statistics statistics{};
    return read_statistics(socket, statistics) ? statistics.tx_invalid_descs : 0;
}

}  // namespace strowger::io
