// SIP text made into a message for tests: lines end in "\n" in the source, CRLF is put in.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "strowger/wire/sip_tokenise.hpp"

namespace strowger::registrar {

inline std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

class SipText {
  public:
    explicit SipText(std::string_view text)
        : bytes_(with_crlf(text)), view_(std::make_unique<wire::SipView>()) {
        const auto length = static_cast<std::uint32_t>(bytes_.size());
        bytes_.append(64, '\0');  // the tokeniser may read past the end
        EXPECT_EQ(wire::tokenise(bytes_.data(), length, *view_), wire::TokeniseStatus::ok) << text;
        length_ = length;
    }
    [[nodiscard]] wire::SipMessage sip() const { return {bytes_.data(), length_, view_.get()}; }

  private:
    std::string bytes_;
    std::uint32_t length_ = 0;
    std::unique_ptr<wire::SipView> view_;
};

// A REGISTER of 1001@lab.example; `lines` are header lines with "\n".
inline std::string register_text(std::string_view lines, std::string_view call_id = "call-1", int cseq = 1,
                                 std::string_view branch = "z9hG4bK1") {
    return "REGISTER sip:lab.example SIP/2.0\nVia: SIP/2.0/UDP 10.10.0.100:5062;branch=" +
           std::string(branch) +
           "\nFrom: <sip:1001@lab.example>;tag=a\nTo: <sip:1001@lab.example>\nCall-ID: " +
           std::string(call_id) + "\nCSeq: " + std::to_string(cseq) + " REGISTER\n" + std::string(lines) +
           "Content-Length: 0\n\n";
}

}  // namespace strowger::registrar
