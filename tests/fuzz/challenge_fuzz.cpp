// Any text as a challenge: what is taken has its parts in bounds, and an answer to it can be written and is
// read by the server's parser.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "challenge.hpp"
#include "strowger/digest/credentials.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace strowger;
    // Exactly as many bytes as the text has: an over-read is a fault here.
    const auto bytes = std::make_unique<char[]>(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(data[i]);
    callgun::Challenge challenge;
    if (callgun::parse_challenge({bytes.get(), size}, challenge) != callgun::ChallengeStatus::ok) return 0;
    char buffer[2048];
    wire::SipWriter out(buffer);
    callgun::write_answer(
        out, wire::HeaderId::authorization, challenge,
        {.user = "u", .password = "p", .method = "REGISTER", .uri = "sip:a", .count = 1, .cnonce = "c"});
    if (!out.ok() || challenge.nonce.empty()) std::abort();
    const std::string_view header = out.text();
    digest::Credentials credentials;
    const auto status = digest::parse_credentials(header.substr(15, header.size() - 17), credentials);
    if (status != digest::CredentialsStatus::ok && status != digest::CredentialsStatus::too_long)
        std::abort();
    return 0;
}
