// Bytes to SipView. One result for the scalar, AVX2 and AVX-512 twins; tests compare them.
#pragma once

#include <cstdint>
#include <string_view>

#include "strowger/wire/sip_message.hpp"

namespace strowger::wire {

// Why bytes are not a SIP message. Each maps to a drop reason, and, where a response is possible, to its
// phrase.
enum class TokeniseStatus : std::uint8_t {
    ok,
    too_long,          // more than kMaxMessage bytes
    start_line,        // not a Request-Line nor a Status-Line (RFC 3261 25.1)
    version,           // a SIP version other than 2.0: 505 to a request
    header_syntax,     // a line without colon, an empty or illegal name, a control character
    too_many_headers,  // more than kMaxHeaders
    no_end_of_head,    // no empty line
    content_length,    // not a number, repeated with another value, or larger than what follows
    mandatory_header,  // To, From, CSeq, Call-ID, Via (RFC 3261 8.1.1, 20) absent or repeated; Max-Forwards
                       // may be absent
    cseq,              // not "number method", above 2^31-1, or another method than the request line
};

// `data` must be readable for 64 bytes past data + length (mbuf tail room; Message keeps it too).
// Line ends before the start line are skipped (RFC 3261 7.5); bytes after the body are ignored (18.3).
// On any status but ok the view holds what was found before the fault (enough to answer 400 when Via is
// there); method_text is empty when the start line cannot be a request's: such bytes are never answered.
[[nodiscard]] TokeniseStatus tokenise(const char* data, std::uint32_t length, SipView& out) noexcept;

// One phrase a status, for a 400's reason and for logs: "Content-Length is larger than the datagram".
[[nodiscard]] std::string_view describe(TokeniseStatus status) noexcept;

// The twins, for tests and benchmarks. tokenise() picks the best that this CPU has, once, at start.
enum class TokeniseVariant : std::uint8_t { scalar, avx2, avx512 };
[[nodiscard]] bool available(TokeniseVariant variant) noexcept;
[[nodiscard]] TokeniseStatus tokenise_with(TokeniseVariant variant, const char* data, std::uint32_t length,
                                           SipView& out) noexcept;

}  // namespace strowger::wire
