// From method and path to the command that answers: the table is commands.def.
#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "manage/http.hpp"
#include "strowger/commands.hpp"

namespace strowger::manage {

class Router {
  public:
    // Answers by calling `done` once, now or later, on the control thread.
    using Handler = std::function<void(const HttpRequest&, AnswerDone done)>;
    void on(Command command, Handler handler) {
        handlers_[static_cast<std::size_t>(command)] = std::move(handler);
    }
    // Finds the row, fills request.segments and calls the handler. 404 or 405 when there is none.
    void route(HttpRequest request, AnswerDone done) const;

  private:
    std::array<Handler, kCommands> handlers_;
};

// Splits "/v1/calls?limit=5&all=1" into path and query and decodes %XX and +. False: broken escapes.
[[nodiscard]] bool parse_target(std::string_view target, HttpRequest& request);

// True when `path` fits `pattern` ("/v1/legs/{CALL}"; the last segments may be left out). Fills `segments`.
[[nodiscard]] bool match(std::string_view pattern, std::string_view path,
                         std::map<std::string, std::string, std::less<>>& segments);

}  // namespace strowger::manage
