// What a row allows, in words: for the reference pages.
#pragma once

#include <string>

#include "model/schema.hpp"

namespace strowger::model {

// "time, 50ms to 5s", "list of addresses, at most 64", "one of off, on, auto"
[[nodiscard]] std::string allowed(const OptionRow& row);

}  // namespace strowger::model
