// Any text as a token that hides something: it is refused, or it is exactly what we would write for what it
// opens to. Any text as what is hidden: it comes back.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sip/base64url.hpp"
#include "sip/hidden.hpp"

namespace {

using namespace strowger;
using namespace strowger::sip;

// Seeds are written with this key, listener, branch and dialog.
constexpr std::string_view kBranch = "z9hG4bK-s3";
constexpr std::uint32_t kListener = 7;
const DialogFacts kDialog{kListener, "call", "tag"};

const tables::Proxy& proxy() {
    static const tables::Proxy one = [] {
        tables::Proxy p;
        p.keys[0] = {3, true, {0x0123456789abcdef, 0xfedcba9876543210}};
        p.keys[1] = {2, true, {5, 6}};
        return p;
    }();
    return one;
}

void check(bool holds) {
    if (!holds) std::abort();
}

const tables::TokenKey& key_named(char id) {
    return id == '3' ? proxy().keys[0] : proxy().keys[1];
}

void as_token(std::string_view text) {
    OpenedRoom room;
    std::string_view out;
    MessageText again;
    if (restore_stack(proxy(), kBranch, text, room, out)) {
        check(hide_stack(key_named(text[0]), kBranch, out, again));
        check(again.since(0) == text);
        std::string_view line;
        while (next_line(out, line)) check(line.find(kLineEnd) == std::string_view::npos);
    }
    const std::size_t from = again.size();
    if (restore_uri(proxy(), kListener, text, room, out)) {
        check(hide_uri(key_named(text[2]), kListener, out, again));
        check(again.since(from) == text);
    }
    HiddenRoute route;
    if (restore_route(proxy(), text, kDialog, room, route)) {
        const std::size_t at = again.size();
        check(hide_route(key_named(text[3]), route, kDialog, again));
        check(again.since(at) == text);
    }
}

void as_what_is_hidden(std::string_view text) {
    const tables::TokenKey& key = proxy().keys[0];
    OpenedRoom room;
    std::string_view out;
    MessageText token;
    if (text.size() > kMostSealed) return check(!hide_stack(key, kBranch, text, token));
    check(hide_stack(key, kBranch, text, token));
    check(restore_stack(proxy(), kBranch, token.since(0), room, out) && out == text);
    // Whatever lies in a route token of ours: its parts stay within it.
    MessageText user;
    user << "rc.3";
    check(seal(key, {SealKind::creator_route, kListener, kDialog.call_id, kDialog.creator_tag}, text, user));
    HiddenRoute route;
    if (restore_route(proxy(), user.since(0), kDialog, room, route))
        check(route.behind.size() <= text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::string bytes(size, '\0');
    if (read_base64url(text, bytes.data())) {
        bytes.resize(size * 3 / 4);
        std::string again(base64url_size(bytes.size()), '\0');
        write_base64url(bytes.data(), bytes.size(), again.data());
        check(again == text);
    }
    as_token(text);
    as_what_is_hidden(text);
    return 0;
}
