#include "strowger/wire/sdp.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace strowger::wire {
namespace {

constexpr std::string_view kOffer =
    "v=0\r\n"
    "o=alice 2890844526 2890844527 IN IP4 host.atlanta.example\r\n"
    "s=-\r\n"
    "c=IN IP4 192.0.2.10\r\n"
    "b=AS:512\r\n"
    "t=0 0\r\n"
    "a=recvonly\r\n"
    "a=x-ours:one:two\r\n"
    "m=audio 49170 RTP/AVP 0 8 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\n"
    "a=sendrecv\r\n"
    "a=rtcp:53020 IN IP4 192.0.2.11\r\n"
    "m=video 51372/2 RTP/AVP 31 32\r\n"
    "c=IN IP6 2001:db8::5/127\r\n"
    "a=rtcp-mux\r\n"
    "m=image 0 udptl t38\r\n"
    "a=T38FaxVersion:0\r\n";

struct Parsed {
    explicit Parsed(std::string body) : text(std::move(body)) { error = parse_sdp(text, *view); }
    [[nodiscard]] Sdp sdp() const { return {text, view.get()}; }
    [[nodiscard]] std::string_view cut(Slice s) const { return sdp().text(s); }
    std::string text;
    std::unique_ptr<SdpView> view = std::make_unique<SdpView>();
    SdpError error{};
};

std::string with(std::string_view lines) {
    return "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n" + std::string(lines);
}

TEST(Sdp, SplitsSessionAndMediaSections) {
    const Parsed p{std::string(kOffer)};
    ASSERT_EQ(p.error, SdpError::none);
    const auto sdp = p.sdp();
    EXPECT_EQ(p.view->session_line_count, 8);
    ASSERT_EQ(sdp.media().size(), 3u);
    const auto& audio = sdp.media()[0];
    EXPECT_EQ(audio.first_line, 8);
    EXPECT_EQ(audio.line_count, 6);
    EXPECT_EQ(p.cut(audio.kind), "audio");
    EXPECT_EQ(p.cut(audio.port_text), "49170");
    EXPECT_EQ(audio.port, 49170);
    EXPECT_EQ(p.cut(audio.protocol), "RTP/AVP");
    EXPECT_EQ(p.cut(audio.formats), "0 8 101");
    const auto& video = sdp.media()[1];
    EXPECT_EQ(video.port, 51372);
    EXPECT_EQ(video.port_count, 2);
    EXPECT_EQ(p.cut(video.port_text), "51372");
    const auto& image = sdp.media()[2];
    EXPECT_EQ(image.port, 0);
    EXPECT_EQ(p.cut(image.formats), "t38");
    EXPECT_EQ(image.line_count, 2);
}

TEST(Sdp, NamesThePiecesOfOriginAndConnection) {
    const Parsed p{std::string(kOffer)};
    ASSERT_EQ(p.error, SdpError::none);
    const auto& o = p.view->origin;
    EXPECT_EQ(p.cut(o.user), "alice");
    EXPECT_EQ(p.cut(o.session_id), "2890844526");
    EXPECT_EQ(p.cut(o.session_version), "2890844527");
    EXPECT_EQ(p.cut(o.family), "IP4");
    EXPECT_EQ(p.cut(o.address), "host.atlanta.example");
    const auto sdp = p.sdp();
    EXPECT_EQ(p.cut(sdp.connection(sdp.media()[0]).address), "192.0.2.10");
    EXPECT_EQ(p.cut(sdp.connection(sdp.media()[1]).address), "2001:db8::5");
    EXPECT_EQ(p.cut(sdp.connection(sdp.media()[1]).family), "IP6");
    EXPECT_FALSE(sdp.media()[0].connection.present());
    EXPECT_EQ(sdp.media()[1].connection.line, 15);
}

TEST(Sdp, DirectionOfTheSectionWinsOverTheSession) {
    const Parsed p{std::string(kOffer)};
    ASSERT_EQ(p.error, SdpError::none);
    EXPECT_EQ(p.view->direction, SdpDirection::recvonly);
    EXPECT_EQ(p.view->direction_line, 6);
    EXPECT_EQ(p.view->media[0].direction, SdpDirection::sendrecv);
    EXPECT_EQ(p.view->media[0].direction_line, 12);
    EXPECT_EQ(p.view->media[1].direction, SdpDirection::recvonly);
    EXPECT_EQ(p.view->media[1].direction_line, kNoLine);
}

TEST(Sdp, AttributesAreFoundByNameAndFormat) {
    const Parsed p{std::string(kOffer)};
    ASSERT_EQ(p.error, SdpError::none);
    const auto sdp = p.sdp();
    const auto& audio = sdp.media()[0];
    const auto* map = sdp.find(audio, SdpAttribute::rtpmap, "101");
    ASSERT_NE(map, nullptr);
    EXPECT_EQ(p.cut(map->value), "101 telephone-event/8000");
    EXPECT_EQ(sdp.find(audio, SdpAttribute::rtpmap, "8"), nullptr);
    EXPECT_EQ(sdp.find(audio, SdpAttribute::rtpmap, "10"), nullptr);
    ASSERT_NE(Sdp::find(sdp.lines(audio), SdpAttribute::rtcp), nullptr);
    EXPECT_FALSE(audio.rtcp_mux);
    EXPECT_TRUE(sdp.media()[1].rtcp_mux);
    const auto& unknown = sdp.session_lines()[7];
    EXPECT_EQ(unknown.attribute, SdpAttribute::other);
    EXPECT_EQ(p.cut(unknown.value), "x-ours:one:two");
}

TEST(Sdp, EveryByteBelongsToOneLine) {
    for (const auto& text :
         {std::string(kOffer), with("m=audio 9 RTP/AVP\nc=IN IP4 1.2.3.4\n\r\n\r\n"), with("a=sendrecv")}) {
        const Parsed p{text};
        ASSERT_EQ(p.error, SdpError::none);
        std::string joined;
        for (const auto& line : p.sdp().lines()) joined += p.cut(line.whole);
        EXPECT_EQ(joined, text);
    }
}

TEST(Sdp, EachFormatSkipsRunsOfSpaces) {
    const Parsed p{with("c=IN IP4 192.0.2.1\r\nm=audio  4000  RTP/AVP  0   8 101 \r\n")};
    ASSERT_EQ(p.error, SdpError::none);
    std::vector<std::string> formats;
    p.sdp().each_format(p.view->media[0], [&](std::string_view f) { formats.emplace_back(f); });
    EXPECT_EQ(formats, (std::vector<std::string>{"0", "8", "101"}));
}

TEST(Sdp, TolerantWhereItHarmsNobody) {
    EXPECT_EQ(Parsed{with("m=audio 0 RTP/AVP\r\n")}.error, SdpError::none) << "rejected line without formats";
    EXPECT_EQ(Parsed{with("c=IN IP4 192.0.2.1\nm=audio 1 X/Y z")}.error, SdpError::none) << "LF, no last end";
    const Parsed inactive{with("a=inactive \r\n")};
    EXPECT_EQ(inactive.view->direction, SdpDirection::inactive) << "space after a property";
    const Parsed twice{with("m=audio 5 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.2\r\n")};
    ASSERT_EQ(twice.error, SdpError::none);
    EXPECT_EQ(twice.cut(twice.view->media[0].connection.address), "192.0.2.1") << "the first c= holds";
}

TEST(Sdp, RefusesWhatItCannotTakeApart) {
    EXPECT_EQ(Parsed{""}.error, SdpError::empty);
    EXPECT_EQ(Parsed{std::string(70'000, 'a')}.error, SdpError::too_long);
    EXPECT_EQ(Parsed{"o=- 1 1 IN IP4 1.2.3.4\r\nv=0\r\n"}.error, SdpError::version);
    EXPECT_EQ(Parsed{"v=1\r\no=- 1 1 IN IP4 1.2.3.4\r\n"}.error, SdpError::version);
    EXPECT_EQ(Parsed{"v=0\r\ns=-\r\n"}.error, SdpError::origin);
    EXPECT_EQ(Parsed{"v=0\r\no=- 1 1 IN IP4\r\n"}.error, SdpError::origin);
    EXPECT_EQ(Parsed{"v=0\r\no=my name 1 1 IN IP4 1.2.3.4\r\n"}.error, SdpError::origin);
    EXPECT_EQ(Parsed{with("o=- 1 1 IN IP4 1.2.3.4\r\n")}.error, SdpError::origin);
    EXPECT_EQ(Parsed{with("c=IN IP4\r\n")}.error, SdpError::connection);
    EXPECT_EQ(Parsed{with("c=IN IP4 /127\r\n")}.error, SdpError::connection);
    EXPECT_EQ(Parsed{with("m=audio\r\n")}.error, SdpError::media);
    EXPECT_EQ(Parsed{with("m=audio 65536 RTP/AVP 0\r\n")}.error, SdpError::media);
    EXPECT_EQ(Parsed{with("m=audio -1 RTP/AVP 0\r\n")}.error, SdpError::media);
    EXPECT_EQ(Parsed{with("m=audio 4/0 RTP/AVP 0\r\n")}.error, SdpError::media);
    EXPECT_EQ(Parsed{with("m=audio 4000 RTP/AVP 0\r\n")}.error, SdpError::no_connection);
    EXPECT_EQ(Parsed{with("nonsense\r\n")}.error, SdpError::line);
    EXPECT_EQ(Parsed{with("a\r\n")}.error, SdpError::line);
    EXPECT_EQ(Parsed{with("a=x\rb=y\r\n")}.error, SdpError::line);
    EXPECT_EQ(Parsed{with(std::string_view("a=\0\r\n", 5))}.error, SdpError::line);
    EXPECT_EQ(Parsed{with("\r\na=late\r\n")}.error, SdpError::line);
}

TEST(Sdp, BoundsAreExact) {
    std::string media = "c=IN IP4 192.0.2.1\r\n";
    for (std::size_t i = 0; i < kMaxSdpMedia; ++i) media += "m=audio 4000 RTP/AVP 0\r\n";
    EXPECT_EQ(Parsed{with(media)}.error, SdpError::none);
    EXPECT_EQ(Parsed{with(media + "m=audio 4000 RTP/AVP 0\r\n")}.error, SdpError::too_many_media);
    std::string lines;
    for (std::size_t i = 4; i < kMaxSdpLines; ++i) lines += "a=x\n";
    EXPECT_EQ(Parsed{with(lines)}.error, SdpError::none);
    EXPECT_EQ(Parsed{with(lines + "a=x\n")}.error, SdpError::too_many_lines);
}

TEST(Sdp, AViewCanBeUsedAgain) {
    SdpView view;
    ASSERT_EQ(parse_sdp(kOffer, view), SdpError::none);
    const auto text = with("a=sendonly\r\n");
    ASSERT_EQ(parse_sdp(text, view), SdpError::none);
    EXPECT_EQ(view.media_count, 0);
    EXPECT_EQ(view.line_count, 5);
    EXPECT_FALSE(view.connection.present());
}

TEST(Sdp, ErrorsExplainThemselves) {
    for (int e = 0; e <= static_cast<int>(SdpError::no_connection); ++e) {
        EXPECT_FALSE(explain(static_cast<SdpError>(e)).empty());
        EXPECT_NE(explain(static_cast<SdpError>(e)), "unknown error");
    }
}

TEST(Sdp, AttributeNamesRoundTrip) {
    for (auto a = static_cast<int>(SdpAttribute::other) + 1; a < static_cast<int>(SdpAttribute::count_);
         ++a) {
        const auto id = static_cast<SdpAttribute>(a);
        EXPECT_EQ(attribute_of(attribute_name(id)), id);
    }
    EXPECT_EQ(attribute_of("RTPMAP"), SdpAttribute::other);
    EXPECT_EQ(attribute_of(""), SdpAttribute::other);
}

}  // namespace
}  // namespace strowger::wire
