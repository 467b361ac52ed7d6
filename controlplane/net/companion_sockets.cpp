#include "net/companion_sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace strowger::net {
namespace {

// Any address family's sockaddr.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;
};

SocketAddress to_socket_address(const wire::Endpoint& endpoint) {
    SocketAddress out;
    if (endpoint.address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = endpoint.port.wire();
        v4.sin_addr.s_addr = endpoint.address.v4().wire();
        std::memcpy(&out.storage, &v4, out.length = sizeof v4);
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = endpoint.port.wire();
        std::memcpy(&v6.sin6_addr, endpoint.address.bytes.data(), 16);
        std::memcpy(&out.storage, &v6, out.length = sizeof v6);
    }
    return out;
}

wire::Endpoint from_socket_address(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, &storage, sizeof v4);
        return {wire::IpAddress::from_v4(wire::be32::from_wire(v4.sin_addr.s_addr)),
                wire::be16::from_wire(v4.sin_port)};
    }
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    return {wire::IpAddress::from_v6(&v6.sin6_addr), wire::be16::from_wire(v6.sin6_port)};
}

int open_socket(const wire::Endpoint& local, std::string& problem) {
    const int family = local.address.is_v4() ? AF_INET : AF_INET6;
    const int fd = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (fd >= 0 && family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    const SocketAddress address = to_socket_address(local);
    if (fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0)
        return fd;
    const int error = errno;
    problem = "listener udp:" + wire::to_string(local) + ": ";
    if (error == EADDRINUSE)
        problem += "another program has this port; stop it, or choose another port";
    else if (error == EADDRNOTAVAIL)
        problem += "the address is not on this host; add it to the interface first";
    else
        problem += std::strerror(error);
    if (fd >= 0) ::close(fd);
    return -1;
}

}  // namespace

CompanionSockets::~CompanionSockets() {
    for (const auto& [fd, _] : sockets_) ::close(fd);
}

std::vector<std::string> CompanionSockets::configure(const tables::Tables& tables,
                                                     const std::vector<bool>& shared) {
    const auto wanted = [&](const tables::Listener& listener) {
        if (listener.interface == kNone<InterfaceId>) return false;
        const std::size_t port = index(tables.interfaces[index(listener.interface)].port);
        return port < shared.size() && shared[port];
    };
    for (auto socket = sockets_.begin(); socket != sockets_.end();) {
        const bool kept =
            std::any_of(tables.listeners.begin(), tables.listeners.end(), [&](const auto& listener) {
                return wanted(listener) && listener.local == socket->second.local &&
                       listener.interface == socket->second.interface;
            });
        if (!kept) ::close(socket->first);
        socket = kept ? std::next(socket) : sockets_.erase(socket);
    }
    std::vector<std::string> problems;
    for (const tables::Listener& listener : tables.listeners) {
        if (!wanted(listener)) continue;
        const bool open = std::any_of(sockets_.begin(), sockets_.end(), [&](const auto& s) {
            return s.second.local == listener.local && s.second.interface == listener.interface;
        });
        if (open) continue;
        std::string problem;
        const int fd = open_socket(listener.local, problem);
        if (fd >= 0) {
            sockets_[fd] = {listener.interface, listener.local};
        } else {
            problems.push_back(std::move(problem));
        }
    }
    return problems;
}

std::vector<int> CompanionSockets::fds() const {
    std::vector<int> out;
    for (const auto& [fd, _] : sockets_) out.push_back(fd);
    return out;
}

void CompanionSockets::on_readable(int fd) {
    const auto socket = sockets_.find(fd);
    if (socket == sockets_.end()) return;
    const auto buffer = std::make_unique_for_overwrite<char[]>(65'536);
    for (int i = 0; i < 64; ++i) {
        sockaddr_storage from{};
        socklen_t from_length = sizeof from;
        const auto n =
            ::recvfrom(fd, buffer.get(), 65'536, 0, reinterpret_cast<sockaddr*>(&from), &from_length);
        if (n < 0) return;
        dataplane_.inject(from_socket_address(from), socket->second.local, socket->second.interface,
                          {buffer.get(), static_cast<std::size_t>(n)});
    }
}

}  // namespace strowger::net
