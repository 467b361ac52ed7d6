// Shell completion from the rows.
#pragma once

#include <string>

namespace strowger::cli {

// A script for bash's `source`.
[[nodiscard]] std::string bash_completion();

}  // namespace strowger::cli
