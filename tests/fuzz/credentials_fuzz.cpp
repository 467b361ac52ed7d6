// Any text as Authorization: values lie in the text or in the buffer of undone escapes, and what is good
// stays good when it is written again.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "strowger/digest/credentials.hpp"

namespace {

using namespace strowger::digest;

void check(bool holds) {
    if (!holds) std::abort();
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Exactly as many bytes as the text has: an over-read is a fault here.
    const auto bytes = std::make_unique<char[]>(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(data[i]);
    const std::string_view text(bytes.get(), size);

    Credentials given;
    const CredentialsStatus status = parse_credentials(text, given);
    if (status != CredentialsStatus::ok) return 0;
    std::string again = "Digest username=" + quoted(given.username) + ",realm=" + quoted(given.realm) +
                        ",nonce=" + quoted(given.nonce) + ",uri=" + quoted(given.uri) +
                        ",response=" + quoted(given.response);
    const std::string_view optional[] = {given.algorithm, given.cnonce, given.opaque, given.qop, given.nc};
    const char* names[] = {"algorithm", "cnonce", "opaque", "qop", "nc"};
    for (int i = 0; i < 5; ++i)
        if (optional[i].data() != nullptr) again += std::string(",") + names[i] + "=" + quoted(optional[i]);
    Credentials second;
    const CredentialsStatus outcome = parse_credentials(again, second);
    // Characters that need an escape may have come without one, and then there are more escapes than before.
    if (outcome == CredentialsStatus::too_long) return 0;
    check(outcome == CredentialsStatus::ok);
    check(second.username == given.username && second.realm == given.realm && second.nonce == given.nonce);
    check(second.uri == given.uri && second.response == given.response && second.nc == given.nc);
    check(second.algorithm == given.algorithm && second.cnonce == given.cnonce && second.qop == given.qop);
    return 0;
}
