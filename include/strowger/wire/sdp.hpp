// A session description (RFC 8866) as a table of slices into its own text: lines in their order, media
// sections, and offsets of the pieces that a border controller rewrites. Filled by parse_sdp(), read by both
// planes. Nothing here owns, copies or allocates, and no line is lost: what is not understood is still a
// line.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "strowger/wire/sip_message.hpp"  // Slice

namespace strowger::wire {

inline constexpr std::size_t kMaxSdpLines = 1024;
inline constexpr std::size_t kMaxSdpMedia = 32;
inline constexpr std::uint16_t kNoLine = 0xffff;

enum class SdpAttribute : std::uint8_t {
    none,   // not an a= line
    other,  // an attribute that sdp_attributes.def does not list
#define ATTRIBUTE(id, name) id,
#include "strowger/wire/sdp_attributes.def"
#undef ATTRIBUTE
    count_
};

// "rtcp-mux" for SdpAttribute::rtcp_mux; empty for none and other.
[[nodiscard]] std::string_view attribute_name(SdpAttribute attribute) noexcept;
[[nodiscard]] SdpAttribute attribute_of(std::string_view name) noexcept;

// One "x=value" line.
struct SdpLine {
    Slice whole;  // with its line end: remove this to remove the line
    Slice
        value;  // after '=', without the line end; of an a= line: after the attribute's ':' (empty: property)
    char type = 0;
    SdpAttribute attribute = SdpAttribute::none;
};

enum class SdpDirection : std::uint8_t { sendrecv, sendonly, recvonly, inactive };

// c=<network> <family> <address>. The address may be a host name; parse_address() tells.
struct SdpConnection {
    std::uint16_t line = kNoLine;
    Slice network;  // "IN"
    Slice family;   // "IP4", "IP6"
    Slice address;  // without the multicast "/ttl"
    [[nodiscard]] bool present() const { return line != kNoLine; }
};

// o=<user> <session id> <session version> <network> <family> <address>
struct SdpOrigin {
    std::uint16_t line = kNoLine;
    Slice user;
    Slice session_id;
    Slice session_version;
    Slice network;
    Slice family;
    Slice address;
};

// An m= line and the lines up to the next one.
struct SdpMedia {
    std::uint16_t first_line = 0;                     // the m= line
    std::uint16_t line_count = 0;                     // m= line included
    Slice kind;                                       // "audio", "video", "image" …
    Slice port_text;                                  // the number alone
    Slice protocol;                                   // "RTP/AVP", "UDP/TLS/RTP/SAVPF", "udptl" …
    Slice formats;                                    // "0 8 101", or "t38"; may be empty
    std::uint16_t port = 0;                           // host order; 0: rejected or disabled
    std::uint16_t port_count = 1;                     // of "port/count"
    SdpConnection connection;                         // of this section; absent: the session's holds
    SdpDirection direction = SdpDirection::sendrecv;  // effective: of this section, else of the session
    std::uint16_t direction_line = kNoLine;           // in this section
    bool rtcp_mux = false;
};

// The table. lines and media are valid up to their counts.
struct SdpView {
    std::uint16_t line_count = 0;
    std::uint16_t media_count = 0;
    std::uint16_t session_line_count = 0;  // lines before the first m=
    SdpOrigin origin;
    SdpConnection connection;  // of the session
    SdpDirection direction = SdpDirection::sendrecv;
    std::uint16_t direction_line = kNoLine;  // at session level
    std::array<SdpMedia, kMaxSdpMedia> media;
    std::array<SdpLine, kMaxSdpLines> lines;
};

enum class SdpError : std::uint8_t {
    none,
    empty,
    too_long,        // more than 65,535 bytes
    too_many_lines,  // more than kMaxSdpLines
    too_many_media,  // more than kMaxSdpMedia
    line,            // not "x=…", or a NUL or a lone CR in it
    version,         // the first line is not v=0
    origin,          // o= missing, repeated or not six fields
    connection,      // a c= line without its three fields
    media,           // an m= line without kind, port, protocol, or with a port above 65535
    no_connection,   // media with a port, and no c= line that holds for it
};
// "more than 32 media sections" … for answers and logs.
[[nodiscard]] std::string_view explain(SdpError error) noexcept;

// Reads `text` into `out`. On an error `out` is not to be used, except out.line_count: lines read before it.
// Lines may end in CRLF or LF; the last needs no end; empty lines are allowed at the end only (they are lines
// of type 0).
[[nodiscard]] SdpError parse_sdp(std::string_view text, SdpView& out) noexcept;

// A description: text and table together. Pass by value.
class Sdp {
  public:
    Sdp(std::string_view text, const SdpView* view) : text_(text), view_(view) {}

