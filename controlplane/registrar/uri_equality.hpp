// RFC 3261 19.1.4: whether two URIs name the same thing, which decides whether a Contact is one that we have.
#pragma once

#include <string_view>

namespace strowger::registrar {

// False when either is no URI. Not transitive, as the RFC says. SIP URIs by 19.1.4; of a parameter
// `transport` in one of them only, the RFC's rule and example disagree: they differ here, as in the example.
// Other schemes: equal text, the scheme in any case.
[[nodiscard]] bool same_uri(std::string_view a, std::string_view b) noexcept;

}  // namespace strowger::registrar
