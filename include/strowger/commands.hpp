// The commands as data, from the rows: the daemon's routes, the command line, its help and its completion
// read these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strowger {

enum class Command : std::uint8_t {
// `delete` is a word of C++.
#define COMMAND(name, arguments, method, path, columns, help) name##_,
#include "strowger/commands.def"
    count_
};
inline constexpr std::size_t kCommands = static_cast<std::size_t>(Command::count_);

struct CommandRow {
    Command command;
    std::string_view name;
    std::string_view arguments;
    std::string_view method;
    std::string_view path;
    std::string_view columns;
    std::string_view help;
};
inline constexpr std::array<CommandRow, kCommands> kCommandRows{{
#define COMMAND(name, arguments, method, path, columns, help) \
    {Command::name##_, #name, arguments, #method, path, columns, help},
#include "strowger/commands.def"
}};

struct FlagRow {
    Command command;
    std::string_view letter;
    std::string_view name;   // of the query; the command line writes - for _
    std::string_view value;  // empty: the flag takes none
    std::string_view help;
};
inline constexpr FlagRow kFlagRows[] = {
#define FLAG(command, letter, name, value, help) {Command::command##_, #letter, #name, value, help},
#include "strowger/commands.def"
};

constexpr const CommandRow& row_of(Command command) {
    return kCommandRows[static_cast<std::size_t>(command)];
}

}  // namespace strowger
