#include <cstdio>

#include "config/load.hpp"
#include "daemon.hpp"
#include "options.hpp"

namespace {

// Exit status as for a compiler: 0 nothing to complain of, 1 mistakes.
int check(const std::string& file) {
    const auto result = strowger::config::load_file(file);
    for (const auto& problem : result.problems) std::fprintf(stderr, "%s\n", to_string(problem).c_str());
    if (!result.ok()) return 1;
    std::printf("%s: ok\n", file.c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    strowger::Options options;
    std::string answer;
    int exit_code = 0;
    if (!strowger::parse_options(argc, argv, options, answer, exit_code)) {
        std::fputs(answer.c_str(), exit_code == 0 ? stdout : stderr);
        return exit_code;
    }
    if (options.check) return check(options.config);

    strowger::Daemon daemon(options);
    std::vector<std::string> problems;
    if (!daemon.start(problems)) {
        for (const std::string& problem : problems) std::fprintf(stderr, "strowgerd: %s\n", problem.c_str());
        return 1;
    }
    daemon.run();
    return 0;
}
