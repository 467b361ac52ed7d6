#include "media/multipart.hpp"

#include <charconv>

#include "strowger/wire/sip_values.hpp"

namespace strowger::media {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::string_view boundary_of(std::string_view content_type) {
    const auto at = content_type.find(';');
    if (at == std::string_view::npos) return {};
    auto value = wire::Parameters(content_type.substr(at)).find("boundary").value_or(std::string_view{});
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    return value;
}

// The next delimiter line at or after `from`: `begin` of its line end before, `end` of the line. False: none.
bool next_delimiter(std::string_view body, std::string_view boundary, std::size_t from, std::size_t& begin,
                    std::size_t& end) {
    for (auto at = body.find("--", from); at != std::string_view::npos; at = body.find("--", at + 2)) {
        if (at != 0 && body[at - 1] != '\n') continue;
        if (body.substr(at + 2, boundary.size()) != boundary) continue;
        const auto line_end = body.find('\n', at);
        begin = at;
        if (begin != 0) --begin;
        if (begin != 0 && body[begin - 1] == '\r') --begin;
        end = line_end == std::string_view::npos ? body.size() : line_end + 1;
        return true;
    }
    return false;
}

// The value of a header within a part's head; empty: absent. `where`: its slice in `head`.
std::string_view part_header(std::string_view head, std::string_view name) {
    std::size_t at = 0;
    while (at < head.size()) {
        auto end = head.find('\n', at);
        if (end == std::string_view::npos) end = head.size();
        const auto line = head.substr(at, end - at);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && wire::same_token(trimmed(line.substr(0, colon)), name))
            return trimmed(line.substr(colon + 1));
        at = end + 1;
    }
    return {};
}

}  // namespace

bool is_type(std::string_view content_type, std::string_view type) noexcept {
    return wire::same_token(trimmed(content_type.substr(0, content_type.find(';'))), type);
}

std::optional<SdpPart> find_sdp(std::string_view content_type, std::string_view body) noexcept {
    if (body.empty()) return std::nullopt;
    if (is_type(content_type, "application/sdp")) return SdpPart{body, {}, {}};
    if (content_type.size() < 10 || !wire::same_token(content_type.substr(0, 10), "multipart/"))
        return std::nullopt;
    const auto boundary = boundary_of(content_type);
    if (boundary.empty()) return std::nullopt;
    std::size_t begin = 0;
    std::size_t part = 0;
    if (!next_delimiter(body, boundary, 0, begin, part)) return std::nullopt;
    std::size_t next = 0;
    while (next_delimiter(body, boundary, part, begin, next)) {
        const auto whole = body.substr(part, begin > part ? begin - part : 0);
        auto head_end = whole.find("\r\n\r\n");
        std::size_t skip = 4;
        if (head_end == std::string_view::npos) {
            head_end = whole.find("\n\n");
            skip = 2;
        }
        if (head_end != std::string_view::npos &&
            is_type(part_header(whole.substr(0, head_end), "Content-Type"), "application/sdp")) {
            const auto at = part + head_end + skip;
            return SdpPart{body.substr(at, begin - at), body.substr(0, at), body.substr(begin)};
        }
        part = next;
    }
    return std::nullopt;
}

void replace_sdp(const SdpPart& part, std::string_view sdp, std::string& out) {
    out.clear();
    // The part's own head is the last lines of `before`.
    const auto delimiter = part.before.rfind("\n--");
    const auto head = delimiter == std::string_view::npos ? part.before : part.before.substr(delimiter + 1);
    const auto length = part_header(head, "Content-Length");
    if (length.empty()) {
        out += part.before;
    } else {
        const auto at = static_cast<std::size_t>(length.data() - part.before.data());
        char text[20];
        const auto end = std::to_chars(text, text + sizeof text, sdp.size()).ptr;
        out += part.before.substr(0, at);
        out.append(text, end);
        out += part.before.substr(at + length.size());
    }
    out += sdp;
    out += part.after;
}

}  // namespace strowger::media
