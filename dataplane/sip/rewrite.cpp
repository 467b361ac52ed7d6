#include "sip/rewrite.hpp"

#include <rte_mbuf.h>

#include <algorithm>
#include <cstring>

#include "core/frame.hpp"
#include "core/send.hpp"
#include "sip/screen.hpp"

namespace strowger::sip {
namespace {

constexpr std::size_t kMaxUdpPayload = 65'507;

// The control plane has the kernel ask for the next hop; the sender's retransmission will find it.
void ask_for(core::Worker& w, InterfaceId interface, const wire::IpAddress& address) {
    if (!w.limits->take_hop_question(w.now)) return;
    rings::Event event;
    event.kind = rings::EventKind::hop_wanted;
    event.worker = w.id;
    event.interface = interface;
    event.remote.address = address;
    if (w.events.push(event)) w.signal = true;
}

bool give_up(core::Worker& w, core::Packet* packet, Drop reason) {
    core::drop(w, packet, reason);
    return false;
}

// A message that needs fragments is put together in a large buffer first.
bool send_large(core::Worker& w, core::Packet* packet, const wire::SipMessage& message, const Edits& edits,
                rings::Send datagram) {
    core::Packet* room = rte_pktmbuf_alloc(w.large_pool);
    if (room == nullptr) return give_up(w, packet, Drop::route_no_buffer);
    char* out = rte_pktmbuf_append(room, static_cast<std::uint16_t>(datagram.length));
    if (out == nullptr) {
        rte_pktmbuf_free(room);
        return give_up(w, packet, Drop::route_too_big);
    }
    edits.write(message.bytes(), out);
    datagram.data = out;
    const bool left = core::send_copy(w, datagram);  // counts for itself what it has to drop
    rte_pktmbuf_free(room);
    core::consume(w, packet);
    return left;
}

}  // namespace

void Edits::replace(std::size_t offset, std::size_t length, std::string_view text) noexcept {
    if (count_ == kMost) {
        valid_ = false;
        return;
    }
    std::size_t place = count_;
    // What is put in at the start of something that goes stands before it.
    const auto comes_after = [&](const Edit& edit) {
        return edit.offset > offset || (edit.offset == offset && length == 0 && edit.length != 0);
    };
    while (place > 0 && comes_after(edits_[place - 1])) {
        edits_[place] = edits_[place - 1];
        --place;
    }
    edits_[place] = {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length),
                     static_cast<std::uint32_t>(text.size()), text.data()};
    ++count_;
    const auto end = [](const Edit& edit) { return edit.offset + edit.length; };
    if (place > 0 && end(edits_[place - 1]) > offset) valid_ = false;
    if (place + 1 < count_ && offset + length > edits_[place + 1].offset) valid_ = false;
    added_ += text.size();
    cut_ += length;
}

void Edits::remove_field(const wire::SipMessage& message, std::size_t field) noexcept {
    const wire::SipView& view = message.view();
    const std::size_t from = view.headers[field].name.offset;
    std::size_t to = 0;
    if (field + 1u < view.header_count) {
        to = view.headers[field + 1].name.offset;
    } else {
        // The empty line: CR LF or LF alone.
        to = view.head_length - 1u;
        if (message.bytes()[to - 1] == '\r') --to;
    }
    replace(from, to - from, {});
}

void Edits::remove_all(const wire::SipMessage& message, wire::HeaderId id) noexcept {
    const wire::SipView& view = message.view();
    const std::uint8_t first = view.first[static_cast<std::size_t>(id)];
    if (first == 0) return;
    for (std::size_t i = first - 1u; i < view.header_count; ++i)
        if (view.headers[i].id == id) remove_field(message, i);
}

void Edits::write(std::string_view message, char* out) const noexcept {
    const char* at = message.data();
    for (std::size_t i = 0; i < count_; ++i) {
        const Edit& edit = edits_[i];
        const char* upto = message.data() + edit.offset;
        std::memcpy(out, at, static_cast<std::size_t>(upto - at));
        out += upto - at;
        if (edit.size != 0) std::memcpy(out, edit.text, edit.size);
        out += edit.size;
        at = upto + edit.length;
    }
    std::memcpy(out, at, static_cast<std::size_t>(message.data() + message.size() - at));
}

bool send_changed(core::Worker& w, core::Packet* packet, const wire::SipMessage& message, const Edits& edits,
                  const Hop& hop, Counter counter) noexcept {
    const tables::Tables& tables = *w.tables;
    const tables::Listener& from = tables.listeners[index(hop.out)];
    if (from.interface == kNone<InterfaceId>) return give_up(w, packet, Drop::route_no_listener);
    const std::size_t size = edits.size_after(message.bytes().size());
    if (!edits.valid() || size > kMaxUdpPayload) return give_up(w, packet, Drop::route_too_big);
    const AdjacencyId adjacency = tables.routes.lookup(from.interface, hop.remote.address);
    const tables::Adjacency* next = tables.routes.adjacency(adjacency);
    if (next == nullptr || !next->resolved) ask_for(w, from.interface, hop.remote.address);
    if (next == nullptr || next->destination == wire::Mac{})
        return give_up(w, packet, Drop::route_no_adjacency);
    const tables::Interface& interface = tables.interfaces[index(from.interface)];
    const std::uint8_t dscp = tables.realms[index(from.realm)].signalling_dscp;
    const bool v4 = from.local.address.is_v4();
    const std::size_t room = rte_pktmbuf_data_room_size(w.pool) - RTE_PKTMBUF_HEADROOM - 18u;
    const std::size_t ip_size =
        (v4 ? sizeof(wire::Ipv4Header) : sizeof(wire::Ipv6Header)) + sizeof(wire::UdpHeader) + size;
    if (ip_size > std::min<std::size_t>(interface.mtu, room)) {
        const bool left = send_large(w, packet, message, edits,
                                     {.source = from.local,
                                      .destination = hop.remote,
                                      .interface = from.interface,
                                      .adjacency = adjacency,
                                      .dscp = dscp,
                                      .length = static_cast<std::uint32_t>(size)});
        if (left) core::count(w, counter);
        return left;
    }
    core::Packet* out = core::originate(w);
    if (out == nullptr) return give_up(w, packet, Drop::route_no_buffer);
    const std::size_t headers = core::udp_headers_size(v4, interface.vlan != 0);
    char* frame = rte_pktmbuf_append(out, static_cast<std::uint16_t>(headers + size));
    edits.write(message.bytes(), frame + headers);
    core::write_udp_headers(frame,
                            {.source_mac = interface.mac,
                             .destination_mac = next->destination,
                             .vlan = interface.vlan,
                             .source = from.local,
                             .destination = hop.remote,
                             .dscp = dscp},
                            static_cast<std::uint16_t>(size));
    core::transmit(w, interface.port, out);
    core::consume(w, packet);
    core::count(w, counter);
    return true;
}

}  // namespace strowger::sip
