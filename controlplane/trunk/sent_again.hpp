// A challenged request of ours once more (RFC 3261 22.2).
#pragma once

#include <cstdint>
#include <string_view>

#include "message/outgoing.hpp"

namespace strowger::trunk {

// In a new transaction: another branch and CSeq, the header lines `added` in place of the lines `dropped`.
// Empty: it is no request of ours.
[[nodiscard]] message::Outgoing sent_again(const message::Outgoing& request, std::string_view branch,
                                           std::uint32_t cseq, std::string_view dropped,
                                           std::string_view added);

}  // namespace strowger::trunk
