#include "classify/reassembly.hpp"

#include <algorithm>
#include <cstring>

namespace strowger::classify {
namespace {

using core::Packet;
using core::PacketInfo;
using Datagram = Reassembly::Datagram;

// Where the data starts in a large packet's buffer; the headers are written right before it.
constexpr std::uint16_t kDataAt = 256;
constexpr std::uint16_t kTail = 64;  // the tokeniser may read that far past the end

// One fragment, decoded.
struct Fragment {
    Reassembly::Key key;
    std::uint32_t offset = 0;  // bytes
    std::uint32_t length = 0;
    std::size_t ip_header = 0;  // bytes before the data, without the IPv6 fragment header
    const char* data = nullptr;
    bool more = false;
};

bool decode(const char* frame, const PacketInfo& info, Fragment& out) {
    out.key = {info.interface, info.source.address, info.destination.address, 0};
    const char* l3 = frame + info.l3_offset;
    if (info.is_v4) {
        wire::Ipv4Header ip;
        std::memcpy(&ip, l3, sizeof ip);
        out.ip_header = (ip.version_ihl & 0x0fu) * 4u;
        out.key.identification = ip.identification.host();
        out.offset = (ip.fragment.host() & 0x1fffu) * 8u;
        out.more = (ip.fragment.host() & 0x2000) != 0;
        out.length = static_cast<std::uint32_t>(ip.total_length.host() - out.ip_header);
        out.data = l3 + out.ip_header;
    } else {
        wire::Ipv6Header ip;
        std::memcpy(&ip, l3, sizeof ip);
        const char* extension = l3 + sizeof ip;  // classify saw that its 8 bytes are there
        wire::be16 field;
        wire::be32 identification;
        std::memcpy(&field, extension + 2, sizeof field);
        std::memcpy(&identification, extension + 4, sizeof identification);
        out.ip_header = sizeof ip;
        out.key.identification = identification.host();
        out.offset = field.host() & 0xfff8u;
        out.more = (field.host() & 1) != 0;
        out.length = ip.payload_length.host() - 8u;
        out.data = extension + 8;
    }
    // All but the last are whole units; nothing reaches past 64 KB.
    const bool whole_units = out.length % 8 == 0 || !out.more;
    return out.length != 0 && whole_units && out.offset + out.length <= 65'535u - kDataAt - kTail;
}

void forget(Reassembly& table, Datagram& datagram) {
    datagram.packet = nullptr;
    --table.live;
}

// The datagram that has waited longest makes room: whoever fills the table with pieces that never become
// whole can't keep others out for longer than it takes to fill it again.
void make_room(core::Worker& w) {
    Datagram* oldest = nullptr;
    for (Datagram& datagram : w.reassembly->datagrams)
        if (datagram.packet != nullptr && (oldest == nullptr || datagram.deadline < oldest->deadline))
            oldest = &datagram;
    if (oldest == nullptr) return;
    core::drop(w, oldest->packet, Drop::classify_fragment_limit);
    forget(*w.reassembly, *oldest);
}

Datagram* find_or_start(core::Worker& w, const Fragment& fragment) {
    Reassembly& table = *w.reassembly;
    for (Datagram& datagram : table.datagrams)
        if (datagram.packet != nullptr && datagram.key == fragment.key) return &datagram;
    if (table.live == table.datagrams.size()) make_room(w);
    Packet* packet = rte_pktmbuf_alloc(w.large_pool);
    if (packet == nullptr) return nullptr;
    core::count(w, Counter::worker_originated);
    Datagram& free = *std::find_if(table.datagrams.begin(), table.datagrams.end(),
                                   [](const Datagram& datagram) { return datagram.packet == nullptr; });
    free.key = fragment.key;
    free.packet = packet;
    free.deadline = w.now + Reassembly::kPatience;
    free.octets = free.total = free.end = 0;
    free.header = free.l3_offset = 0;
    free.units.reset();
    ++table.live;
    return &free;
}

// False: the fragment contradicts what came before (RFC 5722: an overlap ends the datagram). The network's
// own duplicates, the same bytes at the same place, are no contradiction.
bool place(Datagram& datagram, const char* frame, const PacketInfo& info, const Fragment& fragment) {
    char* data = static_cast<char*>(datagram.packet->buf_addr) + kDataAt;
    const std::uint32_t end = fragment.offset + fragment.length;
    if (!fragment.more && (datagram.end > end || (datagram.total != 0 && datagram.total != end)))
        return false;
    if (fragment.more && datagram.total != 0 && end > datagram.total) return false;

    const std::size_t first = fragment.offset / 8;
    const std::size_t units = (fragment.length + 7) / 8;
    std::size_t known = 0;
    for (std::size_t unit = first; unit < first + units; ++unit) known += datagram.units.test(unit) ? 1 : 0;
    if (known != 0)
        return known == units && std::memcmp(data + fragment.offset, fragment.data, fragment.length) == 0;

    for (std::size_t unit = first; unit < first + units; ++unit) datagram.units.set(unit);
    std::memcpy(data + fragment.offset, fragment.data, fragment.length);
    datagram.octets += fragment.length;
    datagram.end = std::max(datagram.end, end);
    if (!fragment.more) datagram.total = end;
    if (fragment.offset == 0) {
        datagram.l3_offset = info.l3_offset;
        datagram.header = static_cast<std::uint16_t>(info.l3_offset + fragment.ip_header);
        std::memcpy(data - datagram.header, frame, datagram.header);
    }
    return true;
}

// The headers of the first fragment become those of the whole.
Packet* finish(Datagram& datagram, const PacketInfo& info) {
    Packet* packet = datagram.packet;
    packet->data_off = static_cast<std::uint16_t>(kDataAt - datagram.header);
    packet->data_len = static_cast<std::uint16_t>(datagram.header + datagram.total);
    packet->pkt_len = packet->data_len;
    char* l3 = rte_pktmbuf_mtod(packet, char*) + datagram.l3_offset;
    const std::size_t ip_header = datagram.header - datagram.l3_offset;
    if (info.is_v4) {
        const auto total = wire::be16::from_host(static_cast<std::uint16_t>(ip_header + datagram.total));
        const wire::be16 none{};
        std::memcpy(l3 + offsetof(wire::Ipv4Header, total_length), &total, sizeof total);
        std::memcpy(l3 + offsetof(wire::Ipv4Header, fragment), &none, sizeof none);
    } else {
        const auto length = wire::be16::from_host(static_cast<std::uint16_t>(datagram.total));
        std::memcpy(l3 + offsetof(wire::Ipv6Header, payload_length), &length, sizeof length);
        l3[offsetof(wire::Ipv6Header, next_header)] = static_cast<char>(wire::kProtocolUdp);
    }
    core::info_of(packet) = {.l3_offset = datagram.l3_offset, .port = info.port, .received = info.received};
    return packet;
}

}  // namespace

Packet* reassemble(core::Worker& w, Packet* packet) noexcept {
    const PacketInfo info = core::info_of(packet);
    const char* frame = core::frame_of(packet);
    Fragment fragment;
    if (!decode(frame, info, fragment)) {
        core::drop(w, packet, Drop::classify_fragment_limit);
        return nullptr;
    }
    Datagram* datagram = find_or_start(w, fragment);
    if (datagram == nullptr) {
        core::drop(w, packet, Drop::classify_fragment_limit);
        return nullptr;
    }
    if (!place(*datagram, frame, info, fragment)) {
        core::drop(w, datagram->packet, Drop::classify_fragment_limit);
        forget(*w.reassembly, *datagram);
        core::drop(w, packet, Drop::classify_fragment_limit);
        return nullptr;
    }
    core::consume(w, packet);
    if (datagram->header == 0 || datagram->total == 0 || datagram->octets != datagram->total) return nullptr;
    core::count(w, Counter::classify_reassembled);
    Packet* whole = finish(*datagram, info);
    forget(*w.reassembly, *datagram);
    return whole;
}

void sweep(core::Worker& w) noexcept {
    if (w.reassembly->live == 0) return;
    for (Datagram& datagram : w.reassembly->datagrams) {
        if (datagram.packet == nullptr || datagram.deadline > w.now) continue;
        core::drop(w, datagram.packet, Drop::classify_fragment_incomplete);
        forget(*w.reassembly, datagram);
    }
}

}  // namespace strowger::classify
