#include "strowger/wire/sdp.hpp"

#include <charconv>

namespace strowger::wire {
namespace {

struct AttributeRow {
    SdpAttribute id;
    std::string_view name;
};
constexpr AttributeRow kAttributes[] = {
#define ATTRIBUTE(id, name) {SdpAttribute::id, name},
#include "strowger/wire/sdp_attributes.def"
#undef ATTRIBUTE
};

// Walks the space-separated fields of one line's value; slices are relative to the whole text.
class Fields {
  public:
    Fields(std::string_view text, Slice value)
        : text_(text), at_(value.offset), end_(static_cast<std::size_t>(value.offset) + value.length) {}

    // The next field; empty at the end. Runs of spaces count as one: peers are careless.
    Slice next() {
        while (at_ < end_ && text_[at_] == ' ') ++at_;
        const std::size_t from = at_;
        while (at_ < end_ && text_[at_] != ' ') ++at_;
        return {static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(at_ - from)};
    }
    // All that is left, without the spaces around it.
    Slice rest() {
        while (at_ < end_ && text_[at_] == ' ') ++at_;
        std::size_t end = end_;
        while (end > at_ && text_[end - 1] == ' ') --end;
        return {static_cast<std::uint16_t>(at_), static_cast<std::uint16_t>(end - at_)};
    }

