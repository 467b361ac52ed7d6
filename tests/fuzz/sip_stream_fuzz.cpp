// Any bytes as a stream: it is cut alike however it arrives, and it never stands still.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/wire/sip_stream.hpp"

namespace {

using namespace strowger::wire;

struct Cut {
    StreamEvent event;
    StreamFault fault;
    std::size_t length;
    bool operator==(const Cut&) const = default;
};

std::vector<Cut> cut(std::string_view bytes, std::size_t piece) {
    SipStream stream(4096, 8192);
    std::vector<Cut> cuts;
    std::size_t consumed = 0;
    for (std::size_t arrived = 0; arrived < bytes.size();) {
        arrived = std::min(arrived + piece, bytes.size());
        while (true) {
            const auto result = stream.next(bytes.substr(consumed, arrived - consumed));
            if (result.event == StreamEvent::need_more) break;
            cuts.push_back({result.event, result.fault, result.length});
            if (result.event == StreamEvent::broken) return cuts;
            if (result.length == 0 || result.length > arrived - consumed || result.length > 8192)
                std::abort();
            consumed += result.length;
        }
        if (arrived - consumed > 8192) std::abort();
    }
    return cuts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 61;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto one = cut(bytes, 1);
    if (one != cut(bytes, piece)) std::abort();
    return 0;
}
