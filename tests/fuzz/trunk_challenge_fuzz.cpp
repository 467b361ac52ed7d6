// Digest challenges of peers, and the answers to them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "trunk/challenge.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace strowger;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto challenge = trunk::parse_challenge(text)) {
        const auto answer =
            trunk::credentials(*challenge, {"user", "password"}, "INVITE", "sip:a@b", 1, "0123");
        // Nothing of the peer's may end our header line.
        if (answer.find_first_of("\r\n") != std::string::npos || answer.size() > 8192) __builtin_trap();
    }
    return 0;
}
