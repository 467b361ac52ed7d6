// How the torture messages are written: lines with bare line feeds, which become CRLF; "@LENGTH@" is the
// body's.
#pragma once

#include <string>
#include <string_view>

#include "support/torture_messages.hpp"

namespace strowger::test {

inline std::string crlf(std::string_view lines) {
    std::string out;
    for (const char c : lines) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

// `head` begins with a line feed, which is removed, and has no empty line at its end.
inline std::string torture(std::string_view head, std::string_view body = "") {
    if (!head.empty() && head.front() == '\n') head.remove_prefix(1);
    std::string out = crlf(head);
    const std::string sdp = crlf(body);
    if (const auto at = out.find("@LENGTH@"); at != std::string::npos)
        out.replace(at, 8, std::to_string(sdp.size()));
    return out + "\r\n" + sdp;
}

inline constexpr std::string_view kTortureSdp = R"(v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.3
s=-
c=IN IP4 192.0.2.4
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
)";

}  // namespace strowger::test
