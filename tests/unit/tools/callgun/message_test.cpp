#include "message.hpp"

#include <gtest/gtest.h>

#include "media.hpp"
#include "strowger/wire/sip_tokenise.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::callgun {
namespace {

LocalEndpoint endpoint(const char* text) {
    LocalEndpoint out;
    out.endpoint = *wire::parse_endpoint(text);
    out.text.assign(text);
    out.address.assign(wire::to_string(out.endpoint.address));
    return out;
}

// Bytes with the room behind them that the tokeniser wants, and their table.
struct Message {
    explicit Message(std::string_view bytes) : text(std::string(bytes) + std::string(64, '\0')) {
        status = wire::tokenise(text.data(), static_cast<std::uint32_t>(bytes.size()), view);
        message = {text.data(), static_cast<std::uint32_t>(bytes.size()), &view};
    }
    std::string text;
    wire::SipView view;
    wire::TokeniseStatus status;
    wire::SipMessage message;
};

constexpr Token kToken{42, 7, 1, TokenKind::invite, 1};

std::string request(const LocalEndpoint& from) {
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    out.request_line("INVITE", "sip:2001@lab.example");
    write_via(out, from, kToken);
    write_party(out, wire::HeaderId::from, "1001", "lab.example", &kToken);
    write_party(out, wire::HeaderId::to, "2001", "lab.example", nullptr);
    write_call_id(out, kToken, from);
    write_cseq(out, 1, "INVITE");
    write_contact(out, "1001", from, ";expires=60");
    char room[512];
    out.finish(write_description(room, from, 20'000, false));
    EXPECT_TRUE(out.ok());
    return std::string(out.text());
}

TEST(CallgunMessage, OurOwnParserReadsWhatWeWrite) {
    for (const char* from : {"10.10.0.100:5062", "[fd10:a::100]:5062"}) {
        const Message m(request(endpoint(from)));
        ASSERT_EQ(m.status, wire::TokeniseStatus::ok);
        const auto via = wire::parse_via(m.message.header(wire::HeaderId::via));
        ASSERT_TRUE(via);
        EXPECT_EQ(token_of_branch(via->branch()), kToken);
        EXPECT_EQ(via->port, 5062);
        EXPECT_EQ(token_of_tag(m.message.header(wire::HeaderId::from)), kToken);
        EXPECT_FALSE(token_of_tag(m.message.header(wire::HeaderId::to)));
        const auto contact = wire::parse_name_address(m.message.header(wire::HeaderId::contact));
        ASSERT_TRUE(contact);
        EXPECT_EQ(contact->parameters.find("expires"), "60");
        ASSERT_TRUE(wire::parse_uri(contact->uri));
        const auto audio = audio_address(m.message.body());
        ASSERT_TRUE(audio);
        EXPECT_EQ(audio->address, endpoint(from).endpoint.address);
        EXPECT_EQ(audio->port.host(), 20'000);
    }
}

TEST(CallgunMessage, AResponseIsTheRequestsMirror) {
    const Message m(request(endpoint("10.10.0.100:5062")));
    const Received received{.message = m.message, .source = *wire::parse_endpoint("10.99.0.1:4444")};
    char buffer[kMessageRoom];
    wire::SipWriter out(buffer);
    const Token tag{1, 2, 3, TokenKind::callee_dialog, 0};
    write_response_head(out, 180, received, &tag);
    out.finish();
    const Message response(out.text());
    ASSERT_EQ(response.status, wire::TokeniseStatus::ok);
    EXPECT_EQ(response.message.status(), 180);
    EXPECT_EQ(response.message.header(wire::HeaderId::call_id), m.message.header(wire::HeaderId::call_id));
    EXPECT_EQ(response.message.header(wire::HeaderId::cseq), "1 INVITE");
    EXPECT_EQ(token_of_tag(response.message.header(wire::HeaderId::to)), tag);
    EXPECT_EQ(wire::parse_via(response.message.header(wire::HeaderId::via))->parameters.find("received"),
              "10.99.0.1");
    // We ask for rport: it goes to where the request came from.
    EXPECT_EQ(response_address(received), *wire::parse_endpoint("10.99.0.1:4444"));
}

TEST(CallgunMessage, DescriptionsWithoutAudioHaveNoAddress) {
    EXPECT_FALSE(audio_address(""));
    EXPECT_FALSE(audio_address(
        "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 0 RTP/AVP 8\r\n"));
    EXPECT_FALSE(audio_address(
        "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 pbx.example\r\nt=0 0\r\nm=audio 4 RTP/AVP 8\r\n"));
}

}  // namespace
}  // namespace strowger::callgun
