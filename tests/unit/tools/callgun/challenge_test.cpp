#include "challenge.hpp"

#include <gtest/gtest.h>

#include "strowger/digest/credentials.hpp"
#include "strowger/wire/sip_tokenise.hpp"

namespace strowger::callgun {
namespace {

TEST(Challenge, OfSeveralTheFirstThatWeCanAnswer) {
    const std::string text =
        "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\n"
        "To: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", algorithm=SHA-512-256\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n2\", algorithm=SHA-256, qop=\"auth\"\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n3\", algorithm=MD5\r\nContent-Length: 0\r\n\r\n";
    const std::string padded = text + std::string(64, '\0');
    wire::SipView view;
    ASSERT_EQ(wire::tokenise(padded.data(), static_cast<std::uint32_t>(text.size()), view),
              wire::TokeniseStatus::ok);
    Challenge chosen;
    const wire::SipMessage response(padded.data(), static_cast<std::uint32_t>(text.size()), &view);
    ASSERT_EQ(choose_challenge(response, chosen), digest::ChallengeStatus::ok);
    EXPECT_EQ(chosen.algorithm, digest::Algorithm::sha256);
    EXPECT_EQ(chosen.nonce.view(), "n2");

    char buffer[1024];
    wire::SipWriter out(buffer);
    write_answer(out, wire::HeaderId::authorization, chosen,
                 {.user = "u", .password = "p", .method = "REGISTER", .uri = "sip:a", .cnonce = "c"});
    ASSERT_TRUE(out.ok());
    const std::string_view header = out.text();
    ASSERT_TRUE(header.starts_with("Authorization: "));
    digest::Credentials credentials;
    ASSERT_EQ(digest::parse_credentials(header.substr(15, header.size() - 17), credentials),
              digest::CredentialsStatus::ok);
    EXPECT_EQ(credentials.nonce, "n2");
    EXPECT_EQ(credentials.algorithm, "SHA-256");
}

}  // namespace
}  // namespace strowger::callgun
