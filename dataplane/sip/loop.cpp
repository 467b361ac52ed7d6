#include "sip/loop.hpp"

#include "sip/hidden.hpp"

namespace strowger::sip {
namespace {

using wire::HeaderId;

// Stacks within hidden stacks that are looked into; a request that came here more often is stopped by
// Max-Forwards.
constexpr int kDeepest = 3;

bool is_in(const Trip& t, std::string_view vias, std::uint32_t loop, int depth);

// Cold: a spiral through a side that the others are hidden from.
[[gnu::noinline, gnu::cold]] bool is_hidden_in(const Trip& t, const ViaFacts& via, std::uint32_t loop,
                                               int depth) {
    OpenedRoom room;
    std::string_view lines;
    std::string_view line;
    if (depth == kDeepest || !restore_stack(t.proxy, via.branch, via.hidden, room, lines)) return false;
    while (next_line(lines, line))
        if (is_in(t, line, loop, depth + 1)) return true;
    return false;
}

bool is_in(const Trip& t, std::string_view vias, std::uint32_t loop, int depth) {
    if (vias.find(kBranchMark) == std::string_view::npos) return false;
    std::string_view element;
    while (wire::next_in_list(vias, element)) {
        ViaFacts via;
        BranchParts branch;
        if (!read_via(element, via) || !read_branch(via.branch, branch)) continue;
        if (branch.loop == loop) return true;
        if (!via.hidden.empty() && is_hidden_in(t, via, loop, depth)) return true;
    }
    return false;
}

}  // namespace

std::uint32_t loop_value(const Trip& t) noexcept {
    SipHash hash = t.dialog;
    hash.add(mac_word(MacPurpose::loop, t.proxy.tag_of(t.info.listener)));
    hash.add(t.facts.cseq).add(t.message.uri());
    t.message.each(HeaderId::route, [&](std::string_view value) { hash.add(value); });
    return static_cast<std::uint32_t>(hash.finish());
}

bool has_looped(const Trip& t, std::uint32_t loop) noexcept {
    bool looped = false;
    t.message.each(HeaderId::via, [&](std::string_view vias) { looped = looped || is_in(t, vias, loop, 0); });
    return looped;
}

}  // namespace strowger::sip
