// A port and nothing above it, for tests in network namespaces: answers UDP on live ports with the same
// bytes, gives everything else to the port's tap, sends numbered datagrams of its own. Started with what a
// port resource says (driver=af_xdp interface=io0 …) and then told by lines on stdin; answers with one line
// of JSON each.
#include <poll.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/frame.hpp"
#include "core/packet.hpp"
#include "io/eal.hpp"
#include "io/port.hpp"

namespace {

using namespace strowger;
using core::Packet;

// "ADDRESS:PORT", with "@VLAN" behind it for a tagged one.
struct Local {
    wire::Endpoint endpoint;
    std::uint16_t vlan = 0;
    friend bool operator==(const Local&, const Local&) = default;
};

Local parse_local(const std::string& text) {
    const auto at = text.find('@');
    Local out;
    const auto endpoint = wire::parse_endpoint(text.substr(0, at));
    if (!endpoint) {
        std::fprintf(stderr, "not an endpoint: %s\n", text.c_str());
        std::exit(2);
    }
    out.endpoint = *endpoint;
    if (at != std::string::npos) out.vlan = static_cast<std::uint16_t>(std::stoul(text.substr(at + 1)));
    return out;
}

wire::Mac parse_mac(const std::string& text) {
    wire::Mac mac{};
    std::array<unsigned, 6> b{};
    if (std::sscanf(text.c_str(), "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) != 6)
        std::exit(2);
    for (std::size_t i = 0; i < mac.size(); ++i) mac[i] = static_cast<std::uint8_t>(b[i]);
    return mac;
}

class Driver {
  public:
    bool start(const std::map<std::string, std::string>& options);
    void run();

  private:
    void obey(const std::string& line);
    void publish();
    void receive();
    bool echo(Packet* packet);
    void generate();
    void serve_tap();
    void report(const char* what);
    bool transmit(Packet* packet);

    std::unique_ptr<io::Port> port_;
    rte_mempool* pool_ = nullptr;
    rte_mempool* kernel_pool_ = nullptr;
    std::vector<Local> live_;
    std::uint64_t echoed_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t to_send_ = 0;
    std::vector<Packet*> hoard_;
    core::FrameAddresses way_;
    bool stop_ = false;
};

bool Driver::start(const std::map<std::string, std::string>& options) {
    const auto get = [&](const char* key, const char* otherwise) {
        const auto found = options.find(key);
        return found == options.end() ? std::string(otherwise) : found->second;
    };
    const std::map<std::string, PortDriver> drivers{
        {"af_xdp", PortDriver::af_xdp}, {"memif", PortDriver::memif}, {"pci", PortDriver::pci}};
    PortSpec spec;
    spec.name = "test";
    spec.driver = drivers.at(get("driver", "af_xdp"));
    spec.interface = get("interface", "");
    spec.device = get("device", "");
    spec.memif_server = get("server", "0") == "1";
    spec.native_xdp_only = get("native_only", "0") == "1";
    spec.queues = static_cast<std::uint16_t>(std::stoul(get("queues", "1")));
    DataplaneSpec all;
    all.ports = {spec};
    all.worker_cpus = {-1};
    all.packet_buffers = static_cast<std::uint32_t>(std::stoul(get("buffers", "8192")));
    std::string error;
    if (io::start_eal(all, core::kPacketPrivateSize, error)) {
        pool_ = io::make_packet_pool("packets", all.packet_buffers, core::kPacketPrivateSize, error);
        kernel_pool_ = io::make_packet_pool("kernel", 2048, core::kPacketPrivateSize, error);
        if (pool_ != nullptr && kernel_pool_ != nullptr) {
            const std::array<rte_mempool*, 1> pools{pool_};
            port_ = io::Port::open(spec, PortId{0}, pools, error);
        }
    }
    if (port_ != nullptr) return true;
    std::printf("{\"error\": \"%s\"}\n", error.c_str());
    std::fflush(stdout);
    return false;
}

void Driver::publish() {
    tables::Tables tables;
    for (const Local& local : live_) {
        InterfaceId id = kNone<InterfaceId>;
        for (std::size_t i = 0; i < tables.interfaces.size(); ++i)
            if (tables.interfaces[i].vlan == local.vlan) id = static_cast<InterfaceId>(i);
        if (id == kNone<InterfaceId>) {
            id = static_cast<InterfaceId>(tables.interfaces.size());
            tables.interfaces.push_back({.port = PortId{0}, .vlan = local.vlan});
        }
        // Ports in the media range stand for one leg's pair of ports.
        const std::uint16_t port = local.endpoint.port.host();
        if (port >= 16384 && port < 32768) {
            tables.media_addresses.push_back({.interface = id,
                                              .address = local.endpoint.address,
                                              .low = port,
                                              .high = static_cast<std::uint16_t>(port + 1)});
        } else {
            tables.listeners.push_back({.interface = id, .local = local.endpoint});
        }
    }
    port_->set_live_ports(tables);
}

void Driver::report(const char* what) {
    const PortState s = port_->state();
    std::printf(
        "{\"did\": \"%s\", \"driver\": \"%s\", \"mtu\": %u, \"ifindex\": %d, \"link_up\": %s, \"rx_missed\": "
        "%lu, "
        "\"tx_invalid\": %lu, \"taken\": %lu, \"left_to_kernel\": %lu, \"echoed\": %lu, \"sent\": %lu, "
        "\"free_buffers\": %u}\n",
        what, s.driver.c_str(), s.mtu, s.ifindex, s.link_up ? "true" : "false", s.rx_missed, s.tx_invalid,
        s.taken, s.left_to_kernel, echoed_, sent_, rte_mempool_avail_count(pool_));
    std::fflush(stdout);
}

void Driver::obey(const std::string& line) {
    std::istringstream words(line);
    std::string what;
    std::string text;
    words >> what;
    if (what == "listen" || what == "unlisten") {
        while (words >> text) {
            const Local local = parse_local(text);
            std::erase(live_, local);
            if (what == "listen") live_.push_back(local);
        }
        publish();
        return report(what.c_str());
    }
    if (what == "generate") {  // COUNT SOURCE DESTINATION DESTINATION_MAC
        std::string source;
        std::string destination;
        std::string mac;
        words >> to_send_ >> source >> destination >> mac;
        way_ = {.source_mac = port_->state().mac,
                .destination_mac = parse_mac(mac),
                .source = parse_local(source).endpoint,
                .destination = parse_local(destination).endpoint};
        sent_ = 0;
        if (to_send_ == 0) report("generate");
        return;
    }
    if (what == "quit") stop_ = true;
    report(what.c_str());
}

bool Driver::transmit(Packet* packet) {
    return rte_eth_tx_burst(port_->ethdev(), 0, &packet, 1) == 1;
}

// UDP, IPv4 without options or IPv6: the same payload back to where it came from.
bool Driver::echo(Packet* packet) {
    char* frame = core::frame_of(packet);
    wire::EthernetHeader ethernet;
    std::memcpy(&ethernet, frame, sizeof ethernet);
    std::size_t at = sizeof ethernet;
    core::FrameAddresses back{.source_mac = ethernet.destination, .destination_mac = ethernet.source};
    wire::be16 type = ethernet.type;
    if (type == wire::kEtherVlan) {
        wire::VlanTag tag;
        std::memcpy(&tag, frame + at, sizeof tag);
        back.vlan = tag.tci.host() & 0x0fff;
        type = tag.type;
        at += sizeof tag;
    }
    wire::UdpHeader udp;
    if (type == wire::kEtherIpv4) {
        wire::Ipv4Header ip;
        std::memcpy(&ip, frame + at, sizeof ip);
        if (ip.version_ihl != 0x45 || ip.protocol != wire::kProtocolUdp) return false;
        back.source.address = wire::IpAddress::from_v4(ip.destination);
        back.destination.address = wire::IpAddress::from_v4(ip.source);
        at += sizeof ip;
    } else if (type == wire::kEtherIpv6) {
        wire::Ipv6Header ip;
        std::memcpy(&ip, frame + at, sizeof ip);
        if (ip.next_header != wire::kProtocolUdp) return false;
        back.source.address = wire::IpAddress::from_v6(ip.destination.data());
        back.destination.address = wire::IpAddress::from_v6(ip.source.data());
        at += sizeof ip;
    } else {
        return false;
    }
    std::memcpy(&udp, frame + at, sizeof udp);
    back.source.port = udp.destination;
    back.destination.port = udp.source;
    const Local to{back.source, back.vlan};
    if (std::find(live_.begin(), live_.end(), to) == live_.end()) return false;
    core::write_udp_headers(frame, back, static_cast<std::uint16_t>(udp.length.host() - sizeof udp));
    ++echoed_;
    if (!transmit(packet)) rte_pktmbuf_free(packet);
    return true;
}

void Driver::receive() {
    std::array<Packet*, 32> packets;
    const std::uint16_t n = rte_eth_rx_burst(port_->ethdev(), 0, packets.data(), packets.size());
    for (std::uint16_t i = 0; i < n; ++i) {
        if (echo(packets[i])) continue;
        io::Tap* tap = port_->tap();
        if (tap == nullptr || !tap->ring(WorkerId{0})->push(packets[i])) rte_pktmbuf_free(packets[i]);
    }
}

void Driver::generate() {
    if (sent_ == to_send_) return;
    const std::size_t headers = core::udp_headers_size(way_.source.address.is_v4(), false);
    for (int i = 0; i < 32 && sent_ < to_send_; ++i) {
        // All that the pool has are taken before the first is sent: else the same few would go round.
        if (hoard_.empty()) {
            while (Packet* packet = rte_pktmbuf_alloc(pool_)) hoard_.push_back(packet);
        }
        if (hoard_.empty()) break;
        Packet* packet = hoard_.back();
        char* frame = rte_pktmbuf_append(packet, static_cast<std::uint16_t>(headers + 160));
        std::memset(frame, 0, headers + 160);
        std::memcpy(frame + headers, &sent_, sizeof sent_);
        core::write_udp_headers(frame, way_, 160);
        if (!transmit(packet)) {
            rte_pktmbuf_reset(packet);
            break;
        }
        hoard_.pop_back();
        ++sent_;
    }
    // The receiver's socket has room for a few hundred: let it breathe.
    ::usleep(200);
    if (sent_ != to_send_) return;
    rte_pktmbuf_free_bulk(hoard_.data(), static_cast<unsigned>(hoard_.size()));
    hoard_.clear();
    report("generate");
}

void Driver::serve_tap() {
    io::Tap* tap = port_->tap();
    if (tap == nullptr) return;
    port_->follow_link();
    tap->write_waiting(64);
    for (int i = 0; i < 64; ++i) {
        Packet* packet = tap->read(kernel_pool_);
        if (packet == nullptr) break;
        if (!transmit(packet)) rte_pktmbuf_free(packet);
    }
}

void Driver::run() {
    report("ready");
    std::string pending;
    while (!stop_) {
        pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
        if (::poll(&input, 1, 0) == 1) {
            std::array<char, 4096> bytes;
            const auto n = ::read(STDIN_FILENO, bytes.data(), bytes.size());
            if (n <= 0) return;
            pending.append(bytes.data(), static_cast<std::size_t>(n));
            for (auto end = pending.find('\n'); end != std::string::npos && !stop_;
                 end = pending.find('\n')) {
                const std::string line = pending.substr(0, end);
                pending.erase(0, end + 1);
                obey(line);
            }
        }
        for (int i = 0; i < 16; ++i) {
            receive();
            serve_tap();
        }
        generate();
        ::usleep(20);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::map<std::string, std::string> options;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto equals = word.find('=');
        if (equals == std::string::npos) {
            std::fprintf(stderr, "expected KEY=VALUE, not %s\n", argv[i]);
            return 2;
        }
        options[word.substr(0, equals)] = word.substr(equals + 1);
    }
    Driver driver;
    if (!driver.start(options)) return 1;
    driver.run();
    return 0;
}
