// Cuts a byte stream (TCP, TLS) into SIP messages (RFC 3261 7.5, 18.3). Holds no bytes: the connection owns
// its buffer and shows all that it has not consumed yet, again and again as it grows; nothing is scanned
// twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "strowger/wire/sip_message.hpp"

namespace strowger::wire {

enum class StreamEvent : std::uint8_t {
    need_more,   // nothing complete; come again with more bytes
    message,     // the first `length` bytes are one message, from its start line to the end of its body
    line_end,    // a line end between messages: consume and ignore, or take it as the pong (RFC 5626 4.4.1)
    keep_alive,  // the second line end in a row: a ping, to be answered with one CRLF
    broken,      // no message begins here, and none can be found after it: close the connection
};

// Why a stream is broken.
enum class StreamFault : std::uint8_t {
    none,
    start_line,      // the first line is no SIP start line; often what a short Content-Length left behind
    head_too_large,  // more than the limit without an empty line
    content_length,  // absent, not a number, or repeated with another value
    too_large,       // head and body exceed the limit
};
// "the first line is no SIP start line"
[[nodiscard]] std::string_view describe(StreamFault fault) noexcept;

struct StreamResult {
    StreamEvent event = StreamEvent::need_more;
    StreamFault fault = StreamFault::none;
    std::size_t length = 0;  // bytes to consume; 0 for need_more and broken
};

// One for each direction of a connection that is read.
class SipStream {
  public:
    // Limits in bytes: of the head alone, and of a whole message (at most kMaxMessage, what tokenise()
    // takes).
    explicit SipStream(std::size_t most_head = 16'384, std::size_t most_message = kMaxMessage) noexcept;

    // `pending`: all bytes received and not consumed. Unless the answer is need_more or broken, the caller
    // consumes `length` bytes and calls again. After need_more, `pending` begins with the same bytes as
    // before. Cost: each byte of a head is looked at once, of a body never. After broken it stays broken.
    [[nodiscard]] StreamResult next(std::string_view pending) noexcept;

  private:
    StreamResult breaks(StreamFault fault) noexcept;
    StreamResult between(std::string_view pending) noexcept;
    bool find_head(std::string_view pending) noexcept;
    std::size_t most_head_;
    std::size_t most_message_;
    std::size_t line_ = 0;     // start of the line that is being read
    std::size_t scanned_ = 0;  // no line feed in [line_, scanned_)
    std::size_t total_ = 0;    // length of the message; 0: its head is not complete
    bool in_message_ = false;
    bool after_line_end_ = false;
    StreamFault fault_ = StreamFault::none;
};

}  // namespace strowger::wire
