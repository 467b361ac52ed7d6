// Any text as a peer's challenge: an answer to what is taken can be written, stays in its header line, and is
// read by the server's parser.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "strowger/digest/challenge.hpp"
#include "strowger/digest/credentials.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace strowger::digest;
    // Exactly as many bytes as the text has: an over-read is a fault here.
    const auto bytes = std::make_unique<char[]>(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(data[i]);
    Challenge challenge;
    if (parse_challenge({bytes.get(), size}, challenge) != ChallengeStatus::ok) return 0;
    const Answer answer{
        .user = "u", .password = "p", .method = "REGISTER", .uri = "sip:a", .count = 1, .cnonce = "c"};
    std::string text(room_for(challenge, answer), '\0');
    text.resize(write_credentials(challenge, answer, text));
    if (text.empty() || challenge.nonce.empty() || text.find_first_of("\r\n") != std::string::npos)
        std::abort();
    Credentials credentials;
    const auto status = parse_credentials(text, credentials);
    if (status != CredentialsStatus::ok && status != CredentialsStatus::too_long) std::abort();
    return 0;
}
