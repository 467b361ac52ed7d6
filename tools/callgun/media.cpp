#include "media.hpp"

#include <algorithm>
#include <cstring>

#include "strowger/wire/sdp.hpp"

namespace strowger::callgun {
namespace {

constexpr wire::be32 kMagic = wire::be32::from_host(0x6367756e);  // "cgun"
constexpr std::uint8_t kDscp = 46;                                // expedited forwarding
constexpr std::uint32_t kSamples = 160;
constexpr char kSilentA = '\x55' ^ '\x80';  // G.711: A-law and µ-law of silence
constexpr char kSilentU = '\xff';

}  // namespace

Media::Media(Kit& kit, std::size_t addresses, std::uint32_t legs, Nanoseconds now)
    : kit_(kit), ports_(addresses), legs_(legs), timers_(legs, now) {
    const PortRange range = kit.options.media;
    for (Ports& ports : ports_) ports.leg_of.assign((range.size() + 1) / 2, kNoLeg);
    const wire::RtpHeader header{.version_padding_extension_count = 0x80,
                                 .marker_type = kit.options.pcmu ? std::uint8_t{0} : std::uint8_t{8},
                                 .sequence = {},
                                 .timestamp = {},
                                 .ssrc = {}};
    packet_.fill(kit.options.pcmu ? kSilentU : kSilentA);
    std::memcpy(packet_.data(), &header, sizeof header);
}

std::uint32_t Media::open(const LocalEndpoint& at) {
    const auto slot = legs_.take();
    if (!slot) return kNoLeg;
    Ports& ports = ports_[index(at.media)];
    for (std::size_t tries = 0; tries < ports.leg_of.size(); ++tries) {
        const std::uint32_t place = ports.next;
        ports.next = place + 1 == ports.leg_of.size() ? 0 : place + 1;
        if (ports.leg_of[place] != kNoLeg) continue;
        ports.leg_of[place] = *slot;
        const std::uint32_t mixed = ++opened_ * 2654435761u ^ kit_.run;
        legs_[*slot] = {.at = &at,
                        .port = static_cast<std::uint16_t>(kit_.options.media.low + 2 * place),
                        .ssrc = mixed,
                        .first_sequence = static_cast<std::uint16_t>(mixed >> 7),
                        .first_timestamp = mixed * 31};
        return *slot;
    }
    legs_.give_back(*slot);
    return kNoLeg;
}

void Media::send_to(std::uint32_t leg, const wire::Endpoint& remote, Nanoseconds now) {
    legs_[leg].remote = remote;
    legs_[leg].sending = true;
    timers_.start(leg, now);
}

void Media::close(std::uint32_t leg) {
    const Leg& closing = legs_[leg];
    timers_.stop(leg);
    ports_[index(closing.at->media)].leg_of[(closing.port - kit_.options.media.low) / 2u] = kNoLeg;
    // A leg that never sent belongs to a call that was not answered.
    if (closing.sending) {
        results_->legs.add();
        results_->lost.add(closing.stream.lost());
        if (closing.stream.received() == 0) {
            results_->silent_legs.add();
        } else {
            results_->jitter.record(closing.stream.jitter());
        }
    }
    legs_.give_back(leg);
}

void Media::send(std::uint32_t leg, Nanoseconds now) {
    Leg& from = legs_[leg];
    wire::RtpHeader header;
    std::memcpy(&header, packet_.data(), sizeof header);
    header.sequence = wire::be16::from_host(static_cast<std::uint16_t>(from.first_sequence + from.number));
    header.timestamp = wire::be32::from_host(from.first_timestamp + from.number * kSamples);
    header.ssrc = wire::be32::from_host(from.ssrc);
    const Mark mark{kMagic, wire::be32::from_host(from.number),
                    wire::be64::from_host(static_cast<std::uint64_t>(now))};
    std::memcpy(packet_.data(), &header, sizeof header);
    std::memcpy(packet_.data() + sizeof header, &mark, sizeof mark);
    ++from.number;
    kit_.line.send(from.at->interface, {from.at->endpoint.address, wire::be16::from_host(from.port)},
                   from.remote, {packet_.data(), packet_.size()}, kDscp);
    results_->sent.add();
}

void Media::advance(Nanoseconds now) {
    timers_.advance(now, [&](std::uint32_t leg, Nanoseconds due) {
        results_->lateness.record(now - due);
        send(leg, now);
        timers_.start(leg, due + kPacketTime);  // from when it was due: a late packet makes no other late
    });
}

void Media::receive(const core::PacketInfo& info, std::span<const std::uint8_t> datagram, Nanoseconds now) {
    if (wire::media_kind(datagram) != wire::MediaKind::rtp) return;  // RTCP
    const std::uint16_t port = info.destination.port.host();
    const auto place = static_cast<std::size_t>(port - kit_.options.media.low) / 2;
    const Ports& ports = ports_[index(info.media_address)];
    if ((port - kit_.options.media.low) % 2 != 0 || place >= ports.leg_of.size() ||
        ports.leg_of[place] == kNoLeg)
        return results_->stray.add();
    const auto packet = wire::parse_rtp(datagram);
    Mark mark;
    if (!packet || packet->payload.size() < sizeof mark) return results_->unknown.add();
    std::memcpy(&mark, packet->payload.data(), sizeof mark);
    if (mark.magic != kMagic) return results_->unknown.add();
    const Nanoseconds transit = now - static_cast<Nanoseconds>(mark.sent.host());
    StreamReceiver& stream = legs_[ports.leg_of[place]].stream;
    switch (stream.receive(mark.number.host(), transit)) {
        case Arrival::duplicate:
        case Arrival::too_old:
            return results_->duplicates.add();
        case Arrival::reordered:
            results_->reordered.add();
            break;
        case Arrival::first:
        case Arrival::in_order:
            break;
    }
    results_->received.add();
    results_->one_way.record(transit);
    if (stream.behind() > kit_.options.jitter_buffer) results_->late.add();
}

std::optional<wire::Endpoint> audio_address(std::string_view description) {
    static wire::SdpView view;  // 12 KB; there is one poll-mode core
    if (wire::parse_sdp(description, view) != wire::SdpError::none) return std::nullopt;
    const wire::Sdp sdp(description, &view);
    for (const wire::SdpMedia& media : sdp.media()) {
        if (sdp.text(media.kind) != "audio" || media.port == 0) continue;
        const auto address = wire::parse_address(sdp.text(sdp.connection(media).address));
        if (address) return wire::Endpoint{*address, wire::be16::from_host(media.port)};
    }
    return std::nullopt;
}

std::string_view write_description(std::span<char> room, const LocalEndpoint& at, std::uint16_t port,
                                   bool pcmu) {
    std::size_t size = 0;
    const auto put = [&](std::string_view text) {
        size += text.copy(room.data() + size, room.size() - size);
    };
    char digits[8];
    const int length = std::snprintf(digits, sizeof digits, "%u", static_cast<unsigned>(port));
    const std::string_view family = at.endpoint.address.is_v4() ? "IP4 " : "IP6 ";
    put("v=0\r\no=callgun 1 1 IN ");
    put(family);
    put(at.address.view());
    put("\r\ns=-\r\nc=IN ");
    put(family);
    put(at.address.view());
    put("\r\nt=0 0\r\nm=audio ");
    put({digits, static_cast<std::size_t>(length)});
    put(pcmu ? " RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n" : " RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n");
    put("a=ptime:20\r\n");
    return {room.data(), size};
}

}  // namespace strowger::callgun
