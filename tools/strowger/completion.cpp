#include "completion.hpp"

#include <fmt/format.h>

#include "invocation.hpp"

namespace strowger::cli {

namespace {

std::string kinds() {
    std::string words = "all";
#define SINGLETON(kind, Type, help) words += " " #kind;
#define KIND(kind, Type, plural, help) words += " " #kind;
#include "strowger/config.def"
    return words;
}

std::string flags(const CommandRow& row) {
    std::string words = "--json --wide --help";
    for (const FlagRow* flag : flags_of(row)) words += " --" + typed_name(*flag);
    return words;
}

// What stands for the first argument: kinds, files, or nothing that is known here.
std::string first_argument(const CommandRow& row) {
    const auto arguments = arguments_of(row);
    if (arguments.empty()) return {};
    if (arguments.front().name == "KIND") return "$kinds";
    return {};
}

}  // namespace

std::string bash_completion() {
    std::string commands = "completion";
    std::string pairs;  // commands of two words
    std::string cases;
    for (const CommandRow& row : kCommandRows) {
        const bool pair = row.name.find('_') != std::string_view::npos;
        (pair ? pairs : commands) += fmt::format(" {}", row.name);
        cases += fmt::format("        {}) flags=\"{}\"; first=\"{}\" ;;\n", row.name, flags(row),
                             first_argument(row));
    }
    return fmt::format(R"(# Completion of strowger(1) for bash: source <(strowger completion bash)
_strowger() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command= at=0 i
    local commands="{}" kinds="{}" flags="--json --wide --socket --api --token --help" first=
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ " $commands " == *" ${{COMP_WORDS[i]}} "* ]] && {{ command=${{COMP_WORDS[i]}}; at=$i; break; }}
    done
    local pair=${{command}}_${{COMP_WORDS[at + 1]}}
    [[ $command && " {} " == *" $pair "* ]] && ((at + 1 < COMP_CWORD)) && {{ command=$pair; at=$((at + 1)); }}
    case $before in
        -f|--file|-o|--pcapng|--socket) COMPREPLY=($(compgen -f -- "$word")); return ;;
    esac
    case $command in
        "") COMPREPLY=($(compgen -W "$commands $flags" -- "$word")); return ;;
        completion) COMPREPLY=($(compgen -W "bash" -- "$word")); return ;;
        why) [[ $word == -* ]] || {{ COMPREPLY=($(compgen -f -W call -- "$word")); return; }} ;;
    esac
    case $command in
{}    esac
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$flags" -- "$word"))
    elif ((COMP_CWORD == at + 1)); then
        COMPREPLY=($(compgen -W "$first" -- "$word"))
    fi
}}
complete -F _strowger strowger
)",
                       commands, kinds(), pairs, cases);
}

}  // namespace strowger::cli
