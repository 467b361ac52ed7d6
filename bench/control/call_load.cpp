#include "call_load.hpp"

#include <fmt/format.h>
#include <time.h>

#include <charconv>
#include <cstring>
#include <iterator>

namespace strowger::bench {
namespace {

std::string_view header(std::string_view message, std::string_view name) {
    const std::size_t at = message.find(name);
    if (at == std::string_view::npos) return {};
    const std::size_t from = at + name.size();
    return message.substr(from, message.find("\r\n", from) - from);
}

void copy(char* room, std::size_t size, std::string_view text) {
    const std::size_t n = std::min(size - 1, text.size());
    std::memcpy(room, text.data(), n);
    room[n] = 0;
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t at = text.find(before);
    if (at == std::string_view::npos) return {};
    const std::size_t from = at + before.size();
    return text.substr(from, after.empty() ? after.npos : text.find(after, from) - from);
}

constexpr std::string_view kOffer =
    "v=0\r\no=- 3846 3846 IN IP4 10.10.0.100\r\ns=-\r\nc=IN IP4 10.10.0.100\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";
constexpr std::string_view kAnswer =
    "v=0\r\no=- 12 12 IN IP4 10.20.0.100\r\ns=-\r\nc=IN IP4 10.20.0.100\r\nt=0 0\r\n"
    "m=audio 6000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 "
    "telephone-event/8000\r\na=sendrecv\r\n";

}  // namespace

CallLoad::CallLoad(Appliance& appliance, std::size_t most)
    : appliance_(appliance),
      calls_(most),
      caller_(*wire::parse_endpoint("10.10.0.100:5060")),
      callee_(*wire::parse_endpoint("10.20.0.100:5060")),
      access_(*wire::parse_endpoint("10.10.0.1:5060")),
      core_(*wire::parse_endpoint("10.20.0.1:5060")) {
    text_.reserve(4096);
}

void CallLoad::send(Side side, std::string_view text) {
    const bool access = side == Side::access;
    if (!appliance_.put(side, access ? caller_ : callee_, access ? access_ : core_, text)) ++counts.unsent;
}

void CallLoad::start(Nanoseconds now) {
    const std::size_t n = counts.started++;
    calls_[n] = {.state = State::calling, .since = now};
    text_.clear();
    fmt::format_to(
        std::back_inserter(text_),
        "INVITE sip:2{0:08}@lab.example SIP/2.0\r\nVia: SIP/2.0/UDP "
        "10.10.0.100:5060;rport;branch=z9hG4bKi{0:08}\r\n"
        "Max-Forwards: 70\r\nFrom: \"Load {0:08}\" <sip:1001@lab.example>;tag=f{0:08}\r\n"
        "To: <sip:2{0:08}@lab.example>\r\nCall-ID: c{0:08}@10.10.0.100\r\nCSeq: 1 INVITE\r\n"
        "Contact: <sip:1001@10.10.0.100:5060>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE\r\n"
        "Supported: replaces, timer\r\nUser-Agent: Desk Phone 410/8.2.1\r\nContent-Type: application/sdp\r\n"
        "Content-Length: {1}\r\n\r\n{2}",
        n, kOffer.size(), kOffer);
    send(Side::access, text_);
}

void CallLoad::turn(Nanoseconds now, Nanoseconds hold) {
    Datagram datagram;
    for (int i = 0; i < 256 && appliance_.take(Side::core, datagram); ++i) on_request(datagram);
    for (int i = 0; i < 256 && appliance_.take(Side::access, datagram); ++i) on_answer(datagram, now);
    while (!up_.empty() && now - calls_[up_.front()].since >= hold) {
        hang_up(up_.front());
        up_.pop_front();
    }
    while (oldest_ < counts.started &&
           (calls_[oldest_].state == State::over ||
            (calls_[oldest_].state != State::up && now - calls_[oldest_].since > kPatience))) {
        if (calls_[oldest_].state != State::over) ++counts.lost;
        calls_[oldest_++].state = State::over;
    }
}

void CallLoad::hang_up(std::size_t n) {
    Call& call = calls_[n];
    call.state = State::ending;
    text_.clear();
    fmt::format_to(std::back_inserter(text_),
                   "BYE {2} SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.100:5060;rport;branch=z9hG4bKb{0:08}\r\n"
                   "Max-Forwards: 70\r\nFrom: \"Load {0:08}\" <sip:1001@lab.example>;tag=f{0:08}\r\n"
                   "To: <sip:2{0:08}@lab.example>;tag={1}\r\nCall-ID: c{0:08}@10.10.0.100\r\nCSeq: 2 BYE\r\n"
                   "Content-Length: 0\r\n\r\n",
                   n, call.to_tag, call.target);
    send(Side::access, text_);
}

void CallLoad::send_media() {
    char packet[172] = {static_cast<char>(0x80), 8};
    ++sequence_;
    const auto sequence = wire::be16::from_host(sequence_);
    const auto timestamp = wire::be32::from_host(sequence_ * 160u);
    std::memcpy(packet + 2, &sequence, 2);
    std::memcpy(packet + 4, &timestamp, 4);
    const wire::Endpoint from{caller_.address, wire::be16::from_host(4000)};
    for (const std::size_t n : kept_) {
        const auto ssrc = wire::be32::from_host(static_cast<std::uint32_t>(n + 1));
        std::memcpy(packet + 8, &ssrc, 4);
        if (appliance_.put(Side::access, from, calls_[n].media, {packet, sizeof packet})) ++counts.media_sent;
    }
}

void CallLoad::on_answer(const Datagram& answer, Nanoseconds now) {
    const std::string_view text = answer.payload;
    if (!text.starts_with("SIP/2.0 ") || text[8] == '1') return;
    std::size_t n = 0;
    const std::string_view id = header(text, "\r\nCall-ID: c");
    if (std::from_chars(id.data(), id.data() + id.size(), n).ec != std::errc{} || n >= counts.started) return;
    Call& call = calls_[n];
    if (header(text, "\r\nCSeq: ").ends_with("BYE")) {
        if (call.state != State::ending) return;
        call.state = State::over;
        ++counts.completed;
        return;
    }
    const bool success = text[8] == '2';
    const std::string_view to = header(text, "\r\nTo: ");
    const std::string_view tag = between(to, ";tag=", "");
    const std::string_view target = between(header(text, "\r\nContact: "), "<", ">");
    text_.clear();
    // Of a 2xx the ACK is a transaction of its own, of all others it is the INVITE's (RFC 3261 17.1.1.3).
    fmt::format_to(
        std::back_inserter(text_),
        "ACK {2} SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.100:5060;rport;branch=z9hG4bK{3}{0:08}\r\n"
        "Max-Forwards: 70\r\nFrom: \"Load {0:08}\" <sip:1001@lab.example>;tag=f{0:08}\r\nTo: {1}\r\n"
        "Call-ID: c{0:08}@10.10.0.100\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
        n, to, success ? std::string(target) : fmt::format("sip:2{:08}@lab.example", n), success ? 'a' : 'i');
    send(Side::access, text_);
    if (call.state != State::calling) return;
    if (!success) {
        call.state = State::over;
        ++counts.refused;
        return;
    }
    copy(call.to_tag, sizeof call.to_tag, tag);
    copy(call.target, sizeof call.target, target);
    call.state = State::up;
    call.since = now;
    ++counts.answered;
    if (n >= keep_) return up_.push_back(n);
    const std::string media =
        fmt::format("{}:{}", header(text, "\nc=IN IP4 "), between(text, "m=audio ", " "));
    call.media = wire::parse_endpoint(media).value_or(wire::Endpoint{});
    kept_.push_back(n);
}

void CallLoad::on_request(const Datagram& request) {
    const std::string_view text = request.payload;
    if (!text.empty() && static_cast<unsigned char>(text[0]) == 0x80) {
        // Of our own callers: what others send is not counted, wherever it comes out.
        wire::be32 ssrc;
        if (text.size() < 12) return;
        std::memcpy(&ssrc, text.data() + 8, sizeof ssrc);
        if (ssrc.host() - 1 < keep_) ++counts.media_received;
        return;
    }
    const bool invite = text.starts_with("INVITE ");
    if (!invite && !text.starts_with("BYE ")) return;
    const auto respond = [&](std::string_view status, std::string_view body) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_),
                       "SIP/2.0 {}\r\nVia: {}\r\nFrom: {}\r\nTo: {}{}\r\nCall-ID: {}\r\nCSeq: {}\r\n"
                       "Contact: <sip:pbx@10.20.0.100:5060>\r\n{}Content-Length: {}\r\n\r\n{}",
                       status, header(text, "\r\nVia: "), header(text, "\r\nFrom: "),
                       header(text, "\r\nTo: "), invite ? ";tag=pbx" : "", header(text, "\r\nCall-ID: "),
                       header(text, "\r\nCSeq: "), body.empty() ? "" : "Content-Type: application/sdp\r\n",
                       body.size(), body);
        send(Side::core, text_);
    };
    if (!invite) return respond("200 OK", {});
    respond("180 Ringing", {});
    respond("200 OK", kAnswer);
}

}  // namespace strowger::bench
