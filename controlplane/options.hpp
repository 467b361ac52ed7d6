// The daemon's command line.
#pragma once

#include <string>

namespace strowger {

struct Options {
    std::string config = "/etc/strowger/strowger.yaml";
    std::string state;   // folder for the database and the call records, in place of the configured files
    std::string socket;  // of the management API, in place of the configured one
    bool check = false;  // read the configuration, say what is wrong, and end
};

// False: print `answer` and end with `exit_code` (help, version, a mistake).
bool parse_options(int argc, char** argv, Options& out, std::string& answer, int& exit_code);

}  // namespace strowger
