// Any bytes as a session description: refused with a reason, or a table in which every byte has its line and
// every slice lies inside the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "strowger/wire/sdp.hpp"

using namespace strowger::wire;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void check_lines(const Sdp& sdp) {
    std::size_t at = 0;
    for (const auto& line : sdp.lines()) {
        check(line.whole.offset == at && line.whole.length != 0);
        at += line.whole.length;
        check(line.value.length == 0 || (line.value.offset >= line.whole.offset &&
                                         line.value.offset + line.value.length <= static_cast<int>(at)));
        check((line.attribute == SdpAttribute::none) == (line.type != 'a'));
        const auto value = sdp.text(line.value);
        (void)parse_rtpmap(value);
        (void)parse_format_value(value);
        (void)parse_rtcp(value);
        (void)parse_candidate(value);
        (void)parse_crypto(value);
    }
    check(at == sdp.text().size());
}

void check_slice(const Sdp& sdp, Slice s) {
    check(s.offset + s.length <= static_cast<int>(sdp.text().size()));
}

void check_media(const Sdp& sdp) {
    std::size_t line = sdp.view().session_line_count;
    for (const auto& m : sdp.media()) {
        check(m.first_line == line && m.line_count > 0 && sdp.lines()[line].type == 'm');
        line += m.line_count;
        for (const auto s : {m.kind, m.port_text, m.protocol, m.formats, sdp.connection(m).address})
            check_slice(sdp, s);
        check(m.port == 0 || sdp.connection(m).present());
        sdp.each_format(m, [&](std::string_view format) {
            check(!format.empty() && format.find(' ') == std::string_view::npos);
            (void)sdp.find(m, SdpAttribute::rtpmap, format);
        });
    }
    check(line == sdp.lines().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static SdpView view;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto error = parse_sdp(text, view);
    check(!explain(error).empty());
    if (error != SdpError::none) return 0;
    const Sdp sdp(text, &view);
    check_lines(sdp);
    check_media(sdp);
    for (const auto s :
         {view.origin.user, view.origin.session_id, view.origin.session_version, view.origin.address})
        check_slice(sdp, s);
    return 0;
}
