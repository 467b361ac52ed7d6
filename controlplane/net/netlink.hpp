// Reads links, addresses, routes and neighbours from the kernel, and keeps reading. Control thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/kernel_state.hpp"

namespace strowger::net {

class Netlink {
  public:
    Netlink();
    ~Netlink();
    Netlink(const Netlink&) = delete;
    Netlink& operator=(const Netlink&) = delete;

    // Opens the sockets in the calling thread's network namespace and reads everything once.
    // False and `error` (a sentence) when the kernel refuses.
    bool open(std::string& error);
    // Readable when the kernel has news; call on_readable() then. Never blocks longer than a dump of the
    // tables.
    [[nodiscard]] int fd() const;
    void on_readable();
    // Reads everything again and sweeps what is gone. Done by itself after an overrun of the socket's buffer.
    bool resynchronise();

    // Asks the kernel to resolve a neighbour now (NTF_USE); `managed`: and to keep it resolved
    // (NTF_EXT_MANAGED, Linux 5.16 or later; older kernels ignore it).
    void ask(int ifindex, const wire::IpAddress& neighbour, bool managed);

    [[nodiscard]] const KernelState& state() const { return state_; }
    [[nodiscard]] std::uint64_t overruns() const { return overruns_; }
    // Bytes of the event socket's receive buffer; tests make it small.
    void set_receive_buffer(int bytes);

  private:
    struct Sockets;
    std::unique_ptr<Sockets> sockets_;
    KernelState state_;
    std::uint64_t generation_ = 0;
    std::uint64_t overruns_ = 0;
};

}  // namespace strowger::net
