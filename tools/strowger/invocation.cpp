#include "invocation.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace strowger::cli {

namespace {

std::string escaped(std::string_view text) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += kHex[static_cast<unsigned char>(c) >> 4];
            out += kHex[static_cast<unsigned char>(c) & 15];
        }
    }
    return out;
}

bool read_file(const std::string& path, std::string& text, std::string& error) {
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    const bool standard_input = path == "-";
    const File file(standard_input ? stdin : std::fopen(path.c_str(), "rb"),
                    standard_input ? [](std::FILE*) { return 0; } : &std::fclose);
    if (!file) {
        error = path + ": " + std::strerror(errno);
        return false;
    }
    char buffer[64 * 1024];
    while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file.get())) text.append(buffer, got);
    if (std::ferror(file.get()) == 0) return true;
    error = path + ": " + std::strerror(errno);
    return false;
}

// "/v1/legs/{CALL}" with the arguments put in; a variable without value ends the path.
std::string path_of(const Invocation& invocation) {
    std::string path;
    std::string_view rest = invocation.row->path;
    while (!rest.empty()) {
        const std::size_t open = rest.find('{');
        path += rest.substr(0, open);
        if (open == std::string_view::npos) break;
        const std::size_t close = rest.find('}', open);
        const auto argument = invocation.arguments.find(rest.substr(open + 1, close - open - 1));
        if (argument == invocation.arguments.end() || argument->second.empty()) {
            path.pop_back();  // the slash before it
            break;
        }
        path += escaped(argument->second);
        rest = rest.substr(close + 1);
    }
    return path;
}

}  // namespace

std::vector<Argument> arguments_of(const CommandRow& row) {
    std::vector<Argument> arguments;
    std::string_view rest = row.arguments;
    while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        const bool optional = word.front() == '[';
        arguments.push_back(
            {.name = optional ? word.substr(1, word.size() - 2) : word, .optional = optional});
        rest = rest.size() > word.size() ? rest.substr(word.size() + 1) : std::string_view{};
    }
    return arguments;
}

std::vector<const FlagRow*> flags_of(const CommandRow& row) {
    std::vector<const FlagRow*> flags;
    for (const FlagRow& flag : kFlagRows)
        if (flag.command == row.command) flags.push_back(&flag);
    return flags;
}

std::string typed_name(const CommandRow& row) {
    std::string name(row.name);
    std::ranges::replace(name, '_', ' ');
    return name;
}

std::string typed_name(const FlagRow& flag) {
    std::string name(flag.name);
    std::ranges::replace(name, '_', '-');
    return name;
}

bool make_request(const Invocation& invocation, ApiRequest& out, std::string& error) {
    out.method = invocation.row->method;
    out.target = path_of(invocation);
    char separator = '?';
    for (const FlagRow* flag : flags_of(*invocation.row)) {
        const auto given = invocation.flags.find(flag->name);
        if (given == invocation.flags.end()) continue;
        if (flag->value == "FILE" && !read_file(given->second, out.body, error)) return false;
        // An OUTPUT's name stays here: the daemon only needs to know that one is wanted.
        const std::string_view value =
            flag->value == "OUTPUT" ? std::string_view("1") : std::string_view(given->second);
        out.target += separator + std::string(flag->name) + "=" + escaped(value);
        separator = '&';
    }
    if (const auto file = invocation.arguments.find("FILE"); file != invocation.arguments.end())
        return read_file(file->second, out.body, error);
    return true;
}

}  // namespace strowger::cli
