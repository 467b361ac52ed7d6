#include "sip/refuse.hpp"

#include "sip/answer.hpp"

namespace strowger::sip {

void refuse(core::Worker& w, core::Packet* packet, std::uint16_t status, std::string_view reason,
            std::uint32_t retry_after_s, Counter counter, Drop otherwise) noexcept {
    answer(w, packet,
           {.status = status,
            .reason = reason,
            .retry_after_s = retry_after_s,
            .counter = counter,
            .otherwise = otherwise,
            .limited = true});
}

}  // namespace strowger::sip
