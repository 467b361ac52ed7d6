// Bodies that hold a session description among other parts (RFC 2046 5.1, RFC 5621).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace strowger::media {

// "application/sdp" of a Content-Type value; case and parameters do not matter.
[[nodiscard]] bool is_type(std::string_view content_type, std::string_view type) noexcept;

// Where the session description lies in a body. Views into the body.
struct SdpPart {
    std::string_view sdp;
    std::string_view before;  // all that precedes it: preamble, parts, the part's own header
    std::string_view after;
};

// nullopt: the body holds no session description (or is no well-formed multipart). `content_type` as
// received; an absent one means no description.
[[nodiscard]] std::optional<SdpPart> find_sdp(std::string_view content_type, std::string_view body) noexcept;

// The body again with `sdp` in the description's place. A Content-Length header of the part is corrected.
void replace_sdp(const SdpPart& part, std::string_view sdp, std::string& out);

}  // namespace strowger::media
