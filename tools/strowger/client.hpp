// A request to the daemon and its answer, one connection each.
#pragma once

#include <string>

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

}  // namespace strowger::cli
