// Writes a SIP message front to back into a caller's buffer. Never allocates; overflow is remembered, not
// fatal.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "strowger/wire/sip_message.hpp"

namespace strowger::wire {

class SipWriter {
  public:
    explicit SipWriter(std::span<char> buffer)
        : begin_(buffer.data()), at_(begin_), end_(begin_ + buffer.size()) {}

    void request_line(std::string_view method, std::string_view uri);
    void status_line(std::uint16_t status, std::string_view reason);
    // "Name: " + the parts + CRLF. A value must not hold CR or LF: such bytes become spaces.
    void header(HeaderId id, std::string_view value);
    void header(std::string_view name, std::string_view value);
    void header(HeaderId id, std::uint32_t number);
    // Piecewise: begin a header, append parts, end it.
    void begin(HeaderId id);
    void begin(std::string_view name);
    void append(std::string_view part);
    void append(std::uint32_t number);
    void end();
    // Complete header lines, each with CRLF, as they are.
    void lines(std::string_view text) { raw(text); }
    // Content-Length, the empty line and the body. Always the last call.
    void finish(std::string_view body = {});

    [[nodiscard]] bool ok() const { return !overflow_; }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }
    [[nodiscard]] std::string_view text() const { return {begin_, size()}; }

  private:
    void raw(std::string_view bytes);
    char* begin_;
    char* at_;
    char* end_;
    bool overflow_ = false;
};

// The registered phrase of a status code ("Busy Here"); of an unknown one, the phrase of its class.
[[nodiscard]] std::string_view reason_phrase(std::uint16_t status) noexcept;

}  // namespace strowger::wire
