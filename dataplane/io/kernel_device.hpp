// What the kernel says of one of its network devices, for ports that share it with the kernel (AF_XDP).
#pragma once

#include <cstdint>
#include <string>

namespace strowger::io {

struct KernelDevice {
    std::uint16_t mtu = 1500;
    bool up = false;           // administratively, with carrier
    bool physical = false;     // there is hardware behind it
    std::uint16_t queues = 1;  // receive queues in use
};

[[nodiscard]] KernelDevice kernel_device(const std::string& name);

// Whether the device takes VLAN tags off frames before XDP sees them. Switching returns what it was before;
// on a device that can't be switched nothing happens.
bool set_vlan_stripping(const std::string& name, bool on);

// This process's mark on an interface: a second daemon on it would take the first one's packets. The mark
// goes with the process, however it ends. Returns a descriptor to close, or -1: another process has it.
[[nodiscard]] int claim_device(int ifindex);

}  // namespace strowger::io
