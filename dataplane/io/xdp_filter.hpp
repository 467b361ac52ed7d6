// Our XDP program on a kernel interface: attached with the AF_XDP port, told which UDP ports are live.
#pragma once

#include <cstdint>
#include <string>

#include "strowger/ids.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::io {

// The program as a file that the AF_XDP driver can open ("/proc/self/fd/N"); made once. Empty and `error`: no
// memory.
[[nodiscard]] std::string xdp_program_path(std::string& error);

// Before a port is opened: takes off a program that a killed strowgerd left on the interface. False and
// `error` (what to do) when the program there is somebody else's.
bool clear_interface(int ifindex, const std::string& name, std::string& error);

// After a port was closed, or did not open: takes our program off if it is still there.
void clear_if_ours(int ifindex);

// What the program has seen since it was attached, in packets.
struct FilterCounts {
    std::uint64_t taken = 0;      // for our UDP ports
    std::uint64_t passed = 0;     // to the kernel
    std::uint64_t fragments = 0;  // to the kernel: fragments, and frames above STROWGER_MAX_FRAME
};

// The attached program's tables, found through the kernel.
class XdpFilter {
  public:
    XdpFilter() = default;
    ~XdpFilter();
    XdpFilter(const XdpFilter&) = delete;
    XdpFilter& operator=(const XdpFilter&) = delete;

    // After the port was opened. False and `error`: our program is not there.
    bool open(int ifindex, std::string& error);
    [[nodiscard]] bool native() const { return native_; }
    // The listeners and media ports of `port`'s interfaces, in place of what was live before.
    void set_live_ports(const tables::Tables& tables, PortId port);
    [[nodiscard]] FilterCounts counts() const;

  private:
    int media_fd_ = -1;
    int sip_fd_ = -1;
    int counts_fd_ = -1;
    bool native_ = false;
};

}  // namespace strowger::io
