// Writes one side's session description for the other side: our origin, our addresses and ports, allowed
// codecs. Every line that policy does not name is copied as it is, in its place.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "media/codec_policy.hpp"
#include "strowger/wire/ip.hpp"
#include "strowger/wire/sdp.hpp"

namespace strowger::media {

// What the other side has been told, so that the origin line keeps its promise (RFC 8866 5.2): one session id
// for the life of the dialog, a version that grows by one when, and only when, the description changed.
struct Origin {
    std::uint64_t session_id = 0;  // 0: nothing was sent yet
    std::uint64_t version = 0;
    std::uint64_t fingerprint = 0;  // of the last description, o= line excluded
};

// How to write one m= line.
struct LinePlan {
    bool refused = false;  // port 0, whatever the description says
    std::uint16_t port =
        0;  // ours (host order); ignored when refused, when direct, or when the line has port 0
};

struct RewritePlan {
    wire::IpAddress address;                      // ours, toward the receiver: o=, c= and a=rtcp
    std::span<const LinePlan> lines;              // one an m= line
    const CodecPolicy* codecs = nullptr;          // offers only
    bool direct = false;                          // media goes past us: c=, ports and ICE stay
    std::size_t least_lines = 0;                  // refused m= lines are added up to this
    std::size_t most_lines = wire::kMaxSdpMedia;  // the rest is left out
    bool hide_names = false;                      // s= tells the sender's product: write "-"
};

// The answer to an offer that nobody takes up now: every m= line is accepted with its first format and
// a=inactive, without a port of ours (RFC 3264 6.1: nothing is sent either way). Replaces `out`.
void answer_on_hold(const wire::Sdp& offer, const wire::IpAddress& address, Origin& origin, std::string& out);

// Replaces `out`. ICE attributes and BUNDLE groups end here (we terminate neither); a=rtcp is rewritten.
// Returns how many m= lines are left with a port.
std::size_t rewrite(const wire::Sdp& sdp, const RewritePlan& plan, Origin& origin, std::string& out);

}  // namespace strowger::media
