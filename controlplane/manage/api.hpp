// The management API: each command of commands.def gets its answer.
#pragma once

#include "config/configuration.hpp"
#include "manage/provider.hpp"
#include "manage/router.hpp"
#include "observe/events.hpp"

namespace strowger::manage {

// Registers every command. All outlive the router.
void serve(Router& router, config::Configuration& configuration, Provider& provider, observe::Events& events);

// The parts of serve().
void serve_resources(Router& router, config::Configuration& configuration, Provider& provider);
void serve_observation(Router& router, Provider& provider);
void serve_events(Router& router, observe::Events& events);

}  // namespace strowger::manage
