#include "appliance.hpp"

#include <malloc.h>
#include <pthread.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "daemon.hpp"
#include "io/ring_port.hpp"

namespace strowger::bench {
namespace {

constexpr const char* kNames[] = {"access", "core"};
constexpr std::size_t kHeaders = 42;

// Two realms with a peer in each, and ports for 65,536 calls at once.
std::string configuration() {
    std::string text = "kind: system\nworkers: 1\nlog_level: error\npacket_buffers: 32768\n";
    const auto realm = [&](const char* name, const std::string& net, const char* peer_name,
                           const std::string& peer) {
        text += std::string("---\nkind: port\nname: ") + name + "\ndriver: ring\ninterface: " + name +
                "0\ndescriptors: 8192\n---\nkind: realm\nname: " + name + "\nport: " + name +
                "\naddresses: [";
        for (int i = 1; i <= 16; ++i) text += (i == 1 ? "" : ", ") + net + std::to_string(i);
        text += "]\nlisteners: [\"udp:" + net +
                "1:5060\"]\ndefault_domain: lab.example\ntrusted: true\nrate_per_source: 200\n---\nkind: "
                "trunk\nname: " +
                peer_name + "\nrealm: " + name + "\ntargets: [\"" + peer + ":5060\"]\nprobe_interval: 0s\n";
    };
    realm("access", "10.10.0.", "phones", "10.10.0.100");
    realm("core", "10.20.0.", "pbx", "10.20.0.100");
    return text +
           "---\nkind: tenant\nname: default\ndomains: [lab.example]\n---\nkind: route\nname: out\nfrom: "
           "[access]\n"
           "trunks: [pbx]\n";
}

void command(const std::string& text) {
    if (::system((text + " >/dev/null").c_str()) == 0) return;
    std::fprintf(stderr, "appliance: this failed: %s\n", text.c_str());
    ::exit(1);
}

void write_all(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
}

}  // namespace

bool Appliance::isolate(std::string& error) {
    const auto user = std::to_string(::getuid());
    const auto group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWNET) == 0) return true;
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        error = std::string("no network namespace can be made: ") + std::strerror(errno);
        return false;
    }
    write_all("/proc/self/setgroups", "deny");
    write_all("/proc/self/uid_map", "0 " + user + " 1");
    write_all("/proc/self/gid_map", "0 " + group + " 1");
    return true;
}

