#include "dialog.hpp"

#include <gtest/gtest.h>

#include "strowger/wire/sip_tokenise.hpp"

namespace strowger::callgun {
namespace {

const wire::Endpoint kFallback = *wire::parse_endpoint("10.0.0.9:5060");

bool learn(Dialog& dialog, const std::string& headers) {
    const std::string text =
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\n"
        "To: <sip:2001@b>;tag=callee\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n" +
        headers + "Content-Length: 0\r\n\r\n" + std::string(64, '\0');
    wire::SipView view;
    EXPECT_EQ(wire::tokenise(text.data(), static_cast<std::uint32_t>(text.size() - 64), view),
              wire::TokeniseStatus::ok);
    return dialog.learn({text.data(), static_cast<std::uint32_t>(text.size() - 64), &view}, kFallback);
}

TEST(Dialog, WithoutARouteItGoesToTheContact) {
    Dialog dialog;
    ASSERT_TRUE(learn(dialog, "Contact: \"x\" <sip:2001@10.0.0.2:5070;a=b>;q=1\r\n"));
    EXPECT_EQ(dialog.target.view(), "sip:2001@10.0.0.2:5070;a=b");
    EXPECT_EQ(dialog.to.view(), "<sip:2001@b>;tag=callee");
    EXPECT_EQ(dialog.next_hop, *wire::parse_endpoint("10.0.0.2:5070"));
    EXPECT_TRUE(dialog.routes.empty());
}

TEST(Dialog, TheCallersRouteSetIsTheRecordedOneReversed) {
    Dialog dialog;
    ASSERT_TRUE(learn(dialog,
                      "Record-Route: <sip:10.0.0.3;lr>, <sip:10.0.0.4:5080;lr>\r\n"
                      "Record-Route: <sip:10.0.0.5;lr>\r\nContact: <sip:c@10.0.0.2>\r\n"));
    EXPECT_EQ(dialog.routes.view(), "<sip:10.0.0.5;lr>, <sip:10.0.0.4:5080;lr>, <sip:10.0.0.3;lr>");
    EXPECT_EQ(dialog.next_hop, *wire::parse_endpoint("10.0.0.5:5060"));
}

TEST(Dialog, NamesAreReachedThroughTheTarget) {
    Dialog dialog;
    ASSERT_TRUE(learn(dialog, "Contact: <sip:c@pbx.example>\r\n"));
    EXPECT_EQ(dialog.next_hop, kFallback);
}

TEST(Dialog, WhatIsMissingOrTooLongIsRefused) {
    Dialog dialog;
    EXPECT_FALSE(learn(dialog, ""));
    EXPECT_FALSE(learn(dialog, "Contact: *\r\n"));
    EXPECT_FALSE(learn(dialog, "Contact: <sip:" + std::string(300, 'x') + "@10.0.0.1>\r\n"));
    std::string many;
    for (int i = 0; i < 20; ++i) many += "Record-Route: <sip:10.0.0.3;lr>\r\n";
    EXPECT_FALSE(learn(dialog, many + "Contact: <sip:c@10.0.0.2>\r\n"));
}

}  // namespace
}  // namespace strowger::callgun
