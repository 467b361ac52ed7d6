#include "media/sdp_rewrite.hpp"

#include <charconv>

namespace strowger::media {
namespace {

using wire::SdpAttribute;

void number(std::string& out, std::uint64_t value) {
    char text[20];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    out.append(text, end);
}

// "IN IP4 192.0.2.1"
void network_address(std::string& out, const wire::IpAddress& address) {
    char text[46];
    out += address.is_v4() ? "IN IP4 " : "IN IP6 ";
    out.append(text, wire::format_address(address, text));
}

std::uint64_t fingerprint_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash | 1;
}

bool belongs_to_ice(SdpAttribute a) {
    switch (a) {
        case SdpAttribute::candidate:
        case SdpAttribute::end_of_candidates:
        case SdpAttribute::remote_candidates:
        case SdpAttribute::ice_ufrag:
        case SdpAttribute::ice_pwd:
        case SdpAttribute::ice_options:
        case SdpAttribute::ice_lite:
        case SdpAttribute::ice_mismatch:
        case SdpAttribute::ice_pacing:
            return true;
        default:
            return false;
    }
}

class Rewriter {
  public:
    Rewriter(const wire::Sdp& sdp, const RewritePlan& plan, std::string& out)
        : sdp_(sdp), plan_(plan), out_(out) {}

    // Leaves the place of the o= line in `origin_at`.
    std::size_t run(std::size_t& origin_at) {
        origin_at = 0;
        const auto& view = sdp_.view();
        for (std::uint16_t i = 0; i < view.session_line_count; ++i) {
            if (i == view.origin.line)
                origin_at = out_.size();
            else
                session_line(view.lines[i]);
        }
        std::size_t live = 0;
        std::size_t i = 0;
        for (const auto& m : sdp_.media()) {
            if (i == plan_.most_lines) break;
            live += section(m, i++) ? 1 : 0;
        }
        for (; i < plan_.least_lines; ++i) out_ += "m=audio 0 RTP/AVP 0\r\n";
        return live;
    }

  private:
    void copy(const wire::SdpLine& line) {
        if (line.type == 0) return;
        out_ += sdp_.text(line.whole);
        if (out_.back() != '\n') out_ += "\r\n";
    }

    void session_line(const wire::SdpLine& line) {
        if (line.type == 'c') return connection(line);
        if (line.type == 's' && plan_.hide_names) {
            out_ += "s=-\r\n";
            return;
        }
        attribute_or_copy(line);
    }

    void connection(const wire::SdpLine& line) {
        if (plan_.direct) return copy(line);
        // A hold in the style of 0.0.0.0 stays one, in the receiver's family.
        const auto text = sdp_.text(line.value);
        const auto address = wire::parse_address(text.substr(text.rfind(' ') + 1));
        const bool hold = address && address->is_unspecified();
        out_ += "c=";
        if (!hold)
            network_address(out_, plan_.address);
        else
            out_ += plan_.address.is_v4() ? "IN IP4 0.0.0.0" : "IN IP6 ::";
        out_ += "\r\n";
    }

    // True: the line does not go out.
    bool ends_here(const wire::SdpLine& line) const {
        if (plan_.direct) return false;
        if (belongs_to_ice(line.attribute)) return true;
        return line.attribute == SdpAttribute::group && sdp_.text(line.value).starts_with("BUNDLE");
    }

    void attribute_or_copy(const wire::SdpLine& line) {
        if (!ends_here(line)) copy(line);
    }

    bool section(const wire::SdpMedia& m, std::size_t i) {
        LinePlan line = i < plan_.lines.size() ? plan_.lines[i] : LinePlan{.refused = true};
        Formats formats;
        if (plan_.codecs != nullptr && m.port != 0) {
            formats = filter(sdp_, m, *plan_.codecs);
            if (formats.changed && formats.count == 0) line.refused = true;
        }
        const bool live = m.port != 0 && !line.refused;
        const bool narrowed = live && formats.changed;
        media_line(m, line, live, narrowed ? &formats : nullptr);
        const auto lines = sdp_.lines(m);
        for (const auto& l : lines.subspan(1)) {
            if (l.type == 'c')
                connection(l);
            else if (l.attribute == SdpAttribute::rtcp && !plan_.direct)
                rtcp(m, line, live);
            else if (narrowed && speaks_of_removed(l, formats))
                continue;
            else
                attribute_or_copy(l);
        }
        return live;
    }

