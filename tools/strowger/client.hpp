// A request to the daemon and its answer, one connection each.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "invocation.hpp"

namespace strowger::cli {

struct ApiAnswer {
    unsigned status = 0;  // 0: the daemon was not reached, `error` says why and what to do
    std::string type;
    std::string body;
    std::string error;
};
// Waits at most `kPatience` for the answer.
inline constexpr int kPatienceSeconds = 30;
[[nodiscard]] ApiAnswer ask(const Invocation& invocation, const ApiRequest& request);
// An answer without end: gives each line of it to `on_line`, until the daemon closes the connection.
[[nodiscard]] ApiAnswer follow(const Invocation& invocation, const ApiRequest& request,
                               const std::function<void(std::string_view)>& on_line);

}  // namespace strowger::cli
