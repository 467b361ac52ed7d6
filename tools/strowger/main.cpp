// strowger: the operator's command line, a thin client of the daemon's management API.
//
// Exit status: 0 done, 1 the daemon refused, 2 wrong usage, 3 the daemon was not reached.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "client.hpp"
#include "completion.hpp"
#include "invocation.hpp"
#include "render.hpp"

namespace strowger::cli {

namespace {

constexpr int kRefused = 1;
constexpr int kUsage = 2;
constexpr int kNotReached = 3;

void print(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
}

// Columns of the terminal; 0: none there, or not to be minded.
std::size_t terminal_width(const Invocation& invocation) {
    winsize size{};
    if (invocation.wide || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

// The answer, or the exit status after its error was printed.
int fetch(const Invocation& invocation, const ApiRequest& request, ApiAnswer& answer) {
    answer = ask(invocation, request);
    if (answer.status == 0) {
        print(stderr, "strowger: " + answer.error + "\n");
        return kNotReached;
    }
    if (answer.status < 400) return 0;
    print(invocation.json ? stdout : stderr,
          invocation.json ? answer.body + "\n" : render_error(answer.body));
    return kRefused;
}

int write_file(const std::string& path, const std::string& content) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    const bool written =
        file != nullptr && std::fwrite(content.data(), 1, content.size(), file) == content.size();
    const bool closed = file != nullptr && std::fclose(file) == 0;
    if (written && closed) {
        print(stdout, fmt::format("{} bytes written to {}\n", content.size(), path));
        return 0;
    }
    print(stderr, fmt::format("strowger: {} could not be written\n", path));
    return kUsage;
}

int show(const Invocation& invocation, const Rendered& rendered) {
    print(stdout, rendered.out);
    if (!rendered.err.empty()) print(stderr, rendered.err);
    return rendered.ok ? 0 : (static_cast<void>(invocation), kRefused);
}

// Two readings, or on a terminal one after the other until Ctrl-C.
int top(const Invocation& invocation, const ApiRequest& request) {
    std::chrono::milliseconds interval(1000);
    if (const auto given = invocation.flags.find("interval"); given != invocation.flags.end()) {
        double seconds = 0;
        const char* end = given->second.data() + given->second.size();
        const auto [stop, error] = std::from_chars(given->second.data(), end, seconds);
        if (error != std::errc{} || stop != end || seconds < 0.1 || seconds > 3600) {
            print(stderr, "strowger: --interval must be a number of seconds from 0.1 to 3600\n");
            return kUsage;
        }
        interval = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    }
    ApiAnswer before;
    if (const int status = fetch(invocation, request, before); status != 0) return status;
    if (invocation.json) return print(stdout, before.body + "\n"), 0;
    const bool terminal = ::isatty(STDOUT_FILENO) != 0;
    while (true) {
        std::this_thread::sleep_for(interval);
        ApiAnswer now;
        if (const int status = fetch(invocation, request, now); status != 0) return status;
        if (terminal) print(stdout, "\033[H\033[J");
        const int status = show(invocation, render_top(before.body, now.body, terminal_width(invocation)));
        if (!terminal || status != 0) return status;
        std::fflush(stdout);
        before = std::move(now);
    }
}

// Events as they happen, a line each, until Ctrl-C.
int follow_events(const Invocation& invocation, const ApiRequest& request) {
    const ApiAnswer answer = follow(invocation, request, [&](std::string_view line) {
        constexpr std::string_view kData = "data: ";
        if (!line.starts_with(kData)) return;
        line.remove_prefix(kData.size());
        print(stdout, invocation.json ? std::string(line) + "\n" : render_event(line));
        std::fflush(stdout);
    });
    if (answer.status == 0) return print(stderr, "strowger: " + answer.error + "\n"), kNotReached;
    if (answer.status < 400) return print(stderr, "strowger: the daemon ended the stream\n"), kNotReached;
    return print(stderr, render_error(answer.body)), kRefused;
}

int run(const Invocation& invocation) {
    ApiRequest request;
    std::string error;
    if (!make_request(invocation, request, error)) {
        print(stderr, "strowger: " + error + "\n");
        return kUsage;
    }
    if (invocation.row->command == Command::top_) return top(invocation, request);
    if (invocation.row->command == Command::events_ && invocation.flags.contains("follow"))
        return follow_events(invocation, request);
    ApiAnswer answer;
    if (const int status = fetch(invocation, request, answer); status != 0) return status;
    for (const FlagRow* flag : flags_of(*invocation.row))
        if (const auto given = invocation.flags.find(flag->name);
            flag->value == "OUTPUT" && given != invocation.flags.end())
            return write_file(given->second, answer.body);
    if (!answer.type.starts_with("application/json")) return print(stdout, answer.body), 0;
    if (invocation.json) return print(stdout, answer.body + "\n"), 0;
    return show(invocation, render(*invocation.row, answer.body, terminal_width(invocation)));
}

}  // namespace

}  // namespace strowger::cli

int main(int argc, char** argv) {
    strowger::cli::Invocation invocation;
    int exit_code = 0;
    if (!strowger::cli::parse(argc, argv, invocation, exit_code)) return exit_code;
    if (invocation.row == nullptr) {
        strowger::cli::print(stdout, strowger::cli::bash_completion());
        return 0;
    }
    return strowger::cli::run(invocation);
}
