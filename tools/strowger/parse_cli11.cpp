// The only file that knows CLI11: its parser is built from the rows of commands.def.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "invocation.hpp"

namespace strowger::cli {

namespace {

constexpr const char* kFooter =
    "Files hold resources in YAML: `strowger get all --yaml` shows those that run, `strowger describe KIND` "
    "what each "
    "option does.\nShell completion: source <(strowger completion bash)";

// A command of two words, such as `why call`, lies within the one of its first word.
void add_command(CLI::App& app, const CommandRow& row, Invocation& out) {
    const std::string name = typed_name(row);
    const std::size_t space = name.find(' ');
    CLI::App* parent = space == std::string::npos ? &app : app.get_subcommand(name.substr(0, space));
    if (space != std::string::npos)
        for (CLI::Option* option : parent->get_options()) option->required(false);
    CLI::App* command = parent->add_subcommand(name.substr(space == std::string::npos ? 0 : space + 1),
                                               std::string(row.help));
    for (const Argument& argument : arguments_of(row)) {
        std::string& place = out.arguments[std::string(argument.name)];
        CLI::Option* option = command->add_option(std::string(argument.name), place)->type_name("");
        if (!argument.optional) option->required();
    }
    for (const FlagRow* flag : flags_of(row)) {
        const std::string names =
            (flag->letter == "0" ? std::string() : "-" + std::string(flag->letter) + ",") + "--" +
            typed_name(*flag);
        const std::string key(flag->name);
        if (flag->value.empty()) {
            command->add_flag_callback(
                names, [&out, key] { out.flags[key] = "1"; }, std::string(flag->help));
            continue;
        }
        CLI::Option* option = command->add_option_function<std::string>(
            names, [&out, key](const std::string& value) { out.flags[key] = value; },
            std::string(flag->help));
        option->type_name(std::string(flag->value));
        if (flag->value == "FILE") option->required();
    }
    command->callback([&out, &row, command] {
        if (!command->get_subcommands().empty()) return;  // the second word decides
        out.row = &row;
        for (const Argument& argument : arguments_of(row))
            if (!argument.optional && out.arguments[std::string(argument.name)].empty())
                throw CLI::RequiredError(std::string(argument.name));
    });
}

}  // namespace

bool parse(int argc, const char* const* argv, Invocation& out, int& exit_code) {
    CLI::App app("Looks into a running strowgerd and changes its configuration.", "strowger");
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(kFooter);
    app.add_flag("--json", out.json, "The daemon's JSON instead of a table");
    app.add_flag("--wide", out.wide, "Do not shorten tables to the terminal");
    app.add_option("--socket", out.socket, "Unix socket of the daemon")
        ->envname("STROWGER_SOCKET")
        ->default_str("/run/strowger/control.sock");
    app.add_option("--api", out.api, "ADDRESS:PORT of the daemon's TCP API, instead of the socket")
        ->envname("STROWGER_API");
    app.add_option("--token", out.token, "The daemon's api_token, for --api")->envname("STROWGER_TOKEN");
    for (const CommandRow& row : kCommandRows) add_command(app, row, out);
    CLI::App* completion = app.add_subcommand("completion", "Print the completion script of a shell");
    std::string shell = "bash";
    completion->add_option("SHELL", shell, "bash")->check(CLI::IsMember({"bash"}));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : 2;
        return false;
    }
    if (out.socket.empty()) out.socket = "/run/strowger/control.sock";
    // Names that several commands share were all prepared: only those given are kept.
    std::erase_if(out.arguments, [](const auto& argument) { return argument.second.empty(); });
    return true;
}

}  // namespace strowger::cli
