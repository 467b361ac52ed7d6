// The forms of text that options allow.
#pragma once

#include <string_view>

#include "model/values.hpp"

namespace strowger::model {

// Length and form of `text`: empty when both hold. Empty text is allowed where min_length is 0, whatever the
// form.
[[nodiscard]] Complaint check_text(std::string_view text, const Bounds& bounds);

}  // namespace strowger::model
