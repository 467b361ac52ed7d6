// INVITEs as telephones send them, about 740 bytes and 14 header lines, each with its own numbers.
#pragma once

#include <string>
#include <vector>

namespace strowger::bench {

inline constexpr std::size_t kInvites = 512;

inline std::string invite_text(unsigned n) {
    const std::string id = std::to_string(n * 2654435761u);
    const std::string body =
        "v=0\r\no=- 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 "
        "0\r\nm=audio 49170 RTP/AVP 0 8\r\n";
    return "INVITE sip:" + id + "@sip.example.com:5060;transport=udp SIP/2.0\r\n" +
           "Via: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKPj" + id + "abcdef\r\n" +
           "Max-Forwards: 70\r\n" + "From: \"Alice " + id.substr(0, n % 8) +
           "\" <sip:alice@example.com>;tag=" + id + "\r\n" + "To: <sip:" + id + "@sip.example.com>\r\n" +
           "Contact: <sip:alice@198.51.100.1:5060;ob>\r\n" + "Call-ID: " + id +
           "-6b2c-4f4e@198.51.100.1\r\n" + "CSeq: " + std::to_string(n) + " INVITE\r\n" +
           "Allow: INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, REFER\r\n" +
           "Supported: replaces, 100rel, timer\r\n" + "Session-Expires: 1800\r\n" + "Min-SE: 90\r\n" +
           "User-Agent: Telephone 1." + std::to_string(n % 30) + "\r\n" +
           "Content-Type: application/sdp\r\n" + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

// Each with 64 bytes of room behind it, which the tokeniser may read.
inline const std::vector<std::string>& invites() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> texts;
        for (unsigned n = 0; n < kInvites; ++n) {
            texts.push_back(invite_text(n + 1));
            texts.back().reserve(texts.back().size() + 64);
        }
        return texts;
    }();
    return all;
}

}  // namespace strowger::bench
