#include "strowger/wire/sip_aor.hpp"

#include <algorithm>

#include "strowger/wire/sip_values.hpp"

namespace strowger::wire {

bool aor_of_uri(std::string_view text, Aor& out) noexcept {
    const auto uri = parse_uri(text);
    if (!uri || !uri->is_sip() || uri->host.empty()) return false;
    if (uri->user.size() + uri->host.size() > out.text_.size()) return false;
    const auto user_length = unescape(uri->user, out.text_.data());
    if (!user_length) return false;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(out.text_.begin(), out.text_.begin() + static_cast<std::ptrdiff_t>(*user_length),
                    is_control))
        return false;
    out.user_length_ = static_cast<std::uint16_t>(*user_length);
    char* at = out.text_.data() + *user_length;
    for (const char c : uri->host) *at++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    out.host_length_ = static_cast<std::uint16_t>(uri->host.size());
    return true;
}

bool aor_of(std::string_view header, Aor& out) noexcept {
    const auto address = parse_name_address(header);
    return address && !address->star && aor_of_uri(address->uri, out);
}

}  // namespace strowger::wire
