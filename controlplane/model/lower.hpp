// Names of domains, which have no case.
#pragma once

#include <string>
#include <string_view>

namespace strowger::model {

// `text` with A-Z as a-z; other octets stay.
[[nodiscard]] std::string lower(std::string_view text);

}  // namespace strowger::model
