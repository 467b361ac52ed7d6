#include "io/xdp_filter.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "io/xdp/local_address.h"

extern const unsigned char strowger_xdp_object[];
extern const std::size_t strowger_xdp_object_size;

namespace strowger::io {
namespace {

constexpr char kProgramName[] = "strowger_xdp";

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

bool detach(int ifindex, const Attached& attached) {
    return bpf_xdp_detach(ifindex, attached.native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE, nullptr) == 0;
}

template <typename Value>
using Wanted = std::vector<std::pair<local_address, Value>>;

bool same(const local_address& a, const local_address& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

// New and changed entries first, then what is gone: no live port is closed in between.
template <typename Value>
void make_equal(int map, const Wanted<Value>& wanted) {
    for (const auto& [key, value] : wanted) bpf_map_update_elem(map, &key, &value, BPF_ANY);
    std::vector<local_address> gone;
    local_address key{};
    local_address previous{};
    for (const void* after = nullptr; bpf_map_get_next_key(map, after, &key) == 0; after = &previous) {
        if (std::none_of(wanted.begin(), wanted.end(),
                         [&](const auto& entry) { return same(entry.first, key); }))
            gone.push_back(key);
        previous = key;
    }
    for (const local_address& old : gone) bpf_map_delete_elem(map, &old);
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
    if (detach(ifindex, attached)) return true;
    error = "interface " + name +
            ": the XDP program of a strowgerd that was killed cannot be removed; try: ip link set dev " +
            name + " xdp off";
    return false;
}

XdpFilter::~XdpFilter() {
    for (const int fd : {media_fd_, sip_fd_, counts_fd_})
        if (fd >= 0) ::close(fd);
}

bool XdpFilter::open(int ifindex, std::string& error) {
    const Attached attached = attached_to(ifindex);
    native_ = attached.native;
    if (attached.program != 0) {
        media_fd_ = map_of(attached.program, "strowger_media");
        sip_fd_ = map_of(attached.program, "strowger_sip");
        counts_fd_ = map_of(attached.program, "strowger_counts");
    }
    if (media_fd_ >= 0 && sip_fd_ >= 0 && counts_fd_ >= 0) return true;
    error = "the XDP program is not on the interface after it was attached";
    return false;
}

void XdpFilter::set_live_ports(const tables::Tables& tables, PortId port) {
    const auto here = [&](InterfaceId interface) {
        return interface != kNone<InterfaceId> && tables.interfaces[index(interface)].port == port;
    };
    const auto key_of = [&](InterfaceId interface, const wire::IpAddress& address, std::uint16_t udp_port) {
        local_address key{};
        std::memcpy(key.address, address.bytes.data(), sizeof key.address);
        key.vlan = tables.interfaces[index(interface)].vlan;
        key.port = udp_port;
        return key;
    };
    Wanted<media_range> media;
    for (const tables::MediaAddress& range : tables.media_addresses)
        if (here(range.interface))
            media.push_back({key_of(range.interface, range.address, 0), {range.low, range.high}});
    make_equal(media_fd_, media);

    Wanted<std::uint8_t> sip;
    for (const tables::Listener& listener : tables.listeners)
        if (here(listener.interface))
            sip.push_back(
                {key_of(listener.interface, listener.local.address, listener.local.port.host()), 1});
    make_equal(sip_fd_, sip);
}

FilterCounts XdpFilter::counts() const {
    const int cpus = libbpf_num_possible_cpus();
    if (counts_fd_ < 0 || cpus <= 0) return {};
    std::vector<std::uint64_t> per_cpu(static_cast<std::size_t>(cpus));
    const auto sum = [&](std::uint32_t which) {
        if (bpf_map_lookup_elem(counts_fd_, &which, per_cpu.data()) != 0) return std::uint64_t{0};
        return std::accumulate(per_cpu.begin(), per_cpu.end(), std::uint64_t{0});
    };
    return {.taken = sum(FILTER_TAKEN), .passed = sum(FILTER_PASSED), .fragments = sum(FILTER_FRAGMENTS)};
}

void clear_if_ours(int ifindex) {
    const Attached attached = attached_to(ifindex);
    if (attached.program != 0 && name_of(attached.program) == kProgramName) detach(ifindex, attached);
}

}  // namespace strowger::io
