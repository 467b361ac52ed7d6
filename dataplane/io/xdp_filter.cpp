#include "io/xdp_filter.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "io/xdp/local_address.h"

extern const unsigned char strowger_xdp_object[];
extern const std::size_t strowger_xdp_object_size;

namespace strowger::io {
namespace {

constexpr char kProgramName[] = "strowger_xdp";
constexpr char kLocalsName[] = "strowger_locals";

struct Attached {
    std::uint32_t program = 0;  // id; 0: none
    bool native = false;
};

Attached attached_to(int ifindex) {
    bpf_xdp_query_opts options{};
    options.sz = sizeof options;
    if (bpf_xdp_query(ifindex, 0, &options) != 0) return {};
    if (options.drv_prog_id != 0) return {options.drv_prog_id, true};
    return {options.skb_prog_id != 0 ? options.skb_prog_id : options.prog_id, false};
}

std::string name_of(std::uint32_t program) {
    const int fd = bpf_prog_get_fd_by_id(program);
    if (fd < 0) return {};
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    const int failed = bpf_obj_get_info_by_fd(fd, &info, &size);
    ::close(fd);
    return failed != 0 ? std::string{} : std::string(info.name);
}

// The file descriptor of a program's map by the map's name; -1: none.
int map_of(std::uint32_t program, const char* name) {
    const int fd = bpf_prog_get_fd_by_id(program);
    if (fd < 0) return -1;
    std::array<std::uint32_t, 16> ids{};
    bpf_prog_info info{};
    info.nr_map_ids = ids.size();
    info.map_ids = reinterpret_cast<std::uint64_t>(ids.data());
    std::uint32_t size = sizeof info;
    const int failed = bpf_obj_get_info_by_fd(fd, &info, &size);
    ::close(fd);
    for (std::uint32_t i = 0; failed == 0 && i < std::min<std::size_t>(info.nr_map_ids, ids.size()); ++i) {
        const int map = bpf_map_get_fd_by_id(ids[i]);
        bpf_map_info map_info{};
        std::uint32_t map_size = sizeof map_info;
        if (map >= 0 && bpf_obj_get_info_by_fd(map, &map_info, &map_size) == 0 &&
            std::strncmp(map_info.name, name, sizeof map_info.name - 1) == 0)
            return map;
        if (map >= 0) ::close(map);
    }
    return -1;
}

}  // namespace

std::string xdp_program_path(std::string& error) {
    static const int fd = [] {
        const int file = ::memfd_create(kProgramName, MFD_CLOEXEC);
        if (file >= 0 && ::write(file, strowger_xdp_object, strowger_xdp_object_size) ==
                             static_cast<ssize_t>(strowger_xdp_object_size))
            return file;
        return -1;
    }();
    if (fd >= 0) return "/proc/self/fd/" + std::to_string(fd);
    error = "no memory for the XDP program";
    return {};
}

bool clear_interface(int ifindex, const std::string& name, std::string& error) {
    const Attached attached = attached_to(ifindex);
    if (attached.program == 0) return true;
    const std::string program = name_of(attached.program);
    if (program != kProgramName) {
        error = "interface " + name + " has another program's XDP program (" + program + ", id " +
                std::to_string(attached.program) + "); remove it there, or with: ip link set dev " + name +
                " xdp off";
        return false;
    }
    const std::uint32_t flags = attached.native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
    if (bpf_xdp_detach(ifindex, flags, nullptr) == 0) return true;
    error = "interface " + name +
            ": the XDP program of a strowgerd that was killed cannot be removed; try: ip link set dev " +
            name + " xdp off";
    return false;
}

XdpFilter::~XdpFilter() {
    if (locals_fd_ >= 0) ::close(locals_fd_);
}

bool XdpFilter::open(int ifindex, std::string& error) {
    const Attached attached = attached_to(ifindex);
    ifindex_ = ifindex;
    native_ = attached.native;
    locals_fd_ = attached.program == 0 ? -1 : map_of(attached.program, kLocalsName);
    if (locals_fd_ >= 0) return true;
    error = "the XDP program is not on the interface after it was attached";
    return false;
}

void XdpFilter::set_live_ports(const tables::Tables& tables, PortId port) {
    struct Entry {
        local_address key{};
        local_ports value{};
    };
    std::vector<Entry> wanted;
    const auto entry_of = [&](InterfaceId interface, const wire::IpAddress& address) -> Entry& {
        local_address key{};
        std::memcpy(key.address, address.bytes.data(), sizeof key.address);
        key.vlan = tables.interfaces[index(interface)].vlan;
        for (Entry& entry : wanted)
            if (std::memcmp(&entry.key, &key, sizeof key) == 0) return entry;
        wanted.push_back({key, {.media_low = 1, .media_high = 0, .listeners = 0, .listener = {}}});
        return wanted.back();
    };
    const auto here = [&](InterfaceId interface) {
        return interface != kNone<InterfaceId> && tables.interfaces[index(interface)].port == port;
    };
    for (const tables::MediaAddress& media : tables.media_addresses) {
        if (!here(media.interface)) continue;
        local_ports& ports = entry_of(media.interface, media.address).value;
        const bool first = ports.media_low > ports.media_high;
        ports.media_low = first ? media.low : std::min(ports.media_low, media.low);
        ports.media_high = first ? media.high : std::max(ports.media_high, media.high);
    }
    for (const tables::Listener& listener : tables.listeners) {
        if (!here(listener.interface)) continue;
        local_ports& ports = entry_of(listener.interface, listener.local.address).value;
        if (ports.listeners < STROWGER_MAX_LISTENERS)
            ports.listener[ports.listeners++] = listener.local.port.host();
    }
    // New and changed entries first, then what is gone: no live port is closed in between.
    for (const Entry& entry : wanted) bpf_map_update_elem(locals_fd_, &entry.key, &entry.value, BPF_ANY);
    std::vector<local_address> gone;
    local_address key{};
    for (int more = bpf_map_get_next_key(locals_fd_, nullptr, &key); more == 0;) {
        const bool kept = std::any_of(wanted.begin(), wanted.end(), [&](const Entry& e) {
            return std::memcmp(&e.key, &key, sizeof key) == 0;
        });
        if (!kept) gone.push_back(key);
        local_address next{};
        more = bpf_map_get_next_key(locals_fd_, &key, &next);
        key = next;
    }
    for (const local_address& address : gone) bpf_map_delete_elem(locals_fd_, &address);
}

void XdpFilter::detach() {
    const Attached attached = attached_to(ifindex_);
    if (attached.program != 0 && name_of(attached.program) == kProgramName)
        bpf_xdp_detach(ifindex_, attached.native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE, nullptr);
}

}  // namespace strowger::io
