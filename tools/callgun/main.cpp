// callgun: options -> ports -> load -> report.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "runner.hpp"

namespace {

std::atomic<bool> stop{false};

void on_signal(int) {
    stop.store(true);
}

int refuse(const std::string& why) {
    std::fprintf(stderr, "callgun: %s\n", why.c_str());
    return 2;
}

bool write_json(const std::string& file, const std::string& text) {
    if (file == "-") return std::puts(text.c_str()) >= 0;
    std::ofstream out(file);
    out << text << '\n';
    return out.flush().good();
}

}  // namespace

int main(int argc, char** argv) {
    using namespace strowger::callgun;
    Options options;
    std::string answer;
    int exit_code = 0;
    if (!parse_options(argc, argv, options, answer, exit_code)) {
        std::fputs(answer.c_str(), exit_code == 0 ? stdout : stderr);
        return exit_code;
    }
    if (options.json == "-") options.quiet = true;
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);

    Network network;
    std::string error;
    if (!network.open(options, error)) return refuse(error);
    Generator generator(options, network);
    Results before;  // what comes while the way to the target is looked for
    if (options.role != Role::callee && !network.reach(
                                            options.target, [&] { generator.turn(before); }, error))
        return refuse(error);

    Report report;
    Runner(options, network, generator, stop).run(report);
    if (options.json != "-") std::fputs(report_text(report).c_str(), stdout);
    if (!options.json.empty() && !write_json(options.json, report_json(report)))
        return refuse("the report cannot be written to " + options.json + ": " + std::strerror(errno));
    if (options.search) return report.found_rate > 0 ? 0 : 1;
    return report.results->failed.get() == 0 ? 0 : 1;
}
