#include "manage/router.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "manage/json.hpp"

namespace strowger::manage {

namespace {

std::optional<unsigned> hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

// %XX, and with `plus` + for a space. No value: broken.
std::optional<std::string> decode(std::string_view text, bool plus) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (plus && text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const auto high = hex(text[i + 1]);
            const auto low = hex(text[i + 2]);
            if (!high || !low) return std::nullopt;
            out += static_cast<char>(*high * 16 + *low);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t at = text.find(separator);
        if (at != 0) parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) break;
        text = text.substr(at + 1);
    }
    return parts;
}

}  // namespace

bool parse_target(std::string_view target, HttpRequest& request) {
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);  // decoded segment by segment: a %2F is no separator
    if (question == std::string_view::npos) return decode(request.path, false).has_value();
    for (const std::string_view pair : split(target.substr(question + 1), '&')) {
        const std::size_t equals = pair.find('=');
        auto name = decode(pair.substr(0, equals), true);
        auto value = equals == std::string_view::npos ? std::string() : decode(pair.substr(equals + 1), true);
        if (!name || !value) return false;
        request.query.insert_or_assign(std::move(*name), std::move(*value));
    }
    return decode(request.path, false).has_value();
}

bool match(std::string_view pattern, std::string_view path,
           std::map<std::string, std::string, std::less<>>& segments) {
    const auto wanted = split(pattern, '/');
    const auto got = split(path, '/');
    if (got.size() > wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const bool variable = wanted[i].front() == '{';
        if (i >= got.size() && variable) continue;
        if (i >= got.size()) return false;
        if (!variable) {
            if (wanted[i] != got[i]) return false;
            continue;
        }
        auto value = decode(got[i], false);
        if (!value) return false;
        segments.insert_or_assign(std::string(wanted[i].substr(1, wanted[i].size() - 2)), std::move(*value));
    }
    return true;
}

void Router::route(HttpRequest request, AnswerDone done) const {
    bool path_known = false;
    for (const CommandRow& row : kCommandRows) {
        request.segments.clear();
        if (!match(row.path, request.path, request.segments)) continue;
        path_known = true;
        if (row.method != request.method) continue;
        for (const std::string_view argument : split(row.arguments, ' '))
            if (argument.front() != '[' && argument != "FILE" && request.segment(argument).empty())
                return done(
                    error_answer(400, fmt::format("{} is missing in the path: {}", argument, row.path)));
        if (const Handler& handler = handlers_[static_cast<std::size_t>(row.command)])
            return handler(request, done);
        return done(error_answer(501, fmt::format("{} is not answered by this daemon", row.name)));
    }
    if (path_known)
        return done(
            error_answer(405, fmt::format("{} is not possible with {}", request.method, request.path)));
    done(error_answer(404, fmt::format("there is no {}: the reference page lists all paths", request.path)));
}

}  // namespace strowger::manage
