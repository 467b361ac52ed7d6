#include "io/xdp_filter.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string_view>
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

// Empty: this process may not look (older kernels want CAP_SYS_ADMIN for it), or the program is gone.
std::string name_of(std::uint32_t program) {
    const int fd = bpf_prog_get_fd_by_id(program);
    if (fd < 0) return {};
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    const int failed = bpf_obj_get_info_by_fd(fd, &info, &size);
    ::close(fd);
    return failed != 0 ? std::string{} : std::string(info.name);
}

// The first descriptor of this process that is a BPF object of `kind` and of which `wanted` is true; -1:
// none. The AF_XDP driver opened program and maps in here and keeps them: to look there needs no rights, as
// asking the kernel for them by number does.
template <typename Info, typename Wanted>
int own_descriptor(const char* kind, Wanted wanted, Info& info) {
    DIR* descriptors = ::opendir("/proc/self/fd");
    if (descriptors == nullptr) return -1;
    int found = -1;
    while (const dirent* entry = found < 0 ? ::readdir(descriptors) : nullptr) {
        std::array<char, 64> target{};
        const auto length = ::readlinkat(::dirfd(descriptors), entry->d_name, target.data(), target.size());
        if (length <= 0 || std::string_view(target.data(), static_cast<std::size_t>(length)) != kind)
            continue;
        const int fd = std::atoi(entry->d_name);
        info = {};  // the kernel takes what is left in it for wishes, and refuses
        std::uint32_t size = sizeof info;
        if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && wanted(info)) found = fd;
    }
    ::closedir(descriptors);
    return found;
}

// A descriptor of our own of the map that a program of this process uses under `name`; -1: none.
int map_of(std::uint32_t program, std::string_view name) {
    bpf_prog_info info{};
    const int fd = own_descriptor(
        "anon_inode:bpf-prog", [&](const bpf_prog_info& p) { return p.id == program; }, info);
    if (fd < 0) return -1;
    std::array<std::uint32_t, 16> ids{};
    info = {};
    info.nr_map_ids = ids.size();
    info.map_ids = reinterpret_cast<std::uint64_t>(ids.data());
    std::uint32_t size = sizeof info;
    if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) return -1;
    const auto end =
        ids.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(info.nr_map_ids, ids.size()));
    bpf_map_info map{};
    const int found = own_descriptor(
        "anon_inode:bpf-map",
        [&](const bpf_map_info& m) { return name == m.name && std::find(ids.begin(), end, m.id) != end; },
        map);
    return found < 0 ? -1 : ::fcntl(found, F_DUPFD_CLOEXEC, 0);
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
    const std::string take_off = "ip link set dev " + name + " xdp off";
    if (program.empty()) {
        error = "interface " + name + " has an XDP program (id " + std::to_string(attached.program) +
                ") that this process may not look at; if a strowgerd was killed here, run: " + take_off;
        return false;
    }
    if (program != kProgramName) {
        error = "interface " + name + " has another program's XDP program (" + program + ", id " +
                std::to_string(attached.program) + "); remove it there, or with: " + take_off;
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
    if (attached.program == 0) return;
    bpf_prog_info info{};
    const auto is_it = [&](const bpf_prog_info& p) { return p.id == attached.program; };
    if (own_descriptor("anon_inode:bpf-prog", is_it, info) >= 0) detach(ifindex, attached);
}

}  // namespace strowger::io
