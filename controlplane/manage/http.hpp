// Requests and answers of the management API as plain values, whatever carries them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace strowger::manage {

struct HttpRequest {
    std::string method;                                     // "GET"
    std::string path;                                       // without the query, escapes decoded
    std::map<std::string, std::string, std::less<>> query;  // escapes decoded
    std::map<std::string, std::string, std::less<>>
        segments;  // what stood in the path for {NAME}; empty: left out
    std::string body;
    std::string author;  // who asks: "anna (uid 1000)" on the Unix socket, the address on TCP

    [[nodiscard]] std::string_view segment(std::string_view name) const {
        const auto found = segments.find(name);
        return found == segments.end() ? std::string_view{} : std::string_view(found->second);
    }
    [[nodiscard]] std::string_view flag(std::string_view name) const {
        const auto found = query.find(name);
        return found == query.end() ? std::string_view{} : std::string_view(found->second);
    }
};

struct HttpAnswer {
    unsigned status = 200;
    std::string type = "application/json";
    std::string body;
};
using AnswerDone = std::function<void(HttpAnswer)>;

}  // namespace strowger::manage
