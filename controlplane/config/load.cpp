#include "config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "config/bind.hpp"
#include "model/check.hpp"
#include "model/schema.hpp"
#include "model/values.hpp"

namespace strowger::config {

namespace {

// Secrets that were written "(hidden)" take the value of the resource that is replaced.
template <typename Resource>
void restore_secrets(const Resource* before, Resource& after, std::string_view subject,
                     std::vector<Problem>& problems) {
    model::each_option<Resource>([&](const model::OptionRow& row, auto member) {
        if constexpr (std::is_same_v<std::remove_reference_t<decltype(after.*member)>, model::Secret>) {
            if ((after.*member).value != model::kHidden) return;
            if (before != nullptr && !(before->*member).empty())
                after.*member = before->*member;
            else
                problems.push_back({"", 0, fmt::format("{}: {}: {}", subject, row.name, model::kHidden),
                                    "nothing is hidden yet: write the secret itself"});
        }
    });
}

template <typename Resource>
void put(model::ByName<Resource>& base, model::ByName<Resource>& given, std::vector<Problem>& problems) {
    const std::string_view kind = model::row_of(model::Schema<Resource>::kind).name;
    for (auto& [name, resource] : given) {
        const auto before = base.find(name);
        restore_secrets(before == base.end() ? nullptr : &before->second, resource,
                        fmt::format("{} {}", kind, name), problems);
        base.insert_or_assign(name, std::move(resource));
    }
}

void merge(model::Model& base, Declared& declared, std::vector<Problem>& problems) {
    if (declared.has_system) {
        restore_secrets(&base.system, declared.resources.system, "system", problems);
        base.system = std::move(declared.resources.system);
    }
#define KIND(kind, Type, plural, help) put(base.plural, declared.resources.plural, problems);
#include "strowger/config.def"
}

Problem problem_of(const model::Finding& finding, const Places& places) {
    Problem problem;
    problem.subject = model::subject_of(finding);
    problem.allowed = finding.complaint;
    if (const auto* place = places.find(finding.kind, finding.name, finding.option)) {
        problem.file = place->file;
        problem.line = place->line;
    }
    if (const auto* other = places.find(finding.kind, finding.other, finding.option);
        other != nullptr && !finding.other.empty())
        problem.allowed += fmt::format(" ({} is in {}:{})", finding.other, other->file, other->line);
    return problem;
}

}  // namespace

std::string to_string(const Problem& problem) {
    std::string text;
    if (!problem.file.empty()) text += problem.file + ":";
    if (problem.line > 0) text += fmt::format("{}:", problem.line);
    if (!text.empty()) text += ' ';
    return text + problem.subject + ": " + problem.allowed;
}

LoadResult load_onto(const model::Model& base, std::string_view text, std::string_view file) {
    LoadResult result{.model = base, .problems = {}};
    const Document document = parse_yaml(text, file, result.problems);
    Declared declared = bind(document, result.problems);
    merge(result.model, declared, result.problems);
    for (const model::Finding& finding : model::check(result.model)) {
        // What follows only from a problem already told is not told again.
        const bool follows = finding.dangling ? !document.complete || declared.unplaced.contains(finding.text)
                                              : declared.broken.contains({finding.kind, finding.name});
        if (!follows) result.problems.push_back(problem_of(finding, declared.places));
    }
    std::ranges::stable_sort(result.problems, {}, &Problem::line);
    return result;
}

LoadResult load_text(std::string_view text, std::string_view file) {
    return load_onto(model::Model{}, text, file);
}

bool read_file(const std::string& path, std::string& text, Problem& problem) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (!file) {
        problem = {path, 0, "not readable", std::strerror(errno)};
        return false;
    }
    char buffer[64 * 1024];
    while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file.get())) {
        text.append(buffer, got);
        if (text.size() > kMaxFileBytes) {
            problem = {path, 0, "file", "larger than 16 MiB: split it"};
            return false;
        }
    }
    if (std::ferror(file.get()) != 0) {
        problem = {path, 0, "not readable", std::strerror(errno)};
        return false;
    }
    return true;
}

LoadResult load_file(const std::string& path) {
    std::string text;
    Problem problem;
    if (!read_file(path, text, problem)) return {.model = {}, .problems = {problem}};
    return load_text(text, path);
}

}  // namespace strowger::config
