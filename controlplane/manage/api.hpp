// The management API: each command of commands.def gets its answer.
#pragma once

#include "config/configuration.hpp"
#include "manage/provider.hpp"
#include "manage/router.hpp"

namespace strowger::manage {

// Registers every command. `configuration` and `provider` outlive the router.
void serve(Router& router, config::Configuration& configuration, Provider& provider);

// The two halves of serve().
void serve_resources(Router& router, config::Configuration& configuration);
void serve_observation(Router& router, Provider& provider);

}  // namespace strowger::manage
