#include <CLI/CLI.hpp>

#include "options.hpp"

namespace strowger {

bool parse_options(int argc, char** argv, Options& out, std::string& answer, int& exit_code) {
    CLI::App app{
        "strowgerd: SIP and RTP appliance. It is configured by a file of resources and by the command "
        "strowger.",
        "strowgerd"};
    app.set_version_flag("--version", "strowgerd " STROWGER_VERSION);
    std::string check;
    app.add_option("--config", out.config, "File of resources that is read at the start")
        ->capture_default_str();
    app.add_option("--check", check, "Read this file, print every mistake with its line, and end");
    app.add_option("--state", out.state,
                   "Folder for the database and the call records, in place of the configured files");
    app.add_option("--socket", out.socket,
                   "Unix socket of the management API, in place of the configured one");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream text;
        exit_code = app.exit(error, text, text);
        answer = text.str();
        return false;
    }
    if (!check.empty()) {
        out.check = true;
        out.config = check;
    }
    return true;
}

}  // namespace strowger
