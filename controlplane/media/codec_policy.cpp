#include "media/codec_policy.hpp"

#include <algorithm>
#include <charconv>

#include "strowger/wire/sip_values.hpp"

namespace strowger::media {
namespace {

using wire::same_token;
using wire::SdpAttribute;

struct Format {
    std::string_view format;
    std::string_view codec;  // empty: not known
    std::size_t rank = 0;
    bool kept = true;
};

// The encoding name of a format; for media without payload types (T.38) the format itself.
std::string_view codec_name(const wire::Sdp& sdp, const wire::SdpMedia& m, std::string_view format) {
    if (const auto* line = sdp.find(m, SdpAttribute::rtpmap, format))
        if (const auto map = wire::parse_rtpmap(sdp.text(line->value))) return map->name;
    std::uint8_t number = 0;
    const auto read = std::from_chars(format.data(), format.data() + format.size(), number);
    if (read.ec != std::errc{} || read.ptr != format.data() + format.size()) return format;
    const auto fixed = wire::static_payload(number);
    return fixed ? fixed->name : std::string_view{};
}

bool names(const std::vector<std::string>& list, std::string_view codec) {
    return std::any_of(list.begin(), list.end(), [&](const auto& name) { return same_token(name, codec); });
}

bool accompanies(std::string_view codec) {
    return same_token(codec, "telephone-event") || same_token(codec, "CN");
}

// "apt=96" in the fmtp of an rtx format (RFC 4588 8.1).
std::string_view associated(const wire::Sdp& sdp, const wire::SdpMedia& m, std::string_view format) {
    const auto* line = sdp.find(m, SdpAttribute::fmtp, format);
    if (line == nullptr) return {};
    const auto value = wire::parse_format_value(sdp.text(line->value));
    if (!value) return {};
    const auto at = value->parameters.find("apt=");
    if (at == std::string_view::npos) return {};
    auto rest = value->parameters.substr(at + 4);
    return rest.substr(0, rest.find_first_of("; "));
}

}  // namespace

bool Formats::has(std::string_view format) const {
    return std::find(names.begin(), names.begin() + count, format) != names.begin() + count;
}

Formats filter(const wire::Sdp& sdp, const wire::SdpMedia& m, const CodecPolicy& policy) {
    std::array<Format, Formats::kMost> formats;
    std::size_t n = 0;
    bool too_many = false;
    sdp.each_format(m, [&](std::string_view format) {
        if (n == formats.size()) {
            too_many = true;
            return;
        }
        formats[n++] = {format, codec_name(sdp, m, format)};
    });
    Formats out;
    if (too_many || policy.empty()) {
        out.count = std::min(n, Formats::kMost);
        for (std::size_t i = 0; i < out.count; ++i) out.names[i] = formats[i].format;
        return out;
    }
    const auto all = std::span(formats.data(), n);
    const bool list_applies =
        !policy.keep.empty() &&
        (sdp.text(m.kind) == "audio" ||
         std::any_of(all.begin(), all.end(), [&](const Format& f) { return names(policy.keep, f.codec); }));
    for (auto& f : all) {
        f.rank = policy.keep.size();
        if (list_applies) {
            const auto at = std::find_if(policy.keep.begin(), policy.keep.end(),
                                         [&](const auto& name) { return same_token(name, f.codec); });
            f.rank = static_cast<std::size_t>(at - policy.keep.begin());
            f.kept = at != policy.keep.end() || accompanies(f.codec) || same_token(f.codec, "rtx");
        }
        if (!f.codec.empty() && names(policy.remove, f.codec)) f.kept = false;
    }
    for (auto& f : all) {
        if (!f.kept || !same_token(f.codec, "rtx")) continue;
        const auto of = associated(sdp, m, f.format);
        const auto base =
            std::find_if(all.begin(), all.end(), [&](const Format& b) { return b.format == of; });
        if (base != all.end()) {
            f.kept = base->kept;
            f.rank = base->rank;
        }
    }
    // A line on which only tones would be left carries no voice: refuse it.
    const bool voice =
        std::any_of(all.begin(), all.end(), [](const Format& f) { return f.kept && !accompanies(f.codec); });
    const bool had_voice =
        std::any_of(all.begin(), all.end(), [](const Format& f) { return !accompanies(f.codec); });
    if (had_voice && !voice) {
        out.changed = true;
        return out;
    }
    if (list_applies)
        std::stable_sort(all.begin(), all.end(),
                         [](const Format& a, const Format& b) { return a.rank < b.rank; });
    std::size_t i = 0;
    bool same = true;
    sdp.each_format(m, [&](std::string_view format) {
        if (i < n && all[i].format != format) same = false;
        ++i;
    });
    for (const auto& f : all)
        if (f.kept) out.names[out.count++] = f.format;
    out.changed = !same || out.count != n;
    return out;
}

}  // namespace strowger::media
