// Ports as users write them.
#pragma once

#include <string>
#include <string_view>

#include "options.hpp"

namespace strowger::callgun {

// af_xdp:INTERFACE[@NETNS] | memif:SOCKET[,server][,tap=NAME][,prefix=LENGTH][@NETNS] | loop
// False and `error`.
bool parse_port(std::string_view text, Side& out, std::string& error);

}  // namespace strowger::callgun
