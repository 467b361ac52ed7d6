// Which formats of an m= line may be offered, and in which order.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/wire/sdp.hpp"

namespace strowger::media {

// From the options `codecs` and `remove_codecs` of a realm and its trunk. Names are compared without case.
struct CodecPolicy {
    std::vector<std::string> keep;    // best first; empty: all, in the offerer's order
    std::vector<std::string> remove;  // wins over keep
    [[nodiscard]] bool empty() const { return keep.empty() && remove.empty(); }
};

// Formats of one m= line in the order to be offered. Views into the description.
struct Formats {
    static constexpr std::size_t kMost = 64;
    std::array<std::string_view, kMost> names{};
    std::size_t count = 0;
    bool changed = false;  // differs from the m= line
    [[nodiscard]] bool has(std::string_view format) const;
};

// telephone-event and CN stay unless `remove` names them. `keep` speaks of audio; of another kind of media
// only when it names one of the line's codecs (a list of voice codecs does not refuse video). A
// retransmission format (rtx) goes with the format it belongs to. A line with more than Formats::kMost
// formats is left as it is.
[[nodiscard]] Formats filter(const wire::Sdp& sdp, const wire::SdpMedia& media, const CodecPolicy& policy);

}  // namespace strowger::media
