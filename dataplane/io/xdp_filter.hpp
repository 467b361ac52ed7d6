// Our XDP program on a kernel interface: attached with the AF_XDP port, told which UDP ports are live.
#pragma once

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
    // Takes the program off.
    void detach();

  private:
    int ifindex_ = 0;
    int locals_fd_ = -1;
    bool native_ = false;
};

}  // namespace strowger::io
