#include "trunk/sent_again.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace strowger::trunk {

message::Outgoing sent_again(const message::Outgoing& request, std::string_view branch, std::uint32_t cseq,
                             std::string_view dropped, std::string_view added) {
    const std::string_view text = request.text();
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return {};
    std::string out;
    out.reserve(text.size() + added.size() + branch.size() + 16);
    std::string_view head = text.substr(0, end + 2);
    bool first_via = true;
    bool numbered = false;
    while (!head.empty()) {
        const auto length = head.find("\r\n") + 2;
        const std::string_view line = head.substr(0, length);
        head.remove_prefix(length);
        constexpr std::string_view kBranch = "branch=";
        const auto at = line.find(kBranch);
        if (first_via && line.starts_with("Via: ") && at != std::string_view::npos) {
            first_via = false;
            out += line.substr(0, at + kBranch.size());
            out += branch;
            out += line.substr(std::min(line.find(';', at), line.size() - 2));
        } else if (line.starts_with("CSeq: ")) {
            numbered = true;
            out += fmt::format("CSeq: {}{}", cseq, line.substr(std::min(line.find(' ', 6), line.size() - 2)));
            out += added;
        } else if (dropped.empty() || dropped.find(line) == std::string_view::npos) {
            out += line;
        }
    }
    if (first_via || !numbered) return {};
    out += text.substr(end + 2);
    return message::Outgoing::copy(out);
}

}  // namespace strowger::trunk
