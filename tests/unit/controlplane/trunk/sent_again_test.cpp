#include "trunk/sent_again.hpp"

#include <gtest/gtest.h>

namespace strowger::trunk {
namespace {

TEST(SentAgain, OnlyWhatMustChangesDoes) {
    const auto request = message::Outgoing::copy(
        "BYE sip:branch=x@h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKold;rport\r\nFrom: <sip:a@b>;tag=1\r\n"
        "CSeq: 7 BYE\r\nAuthorization: old\r\nX-Other: branch=z9hG4bKold\r\nContent-Length: 4\r\n\r\nbody");
    const auto again = sent_again(request, "z9hG4bKnew", 8, "Authorization: old\r\n", "Authorization: new\r\n");
    EXPECT_EQ(again.text(),
              "BYE sip:branch=x@h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKnew;rport\r\nFrom: "
              "<sip:a@b>;tag=1\r\nCSeq: 8 BYE\r\nAuthorization: new\r\nX-Other: branch=z9hG4bKold\r\nContent-Length: "
              "4\r\n\r\nbody");
    EXPECT_FALSE(sent_again(message::Outgoing::copy("nonsense"), "b", 1, "", ""));
}

}  // namespace
}  // namespace strowger::trunk
