// Requests and answers of the management API as plain values, whatever carries them.
#pragma once

#include <functional>
#include <map>
#include <memory>
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

// An answer without end: the body comes in pieces, for as long as the client listens.
class Stream {
  public:
    virtual ~Stream() = default;
    // The next piece; empty: there is none now.
    [[nodiscard]] virtual std::string take() = 0;
    // `more` is called whenever there may be a piece; until the stream is gone.
    virtual void on_more(std::function<void()> more) = 0;
};

struct HttpAnswer {
    unsigned status = 200;
    std::string type = "application/json";
    std::string body;
    std::shared_ptr<Stream> stream;  // then `body` is not used
};
using AnswerDone = std::function<void(HttpAnswer)>;

}  // namespace strowger::manage
