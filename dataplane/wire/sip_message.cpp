#include "strowger/wire/sip_message.hpp"

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

Method either(std::string_view text, Method a, Method b) {
    if (text == method_name(a)) return a;
    if (text == method_name(b)) return b;
    return Method::other;
}

}  // namespace

std::string_view method_name(Method method) noexcept {
    const auto i = static_cast<std::size_t>(method);
    return i < std::size(kMethods) ? kMethods[i] : std::string_view{};
}

Method method_of(std::string_view text) noexcept {
    switch (text.size()) {
        case 3:
            return either(text, Method::ack, Method::bye);
        case 4:
            return either(text, Method::info, Method::info);
        case 5:
            return either(text, Method::prack, Method::refer);
        case 6:
            if (const auto m = either(text, Method::invite, Method::cancel); m != Method::other) return m;
            return either(text, Method::update, Method::notify);
        case 7:
            if (const auto m = either(text, Method::options, Method::message); m != Method::other) return m;
            return either(text, Method::publish, Method::publish);
        case 8:
            return either(text, Method::register_, Method::register_);
        case 9:
            return either(text, Method::subscribe, Method::subscribe);
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
    char readable[header_hash::kLongest + 8]{};
    std::memcpy(readable, name.data(), name.size());
    return header_hash::lookup(readable, static_cast<std::uint32_t>(name.size()));
}

}  // namespace strowger::wire