    void media_line(const wire::SdpMedia& m, const LinePlan& line, bool live, const Formats* formats) {
        out_ += "m=";
        out_ += sdp_.text(m.kind);
        out_ += ' ';
        if (!live)
            out_ += '0';
        else if (plan_.direct)
            out_ += sdp_.text(m.port_text);
        else
            number(out_, line.port);
        if (live && plan_.direct && m.port_count != 1) {
            out_ += '/';
            number(out_, m.port_count);
        }
        out_ += ' ';
        out_ += sdp_.text(m.protocol);
        if (formats != nullptr) {
            for (std::size_t i = 0; i < formats->count; ++i) {
                out_ += ' ';
                out_ += formats->names[i];
            }
        } else if (!m.formats.empty()) {
            out_ += ' ';
            out_ += sdp_.text(m.formats);
        }
        out_ += "\r\n";
    }

    // Our RTCP is always the port above RTP's, on the same address (or RTP's own with rtcp-mux).
    void rtcp(const wire::SdpMedia& m, const LinePlan& line, bool live) {
        if (!live) return;
        out_ += "a=rtcp:";
        number(out_, line.port + (m.rtcp_mux ? 0u : 1u));
        out_ += "\r\n";
    }

    // rtpmap, fmtp and rtcp-fb of a format that was filtered out.
    bool speaks_of_removed(const wire::SdpLine& line, const Formats& formats) const {
        if (line.attribute != SdpAttribute::rtpmap && line.attribute != SdpAttribute::fmtp &&
            line.attribute != SdpAttribute::rtcp_fb)
            return false;
        const auto value = sdp_.text(line.value);
        const auto format = value.substr(0, value.find(' '));
        return format != "*" && !formats.has(format);
    }

    const wire::Sdp& sdp_;
    const RewritePlan& plan_;
    std::string& out_;
};

}  // namespace

namespace {

// Puts the o= line in its place. The version grows when the description is another one.
void write_origin(Origin& origin, const wire::IpAddress& address, std::size_t at, std::string& out) {
    const auto fingerprint = fingerprint_of(out);
    if (fingerprint != origin.fingerprint) {
        ++origin.version;
        origin.fingerprint = fingerprint;
    }
    std::string line = "o=- ";
    number(line, origin.session_id);
    line += ' ';
    number(line, origin.version);
    line += ' ';
    network_address(line, address);
    line += "\r\n";
    out.insert(at, line);
}

}  // namespace

std::size_t rewrite(const wire::Sdp& sdp, const RewritePlan& plan, Origin& origin, std::string& out) {
    out.clear();
    std::size_t origin_at = 0;
    const auto live = Rewriter(sdp, plan, out).run(origin_at);
    write_origin(origin, plan.address, origin_at, out);
    return live;
}

void answer_on_hold(const wire::Sdp& offer, const wire::IpAddress& address, Origin& origin,
                    std::string& out) {
    out = "v=0\r\n";
    const auto origin_at = out.size();
    out += "s=-\r\nc=";
    network_address(out, address);
    out += "\r\nt=0 0\r\n";
    for (const auto& m : offer.media()) {
        const auto formats = offer.text(m.formats);
        // Port 9 (discard): a stream that is inactive needs one that is not 0, and nothing is sent to it.
        out += "m=";
        out += offer.text(m.kind);
        out += m.port == 0 ? " 0 " : " 9 ";
        out += offer.text(m.protocol);
        out += ' ';
        const auto first = formats.substr(0, formats.find(' '));
        out += first;
        out += "\r\n";
        if (const auto* map = offer.find(m, SdpAttribute::rtpmap, first)) {
            out += "a=rtpmap:";
            out += offer.text(map->value);
            out += "\r\n";
        }
        out += "a=inactive\r\n";
    }
    write_origin(origin, address, origin_at, out);
}

}  // namespace strowger::media
