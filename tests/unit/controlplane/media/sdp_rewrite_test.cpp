#include "media/sdp_rewrite.hpp"

#include <gtest/gtest.h>

#include "media/description.hpp"

namespace strowger::media {
namespace {

// Lines joined with CRLF.
std::string sdp(std::initializer_list<std::string_view> lines) {
    std::string out;
    for (const auto line : lines) {
        out += line;
        out += "\r\n";
    }
    return out;
}

struct Rewritten {
    std::string text;
    std::size_t live = 0;
};

Rewritten run(const std::string& text, RewritePlan plan, Origin& origin) {
    wire::SdpView view;
    EXPECT_EQ(wire::parse_sdp(text, view), wire::SdpError::none) << text;
    Rewritten out;
    out.live = rewrite(wire::Sdp(text, &view), plan, origin, out.text);
    return out;
}

RewritePlan plan_for(std::span<const LinePlan> lines, std::string_view address = "203.0.113.9") {
    RewritePlan plan;
    plan.address = *wire::parse_address(address);
    plan.lines = lines;
    return plan;
}

const std::string kPhone =
    sdp({"v=0", "o=alice 1 1 IN IP4 192.168.1.5", "s=Phone 1.0", "c=IN IP4 192.168.1.5", "b=AS:90", "t=0 0",
         "a=X-own:yes", "m=audio 7078 RTP/AVP 96 8 0 101", "b=TIAS:64000", "a=rtpmap:96 opus/48000/2",
         "a=fmtp:96 useinbandfec=1", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
         "a=rtcp:7079 IN IP4 192.168.1.5", "a=ptime:20", "a=sendrecv"});

TEST(SdpRewrite, OursReplaceOriginConnectionAndPorts) {
    const LinePlan lines[] = {{false, 20000}};
    Origin origin{77, 0, 0};
    const auto out = run(kPhone, plan_for(lines), origin);
    EXPECT_EQ(out.text, sdp({"v=0", "o=- 77 1 IN IP4 203.0.113.9", "s=Phone 1.0", "c=IN IP4 203.0.113.9",
                             "b=AS:90", "t=0 0", "a=X-own:yes", "m=audio 20000 RTP/AVP 96 8 0 101",
                             "b=TIAS:64000", "a=rtpmap:96 opus/48000/2", "a=fmtp:96 useinbandfec=1",
                             "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=rtcp:20001",
                             "a=ptime:20", "a=sendrecv"}));
    EXPECT_EQ(out.live, 1u);
    EXPECT_EQ(out.text.find("192.168"), std::string::npos);
}

TEST(SdpRewrite, TheVersionGrowsOnlyWithAChange) {
    const LinePlan lines[] = {{false, 20000}};
    Origin origin{77, 0, 0};
    run(kPhone, plan_for(lines), origin);
    auto again = kPhone;
    again.replace(again.find("alice 1 1"), 9, "alice 1 2");
    run(again, plan_for(lines), origin);
    EXPECT_EQ(origin.version, 1u);
    again.replace(again.find("sendrecv"), 8, "sendonly");
    const auto out = run(again, plan_for(lines), origin);
    EXPECT_NE(out.text.find("o=- 77 2 IN"), std::string::npos);
}

TEST(SdpRewrite, FamiliesAreTranslated) {
    const LinePlan lines[] = {{false, 20000}};
    Origin origin{77, 0, 0};
    const auto out = run(kPhone, plan_for(lines, "2001:db8::9"), origin);
    EXPECT_NE(out.text.find("c=IN IP6 2001:db8::9\r\n"), std::string::npos);
    EXPECT_NE(out.text.find("IN IP6 2001:db8::9\r\ns="), std::string::npos);
    EXPECT_EQ(out.text.find("IP4"), std::string::npos);
}

TEST(SdpRewrite, HoldByUnspecifiedAddressStaysHold) {
    auto hold = kPhone;
    hold.replace(hold.find("c=IN IP4 192.168.1.5"), 20, "c=IN IP4 0.0.0.0");
    const LinePlan lines[] = {{false, 20000}};
    Origin origin{77, 0, 0};
    EXPECT_NE(run(hold, plan_for(lines), origin).text.find("c=IN IP4 0.0.0.0\r\n"), std::string::npos);
    EXPECT_NE(run(hold, plan_for(lines, "2001:db8::9"), origin).text.find("c=IN IP6 ::\r\n"),
              std::string::npos);
}

TEST(SdpRewrite, OrderAndRefusedLinesAreKept) {
    const auto text = sdp({"v=0", "o=- 1 1 IN IP4 10.0.0.1", "s=-", "t=0 0", "m=audio 0 RTP/AVP 0",
                           "m=video 5000 RTP/AVP 99", "c=IN IP4 10.0.0.1", "a=rtpmap:99 H264/90000",
                           "m=message 2855 TCP/MSRP *", "c=IN IP4 10.0.0.1", "a=path:msrp://x",
                           "m=image 6000 udptl t38", "c=IN IP4 10.0.0.1", "a=T38FaxVersion:0"});
    const LinePlan lines[] = {{false, 1}, {false, 20002}, {true, 0}, {false, 20004}};
    Origin origin{5, 0, 0};
    const auto out = run(text, plan_for(lines), origin);
    EXPECT_EQ(out.text, sdp({"v=0", "o=- 5 1 IN IP4 203.0.113.9", "s=-", "t=0 0", "m=audio 0 RTP/AVP 0",
                             "m=video 20002 RTP/AVP 99", "c=IN IP4 203.0.113.9", "a=rtpmap:99 H264/90000",
                             "m=message 0 TCP/MSRP *", "c=IN IP4 203.0.113.9", "a=path:msrp://x",
                             "m=image 20004 udptl t38", "c=IN IP4 203.0.113.9", "a=T38FaxVersion:0"}));
    EXPECT_EQ(out.live, 2u);
}

TEST(SdpRewrite, IceAndBundleEndHereAndCryptoPasses) {
    const auto text =
        sdp({"v=0", "o=- 1 1 IN IP4 10.0.0.1", "s=-", "c=IN IP4 10.0.0.1", "t=0 0", "a=ice-lite",
             "a=group:BUNDLE 0 1", "a=group:LS 0 1", "m=audio 4000 RTP/SAVP 0", "a=ice-ufrag:x",
             "a=ice-pwd:y", "a=candidate:1 1 UDP 2130706431 10.0.0.1 4000 typ host", "a=end-of-candidates",
             "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc", "a=rtcp-mux", "a=rtcp:4000"});
    const LinePlan lines[] = {{false, 20000}};
    Origin origin{5, 0, 0};
    EXPECT_EQ(run(text, plan_for(lines), origin).text,
              sdp({"v=0", "o=- 5 1 IN IP4 203.0.113.9", "s=-", "c=IN IP4 203.0.113.9", "t=0 0",
                   "a=group:LS 0 1", "m=audio 20000 RTP/SAVP 0",
                   "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc", "a=rtcp-mux", "a=rtcp:20000"}));
}

TEST(SdpRewrite, DirectMediaKeepsAddressesPortsAndIce) {
    const auto text =
        sdp({"v=0", "o=- 1 1 IN IP4 10.0.0.1", "s=-", "c=IN IP4 10.0.0.1", "t=0 0", "m=audio 4000 RTP/AVP 0",
             "a=candidate:1 1 UDP 1 10.0.0.1 4000 typ host", "a=rtcp:4001"});
    auto plan = plan_for({});
    const LinePlan lines[] = {{false, 0}};
    plan.lines = lines;
    plan.direct = true;
    Origin origin{5, 0, 0};
    auto expected = text;
    expected.replace(expected.find("o=- 1 1 IN IP4 10.0.0.1"), 23, "o=- 5 1 IN IP4 203.0.113.9");
    EXPECT_EQ(run(text, plan, origin).text, expected);
}

TEST(SdpRewrite, CodecsAreKeptInOrderAndTheirLinesGoWithThem) {
    const CodecPolicy policy{{"PCMA", "opus"}, {}};
    const LinePlan lines[] = {{false, 20000}};
    auto plan = plan_for(lines);
    plan.codecs = &policy;
    Origin origin{5, 0, 0};
    auto out = run(kPhone, plan, origin).text;
    EXPECT_NE(out.find("m=audio 20000 RTP/AVP 8 96 101\r\n"), std::string::npos) << out;
    const CodecPolicy no_opus{{}, {"OPUS", "PCMU"}};
    plan.codecs = &no_opus;
    out = run(kPhone, plan, origin).text;
    EXPECT_NE(out.find("m=audio 20000 RTP/AVP 8 101\r\n"), std::string::npos) << out;
    EXPECT_EQ(out.find("opus"), std::string::npos);
    EXPECT_EQ(out.find("useinbandfec"), std::string::npos);
    EXPECT_NE(out.find("a=fmtp:101 0-15"), std::string::npos);
}

TEST(SdpRewrite, TelephoneEventGoesOnlyWhenItIsNamed) {
    const CodecPolicy policy{{"PCMA"}, {"telephone-event"}};
    const LinePlan lines[] = {{false, 20000}};
    auto plan = plan_for(lines);
    plan.codecs = &policy;
    Origin origin{5, 0, 0};
    EXPECT_NE(run(kPhone, plan, origin).text.find("RTP/AVP 8\r\n"), std::string::npos);
}

TEST(SdpRewrite, ALineWithoutAnAllowedCodecIsRefused) {
    const CodecPolicy policy{{"G729"}, {}};
    const LinePlan lines[] = {{false, 20000}};
    auto plan = plan_for(lines);
    plan.codecs = &policy;
    Origin origin{5, 0, 0};
    const auto out = run(kPhone, plan, origin);
    EXPECT_EQ(out.live, 0u);
    EXPECT_NE(out.text.find("m=audio 0 RTP/AVP 96 8 0 101\r\n"), std::string::npos);
}

TEST(SdpRewrite, AListOfVoiceCodecsDoesNotRefuseVideo) {
    const auto text = sdp({"v=0", "o=- 1 1 IN IP4 10.0.0.1", "s=-", "c=IN IP4 10.0.0.1", "t=0 0",
                           "m=audio 4000 RTP/AVP 0 8", "m=video 5000 RTP/AVP 99 97 98",
                           "a=rtpmap:99 H264/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=99",
                           "a=rtpmap:98 VP8/90000", "a=rtcp-fb:99 nack", "a=rtcp-fb:* ccm fir"});
    const CodecPolicy policy{{"PCMA"}, {"H264"}};
    const LinePlan lines[] = {{false, 20000}, {false, 20002}};
    auto plan = plan_for(lines);
    plan.codecs = &policy;
    Origin origin{5, 0, 0};
    const auto out = run(text, plan, origin).text;
    EXPECT_NE(out.find("m=audio 20000 RTP/AVP 8\r\nm=video 20002 RTP/AVP 98\r\na=rtpmap:98 "
                       "VP8/90000\r\na=rtcp-fb:* ccm fir\r\n"),
              std::string::npos)
        << out;
}

TEST(SdpRewrite, HiddenNames) {
    const LinePlan lines[] = {{false, 20000}};
    auto plan = plan_for(lines);
    plan.hide_names = true;
    Origin origin{5, 0, 0};
    const auto out = run(kPhone, plan, origin).text;
    EXPECT_EQ(out.find("Phone 1.0"), std::string::npos);
    EXPECT_NE(out.find("\r\ns=-\r\n"), std::string::npos);
}

TEST(Description, ReadsWhatALegNeeds) {
    wire::SdpView view;
    ASSERT_EQ(wire::parse_sdp(kPhone, view), wire::SdpError::none);
    std::vector<StreamDescription> out;
    describe(wire::Sdp(kPhone, &view), out);
    ASSERT_EQ(out.size(), 1u);
    EXPECT_TRUE(out[0].active && out[0].sends && out[0].receives && out[0].audio);
    EXPECT_EQ(out[0].clock_khz, 48);
    EXPECT_EQ(out[0].telephone_event, 101);
    EXPECT_STREQ(out[0].codec_name, "opus");
    EXPECT_EQ(wire::to_string(out[0].rtp), "192.168.1.5:7078");
    EXPECT_EQ(wire::to_string(out[0].rtcp), "192.168.1.5:7079");
    EXPECT_FALSE(out[0].held());
}

TEST(Description, TheThreeSpellingsOfHold) {
    for (const auto* change : {"sendonly", "inactive"}) {
        auto text = kPhone;
        text.replace(text.find("sendrecv"), 8, change);
        wire::SdpView view;
        ASSERT_EQ(wire::parse_sdp(text, view), wire::SdpError::none);
        std::vector<StreamDescription> out;
        describe(wire::Sdp(text, &view), out);
        EXPECT_TRUE(out[0].held()) << change;
        EXPECT_FALSE(out[0].receives) << change;
    }
    auto text = kPhone;
    text.replace(text.find("c=IN IP4 192.168.1.5"), 20, "c=IN IP4 0.0.0.0");
    wire::SdpView view;
    ASSERT_EQ(wire::parse_sdp(text, view), wire::SdpError::none);
    std::vector<StreamDescription> out;
    describe(wire::Sdp(text, &view), out);
    EXPECT_TRUE(out[0].held());
    EXPECT_TRUE(out[0].sends);
    EXPECT_EQ(out[0].rtp.port.wire(), 0);
}

}  // namespace
}  // namespace strowger::media