  private:
    std::string_view text_;
    std::size_t at_;
    std::size_t end_;
};

bool number(std::string_view text, std::uint16_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size();
}

bool read_origin(std::string_view text, Slice value, std::uint16_t line, SdpOrigin& out) {
    Fields fields(text, value);
    out = {line, fields.next(), fields.next(), fields.next(), fields.next(), fields.next(), fields.next()};
    return !out.address.empty() && fields.rest().empty();
}

bool read_connection(std::string_view text, Slice value, std::uint16_t line, SdpConnection& out) {
    Fields fields(text, value);
    out = {line, fields.next(), fields.next(), fields.next()};
    const auto slash = text.substr(out.address.offset, out.address.length).find('/');
    if (slash != std::string_view::npos) out.address.length = static_cast<std::uint16_t>(slash);
    return !out.address.empty();
}

bool read_media(std::string_view text, Slice value, SdpMedia& out) {
    Fields fields(text, value);
    out.kind = fields.next();
    out.port_text = fields.next();
    out.protocol = fields.next();
    out.formats = fields.rest();
    if (out.protocol.empty()) return false;
    const auto port = text.substr(out.port_text.offset, out.port_text.length);
    const auto slash = port.find('/');
    if (slash != std::string_view::npos) {
        if (!number(port.substr(slash + 1), out.port_count) || out.port_count == 0) return false;
        out.port_text.length = static_cast<std::uint16_t>(slash);
    }
    return number(port.substr(0, slash), out.port);
}

std::optional<SdpDirection> direction_of(SdpAttribute attribute) {
    switch (attribute) {
        case SdpAttribute::sendrecv:
            return SdpDirection::sendrecv;
        case SdpAttribute::sendonly:
            return SdpDirection::sendonly;
        case SdpAttribute::recvonly:
            return SdpDirection::recvonly;
        case SdpAttribute::inactive:
            return SdpDirection::inactive;
        default:
            return std::nullopt;
    }
}

void read_attribute(std::string_view text, SdpLine& line) {
    const auto value = text.substr(line.value.offset, line.value.length);
    const auto colon = value.find(':');
    auto name = value.substr(0, colon);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    line.attribute = attribute_of(name);
    if (line.attribute == SdpAttribute::other) return;  // the value of an unknown attribute stays whole
    const auto skip = colon == std::string_view::npos ? value.size() : colon + 1;
    line.value.offset = static_cast<std::uint16_t>(line.value.offset + skip);
    line.value.length = static_cast<std::uint16_t>(line.value.length - skip);
}

// Splits the text into lines. Every byte belongs to exactly one line.
SdpError split(std::string_view text, SdpView& out) {
    std::size_t at = 0;
    bool ended = false;  // an empty line was seen: only empty ones may follow
    while (at < text.size()) {
        if (out.line_count == kMaxSdpLines) return SdpError::too_many_lines;
        const auto feed = text.find('\n', at);
        const std::size_t next = feed == std::string_view::npos ? text.size() : feed + 1;
        std::size_t end = feed == std::string_view::npos ? text.size() : feed;
        if (end > at && text[end - 1] == '\r') --end;
        const auto line = text.substr(at, end - at);
        auto& row = out.lines[out.line_count];
        row = {};
        row.whole = {static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(next - at)};
        if (line.empty()) {
            ended = true;
        } else {
            const bool letter = (line[0] >= 'a' && line[0] <= 'z') || (line[0] >= 'A' && line[0] <= 'Z');
            if (ended || line.size() < 2 || !letter || line[1] != '=') return SdpError::line;
            if (line.find_first_of(std::string_view("\0\r", 2)) != std::string_view::npos)
                return SdpError::line;
            row.type = line[0];
            row.value = {static_cast<std::uint16_t>(at + 2), static_cast<std::uint16_t>(line.size() - 2)};
            if (row.type == 'a') read_attribute(text, row);
        }
        ++out.line_count;
        at = next;
    }
    return SdpError::none;
}

SdpError read_attribute_line(const SdpLine& line, std::uint16_t i, SdpView& out, SdpMedia* media) {
    if (const auto direction = direction_of(line.attribute)) {
        (media != nullptr ? media->direction : out.direction) = *direction;
        (media != nullptr ? media->direction_line : out.direction_line) = i;
    }
    if (media != nullptr &&
        (line.attribute == SdpAttribute::rtcp_mux || line.attribute == SdpAttribute::rtcp_mux_only))
        media->rtcp_mux = true;
    return SdpError::none;
}

SdpError read_line(std::string_view text, std::uint16_t i, SdpView& out, SdpMedia* media) {
    const auto& line = out.lines[i];
    switch (line.type) {
        case 'o':
            if (media != nullptr) return SdpError::none;  // out of place: a line that we do not understand
            if (out.origin.line != kNoLine) return SdpError::origin;
            return read_origin(text, line.value, i, out.origin) ? SdpError::none : SdpError::origin;
        case 'c': {
            auto& connection = media != nullptr ? media->connection : out.connection;
            SdpConnection read;
            if (!read_connection(text, line.value, i, read)) return SdpError::connection;
            if (!connection.present()) connection = read;
            return SdpError::none;
        }
        case 'a':
            return read_attribute_line(line, i, out, media);
        default:
            return SdpError::none;
    }
}

}  // namespace

std::string_view attribute_name(SdpAttribute attribute) noexcept {
    for (const auto& row : kAttributes)
        if (row.id == attribute) return row.name;
    return {};
}

SdpAttribute attribute_of(std::string_view name) noexcept {
    for (const auto& row : kAttributes)
        if (row.name == name) return row.id;
    return SdpAttribute::other;
}

std::string_view explain(SdpError error) noexcept {
    switch (error) {
        case SdpError::none:
            return "no error";
        case SdpError::empty:
            return "the session description is empty";
        case SdpError::too_long:
            return "the session description is longer than 65535 bytes";
        case SdpError::too_many_lines:
            return "the session description has more than 1024 lines";
        case SdpError::too_many_media:
            return "the session description has more than 32 media sections";
        case SdpError::line:
            return "a line of the session description is not of the form x=value";
        case SdpError::version:
            return "the session description does not begin with v=0";
        case SdpError::origin:
            return "the o= line is missing, repeated or not six fields";
        case SdpError::connection:
            return "a c= line is not network, family and address";
        case SdpError::media:
            return "an m= line is not kind, port, protocol and formats";
        case SdpError::no_connection:
            return "a media section has no c= line, and the session has none either";
    }
    return "unknown error";
}

SdpError parse_sdp(std::string_view text, SdpView& out) noexcept {
    out.line_count = out.media_count = out.session_line_count = 0;
    out.origin = {};
    out.connection = {};
    out.direction = SdpDirection::sendrecv;
    out.direction_line = kNoLine;
    if (text.empty()) return SdpError::empty;
    if (text.size() > kMaxMessage) return SdpError::too_long;
    if (const auto error = split(text, out); error != SdpError::none) return error;
    const auto& first = out.lines[0];
    if (first.type != 'v' || text.substr(first.value.offset, first.value.length) != "0")
        return SdpError::version;

    SdpMedia* media = nullptr;
    for (std::uint16_t i = 0; i < out.line_count; ++i) {
        if (out.lines[i].type == 'm') {
            if (out.media_count == kMaxSdpMedia) return SdpError::too_many_media;
            media = &out.media[out.media_count++];
            *media = {};
            media->first_line = i;
            media->direction = out.direction;
            if (!read_media(text, out.lines[i].value, *media)) return SdpError::media;
        } else if (const auto error = read_line(text, i, out, media); error != SdpError::none) {
            return error;
        }
        media != nullptr ? ++media->line_count : ++out.session_line_count;
    }
    if (out.origin.line == kNoLine) return SdpError::origin;
    for (std::uint16_t m = 0; m < out.media_count; ++m)
        if (out.media[m].port != 0 && !out.media[m].connection.present() && !out.connection.present())
            return SdpError::no_connection;
    return SdpError::none;
}

const SdpLine* Sdp::find(const SdpMedia& m, SdpAttribute attribute, std::string_view format) const {
    for (const auto& line : lines(m)) {
        if (line.attribute != attribute) continue;
        const auto value = text(line.value);
        if (value.substr(0, value.find(' ')) == format) return &line;
    }
    return nullptr;
}

}  // namespace strowger::wire