    [[nodiscard]] const SdpView& view() const { return *view_; }
    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] std::string_view text(Slice s) const { return text_.substr(s.offset, s.length); }
    [[nodiscard]] std::span<const SdpLine> lines() const { return {view_->lines.data(), view_->line_count}; }
    [[nodiscard]] std::span<const SdpLine> session_lines() const {
        return {view_->lines.data(), view_->session_line_count};
    }
    [[nodiscard]] std::span<const SdpMedia> media() const {
        return {view_->media.data(), view_->media_count};
    }
    [[nodiscard]] std::span<const SdpLine> lines(const SdpMedia& m) const {
        return {view_->lines.data() + m.first_line, m.line_count};
    }
    // The connection that holds for `m`.
    [[nodiscard]] const SdpConnection& connection(const SdpMedia& m) const {
        return m.connection.present() ? m.connection : view_->connection;
    }
    // First line with that attribute; null when absent. `where`: lines(m) or session_lines().
    [[nodiscard]] static const SdpLine* find(std::span<const SdpLine> where, SdpAttribute attribute) {
        for (const auto& line : where)
            if (line.attribute == attribute) return &line;
        return nullptr;
    }
    // The rtpmap or fmtp line of one format; null when absent.
    [[nodiscard]] const SdpLine* find(const SdpMedia& m, SdpAttribute attribute,
                                      std::string_view format) const;
    // Calls visit(std::string_view) for every format of the m= line, in order.
    template <typename Visit>
    void each_format(const SdpMedia& m, Visit&& visit) const {
        auto rest = text(m.formats);
        while (!rest.empty()) {
            const auto end = rest.find(' ');
            if (end != 0) visit(rest.substr(0, end));
            if (end == std::string_view::npos) break;
            rest.remove_prefix(end + 1);
        }
    }

  private:
    std::string_view text_;
    const SdpView* view_;
};

// Values of single attributes. Each takes SdpLine::value and returns views into it; nullopt: malformed.

// a=rtpmap:<payload type> <name>/<clock>[/<channels>]
struct Rtpmap {
    std::uint8_t payload_type = 0;
    std::string_view name;
    std::uint32_t clock = 0;  // Hz
    std::uint8_t channels = 1;
};
[[nodiscard]] std::optional<Rtpmap> parse_rtpmap(std::string_view value) noexcept;
// The static assignment of RFC 3551 6; nullopt for dynamic and unassigned types.
[[nodiscard]] std::optional<Rtpmap> static_payload(std::uint8_t payload_type) noexcept;

// a=fmtp:<format> <parameters>, and any other attribute of that shape (rtcp-fb …).
struct FormatValue {
    std::string_view format;
    std::string_view parameters;
};
[[nodiscard]] std::optional<FormatValue> parse_format_value(std::string_view value) noexcept;

// a=rtcp:<port> [<network> <family> <address>] (RFC 3605)
struct RtcpValue {
    std::uint16_t port = 0;
    std::string_view address;  // empty: that of the connection
};
[[nodiscard]] std::optional<RtcpValue> parse_rtcp(std::string_view value) noexcept;

// a=candidate:… (RFC 8839 5.1)
struct Candidate {
    std::string_view foundation;
    std::uint16_t component = 0;  // 1: RTP, 2: RTCP
    std::string_view transport;   // "UDP", any case
    std::uint32_t priority = 0;
    std::string_view address;  // IP address or host name (mDNS)
    std::uint16_t port = 0;
    std::string_view type;  // "host", "srflx", "prflx", "relay"
    std::string_view related_address;
    std::uint16_t related_port = 0;
};
[[nodiscard]] std::optional<Candidate> parse_candidate(std::string_view value) noexcept;

// a=crypto:<tag> <suite> <key parameters> (RFC 4568)
struct CryptoValue {
    std::uint32_t tag = 0;
    std::string_view suite;
    std::string_view parameters;
};
[[nodiscard]] std::optional<CryptoValue> parse_crypto(std::string_view value) noexcept;

}  // namespace strowger::wire
