// Record-Route of answers to a request that made a dialog, where a side is hidden: our one value, which the
// answering side sees, gives way to the one that the asking side sees (RFC 3261 16.7 item 3 allows it: "a
// proxy may choose to modify" the value it placed).
#pragma once

#include "sip/hide.hpp"
#include "sip/request.hpp"

namespace strowger::sip {

// `pass`: the loop value of the answer's branch. `source`: where the answer came from. `hides`: the asking
// side sees nothing of the answering side; then route sets without a value of ours are taken out. False: what
// has to be hidden does not fit.
[[nodiscard]] bool exchange_routes(const Hiding& h, const Facts& facts, std::uint32_t pass,
                                   const wire::Endpoint& source, bool hides) noexcept;

}  // namespace strowger::sip
