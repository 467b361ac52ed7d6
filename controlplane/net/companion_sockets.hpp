// An ordinary socket of the kernel on every SIP listener of an AF_XDP port. Datagrams that the XDP filter
// leaves to the kernel arrive here: those that came in fragments, put together again. It also keeps the port
// from other programs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "strowger/dataplane.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::net {

class CompanionSockets {
  public:
    explicit CompanionSockets(Dataplane& dataplane) : dataplane_(dataplane) {}
    ~CompanionSockets();
    CompanionSockets(const CompanionSockets&) = delete;
    CompanionSockets& operator=(const CompanionSockets&) = delete;

    // Opens sockets for new listeners on ports that share a kernel device (`shared[PortId]`), closes those of
    // deleted ones. Returns a sentence for each that cannot be bound.
    std::vector<std::string> configure(const tables::Tables& tables, const std::vector<bool>& shared);
    // The sockets; changes only in configure().
    [[nodiscard]] std::vector<int> fds() const;
    // Reads what has come, at most 64 datagrams, and passes it to a worker.
    void on_readable(int fd);

  private:
    struct Socket {
        InterfaceId interface {};
        wire::Endpoint local;
    };
    Dataplane& dataplane_;
    std::map<int, Socket> sockets_;  // by file descriptor
};

}  // namespace strowger::net
