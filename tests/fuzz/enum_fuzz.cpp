// Any bytes as the NAPTR record of a number: what comes out is a SIP URI that a header may hold.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "resolver/enum.hpp"
#include "strowger/wire/sip_values.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace strowger;
    // A text is the regexp of an honest record, too: most bytes are no record at all.
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto chars = [](const std::string& s) {
        return static_cast<char>(static_cast<std::uint8_t>(s.size())) + s;
    };
    const std::vector<std::string> records{
        text, std::string("\0\1\0\1", 4) + chars("u") + chars("E2U+sip") + chars(text.substr(0, 255)) + '\0'};
    const auto found = resolver::enumerate("+4930123", "e164.arpa", [&](const resolver::Question&) {
        return resolver::Reading{.state = resolver::Reading::State::found, .records = &records};
    });
    if (found.state != resolver::Enumerated::State::found) return 0;
    const auto uri = wire::parse_uri(found.uri);
    if (!uri || !uri->is_sip() || found.uri.find_first_of("\r\n <>\"") != std::string::npos) std::abort();
    return 0;
}
