// "did you mean": the known word nearest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace strowger::model {

// Empty when none is near (more than a third of the letters differ).
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// "did you mean X? " or nothing: the start of a complaint.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace strowger::model
