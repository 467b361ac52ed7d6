// What was typed, and the request of the management API that it means.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "strowger/commands.hpp"

namespace strowger::cli {

struct Invocation {
    const CommandRow* row = nullptr;
    std::map<std::string, std::string, std::less<>> arguments;  // by name: ID, KIND, FILE …
    std::map<std::string, std::string, std::less<>> flags;  // by the row's name; "1" for those without value
    bool json = false;
    bool wide = false;
    std::string socket;
    std::string api;    // "address:port" instead of the socket
    std::string token;  // for it
};

// One word of a row's `arguments`.
struct Argument {
    std::string_view name;
    bool optional = false;
};
[[nodiscard]] std::vector<Argument> arguments_of(const CommandRow& row);
[[nodiscard]] std::vector<const FlagRow*> flags_of(const CommandRow& row);
// "why_call" is typed `why call`.
[[nodiscard]] std::string typed_name(const CommandRow& row);
// "dry_run" is typed --dry-run.
[[nodiscard]] std::string typed_name(const FlagRow& flag);

// Reads the command line. False: `exit_code` says how to leave; help and errors are printed already.
[[nodiscard]] bool parse(int argc, const char* const* argv, Invocation& out, int& exit_code);

struct ApiRequest {
    std::string method;
    std::string target;  // path and query, escaped
    std::string body;
};
// Fills the row's path and query; reads FILE. False: `error` is a sentence.
[[nodiscard]] bool make_request(const Invocation& invocation, ApiRequest& out, std::string& error);

}  // namespace strowger::cli