Appliance::Appliance(const std::string& more) {
    // The daemon's control thread is its main thread: its heap is the one that brk() extends.
    ::mallopt(M_ARENA_MAX, 1);
    char folder[] = "/tmp/strowger-bench-XXXXXX";
    if (::mkdtemp(folder) == nullptr) ::exit(1);
    folder_ = folder;
    std::string text = configuration();
    const std::size_t system_end = text.find("---");
    text.insert(system_end, more);
    write_all(folder_ + "/bench.yaml", text);
    control_ = std::thread([this] { run_daemon(); });
    while (!started_) ::usleep(1000);
    pool_ = rte_mempool_lookup("packets0");
    for (std::size_t i = 0; i < 2; ++i) {
        const io::RingEnds ends = io::ring_ends(kNames[i]);
        if (pool_ == nullptr || ends.in.empty()) ::exit(1);
        in_[i] = ends.in[0];
        out_[i] = ends.out[0];
    }
    const char* nets[] = {"10.10.0.", "10.20.0."};
    for (int i = 0; i < 2; ++i) {
        const std::string device = std::string(kNames[i]) + "0";
        for (int a = 1; a <= 16; ++a)
            command("ip addr add " + std::string(nets[i]) + std::to_string(a) + "/24 dev " + device);
        command("ip link set " + device + " up");
        command("ip neigh replace " + std::string(nets[i]) +
                "100 lladdr 02:00:00:00:00:99 nud permanent dev " + device);
    }
    ::usleep(500'000);  // the daemon reads the kernel's news and publishes them
}

Appliance::~Appliance() {
    if (taken_ != nullptr) rte_pktmbuf_free(static_cast<rte_mbuf*>(taken_));
    ::kill(::getpid(), SIGTERM);
    control_.join();
    std::filesystem::remove_all(folder_);
}

void Appliance::run_daemon() {
    control_id_ = ::gettid();
    daemon_ = std::make_unique<Daemon>(
        Options{.config = folder_ + "/bench.yaml", .state = folder_, .socket = folder_ + "/control.sock"});
    std::vector<std::string> problems;
    if (!daemon_->start(problems)) {
        for (const std::string& problem : problems) std::fprintf(stderr, "appliance: %s\n", problem.c_str());
        ::_exit(1);
    }
    started_ = true;
    daemon_->run();
}

bool Appliance::put(Side side, const wire::Endpoint& source, const wire::Endpoint& destination,
                    std::string_view payload) {
    rte_mbuf* packet = rte_pktmbuf_alloc(pool_);
    if (packet == nullptr) return false;
    char* frame = rte_pktmbuf_append(packet, static_cast<std::uint16_t>(kHeaders + payload.size()));
    if (frame == nullptr) {
        rte_pktmbuf_free(packet);
        return false;
    }
    const wire::EthernetHeader ethernet{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 0x99}, wire::kEtherIpv4};
    const auto udp_length = static_cast<std::uint16_t>(8 + payload.size());
    const wire::Ipv4Header ip{
        .version_ihl = 0x45,
        .total_length = wire::be16::from_host(static_cast<std::uint16_t>(20 + udp_length)),
        .ttl = 64,
        .protocol = wire::kProtocolUdp,
        .source = source.address.v4(),
        .destination = destination.address.v4()};
    const wire::UdpHeader udp{source.port, destination.port, wire::be16::from_host(udp_length), {}};
    std::memcpy(frame, &ethernet, sizeof ethernet);
    std::memcpy(frame + 14, &ip, sizeof ip);
    std::memcpy(frame + 34, &udp, sizeof udp);
    std::memcpy(frame + kHeaders, payload.data(), payload.size());
    if (rte_ring_enqueue(in_[static_cast<std::size_t>(side)], packet) == 0) return true;
    rte_pktmbuf_free(packet);
    return false;
}

bool Appliance::take(Side side, Datagram& out) {
    for (;;) {
        if (taken_ != nullptr) rte_pktmbuf_free(static_cast<rte_mbuf*>(std::exchange(taken_, nullptr)));
        void* next = nullptr;
        if (rte_ring_dequeue(out_[static_cast<std::size_t>(side)], &next) != 0) return false;
        taken_ = next;
        auto* packet = static_cast<rte_mbuf*>(next);
        const char* frame = rte_pktmbuf_mtod(packet, const char*);
        wire::EthernetHeader ethernet;
        std::memcpy(&ethernet, frame, sizeof ethernet);
        // The kernel's own traffic (neighbour discovery and the like) leaves by these ports, too.
        if (ethernet.type != wire::kEtherIpv4 || frame[23] != static_cast<char>(wire::kProtocolUdp)) continue;
        wire::Ipv4Header ip;
        wire::UdpHeader udp;
        std::memcpy(&ip, frame + 14, sizeof ip);
        std::memcpy(&udp, frame + 34, sizeof udp);
        out.source = {wire::IpAddress::from_v4(ip.source), udp.source};
        out.destination = {wire::IpAddress::from_v4(ip.destination), udp.destination};
        out.payload = {frame + kHeaders, packet->data_len - kHeaders};
        return true;
    }
}

void Appliance::part_cpus() const {
    cpu_set_t all;
    if (::sched_getaffinity(0, sizeof all, &all) != 0 || CPU_COUNT(&all) < 2) return;
    int cpu = CPU_SETSIZE - 1;
    while (!CPU_ISSET(cpu, &all)) --cpu;
    cpu_set_t alone;
    CPU_ZERO(&alone);
    CPU_SET(cpu, &alone);
    CPU_CLR(cpu, &all);
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        const pid_t id = std::stoi(task.path().filename());
        ::sched_setaffinity(id, sizeof all, id == control_id_ ? &alone : &all);
    }
}

double Appliance::control_seconds() const {
    clockid_t clock{};
    timespec spent{};
    if (::pthread_getcpuclockid(const_cast<std::thread&>(control_).native_handle(), &clock) != 0 ||
        ::clock_gettime(clock, &spent) != 0)
        return 0;
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

}  // namespace strowger::bench
