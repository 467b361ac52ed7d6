#include "strowger/wire/sip_message.hpp"

#include <algorithm>
#include <cstring>

#include "wire/sip_chars.hpp"
#include "wire/sip_header_id.hpp"

namespace strowger::wire {
namespace {

constexpr std::string_view kMethods[] = {"",        "INVITE",   "ACK",       "BYE",    "CANCEL",
                                         "OPTIONS", "REGISTER", "PRACK",     "UPDATE", "INFO",
                                         "MESSAGE", "REFER",    "SUBSCRIBE", "NOTIFY", "PUBLISH"};
constexpr std::string_view kHeaderNames[] = {
    "",
#define HEADER(id, name, compact) name,
#include "strowger/wire/sip_headers.def"
#undef HEADER
};
static_assert(std::size(kHeaderNames) == kHeaderIds);
static_assert(std::size(kMethods) == static_cast<std::size_t>(Method::publish) + 1);

// Method::other unless `text`, of the right length, is the name of one of `methods`.
template <Method... methods>
Method among(std::string_view text) {
    Method found = Method::other;
    // Comparison with a constant length is one or two loads.
    const auto try_one = [&]<Method method>() {
        constexpr auto name = kMethods[static_cast<std::size_t>(method)];
        if (std::memcmp(text.data(), name.data(), name.size()) != 0) return false;
        found = method;
        return true;
    };
    (void)(try_one.template operator()<methods>() || ...);
    return found;
}

}  // namespace

std::string_view method_name(Method method) noexcept {
    const auto i = static_cast<std::size_t>(method);
    return i < std::size(kMethods) ? kMethods[i] : std::string_view{};
}

Method method_of(std::string_view text) noexcept {
    switch (text.size()) {
        case 3:
            return among<Method::ack, Method::bye>(text);
        case 4:
            return among<Method::info>(text);
        case 5:
            return among<Method::prack, Method::refer>(text);
        case 6:
            return among<Method::invite, Method::cancel, Method::update, Method::notify>(text);
        case 7:
            return among<Method::options, Method::message, Method::publish>(text);
        case 8:
            return among<Method::register_>(text);
        case 9:
            return among<Method::subscribe>(text);
        default:
            return Method::other;
    }
}

std::string_view header_name(HeaderId id) noexcept {
    const auto i = static_cast<std::size_t>(id);
    return i < kHeaderIds ? kHeaderNames[i] : std::string_view{};
}

HeaderId header_of(std::string_view name) noexcept {
    if (name.size() > header_hash::kLongest || !is_token(name)) return HeaderId::other;
    char readable[32]{};
    std::copy(name.begin(), name.end(), readable);
    return header_hash::lookup(readable, static_cast<std::uint32_t>(name.size()), _mm_set1_epi8(0x20));
}

}  // namespace strowger::wire
