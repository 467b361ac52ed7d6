// Any bytes as STUN: attributes lie inside the message, and an answer of ours is STUN that says where the
// request came from.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "strowger/wire/stun.hpp"

using namespace strowger::wire;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void check_answer(const StunView& request, const Endpoint& source) {
    std::array<std::uint8_t, kStunResponseRoom> out;
    const std::size_t length = answer_binding(request, source, out);
    if (length == 0) return;
    const auto answer = parse_stun({out.data(), length});
    check(answer.has_value());
    check(answer->header.transaction == request.header.transaction &&
          answer->header.cookie == request.header.cookie);
    check(check_fingerprint(*answer) != Fingerprint::wrong);
    check(answer->message_class == StunClass::error || mapped_address(*answer) == source);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto stun = parse_stun({data, size});
    if (!stun) return 0;
    std::size_t octets = 0;
    each_attribute(*stun, [&](std::uint16_t, Octets value) {
        octets += 4 + value.size();
        check(value.empty() || value.data() + value.size() <= data + size);
        return true;
    });
    check(octets <= stun->attributes.size());
    (void)check_fingerprint(*stun);
    (void)mapped_address(*stun);
    check_answer(*stun, *parse_endpoint("192.0.2.1:32853"));
    check_answer(*stun, *parse_endpoint("[2001:db8::7]:9"));
    return 0;
}
