#include "sip/hidden.hpp"

#include <algorithm>
#include <cstring>

#include "strowger/wire/sip_values.hpp"

namespace strowger::sip {
namespace {

constexpr std::string_view kUriMark = "c.";
constexpr std::string_view kCreatorMark = "rc.";
constexpr std::string_view kCalleeMark = "rd.";
// The key's id and a tag at least.
constexpr std::size_t kLeastSealed = 1 + 22;

// Before the lines of a route: flags, the other listener, the pass, perhaps an endpoint.
enum RouteFlag : std::uint8_t { kEndpointV4 = 1, kEndpointV6 = 2 };
constexpr std::size_t kRouteHead = 1 + 4 + 4;

bool write(const tables::TokenKey& key, std::string_view mark, const SealBinding& binding,
           std::string_view text, MessageText& out) {
    char id = 0;
    write_hex(&id, key.id, 1);
    out << mark << std::string_view(&id, 1);
    return seal(key, binding, text, out);
}

// `text`: the key's id, and what is sealed.
bool read(const tables::Proxy& proxy, const SealBinding& binding, std::string_view text, OpenedRoom& room,
          std::string_view& out) {
    std::uint64_t id = 0;
    if (!read_hex(text, 1, id)) return false;
    for (const tables::TokenKey& key : proxy.keys)
        if (key.valid && key.id == id) return open_sealed(key, binding, text.substr(1), room, out);
    return false;
}

char* put(char* out, std::uint32_t number) {
    std::memcpy(out, &number, sizeof number);
    return out + sizeof number;
}

std::uint32_t take(const char*& from) {
    std::uint32_t number = 0;
    std::memcpy(&number, from, sizeof number);
    from += sizeof number;
    return number;
}

bool is_short(std::string_view lines) {
    std::size_t values = 0;
    std::string_view line;
    std::string_view value;
    while (next_line(lines, line))
        while (wire::next_in_list(line, value)) ++values;
    return values <= kMostRoutes;
}

SealBinding binding_of(const DialogFacts& facts, bool creator) {
    return {creator ? SealKind::creator_route : SealKind::callee_route, facts.listener, facts.call_id,
            facts.creator_tag};
}

}  // namespace

bool next_line(std::string_view& rest, std::string_view& line) noexcept {
    if (rest.empty()) return false;
    const std::size_t end = std::min(rest.find(kLineEnd), rest.size());
    line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return true;
}

bool hide_stack(const tables::TokenKey& key, std::string_view branch, std::string_view lines,
                MessageText& out) noexcept {
    return write(key, "", {SealKind::via_stack, 0, branch, {}}, lines, out);
}

bool restore_stack(const tables::Proxy& proxy, std::string_view branch, std::string_view hidden,
                   OpenedRoom& room, std::string_view& lines) noexcept {
    return read(proxy, {SealKind::via_stack, 0, branch, {}}, hidden, room, lines);
}

bool looks_like_hidden_uri(std::string_view user) noexcept {
    return user.size() >= kUriMark.size() + kLeastSealed && user.starts_with(kUriMark);
}

bool looks_like_hidden_route(std::string_view user) noexcept {
    return user.size() >= kCreatorMark.size() + kLeastSealed &&
           (user.starts_with(kCreatorMark) || user.starts_with(kCalleeMark));
}

bool is_creators_route(std::string_view user) noexcept {
    return user.starts_with(kCreatorMark);
}

bool hide_uri(const tables::TokenKey& key, std::uint32_t listener, std::string_view uri,
              MessageText& out) noexcept {
    return write(key, kUriMark, {SealKind::contact, listener, {}, {}}, uri, out);
}

bool restore_uri(const tables::Proxy& proxy, std::uint32_t listener, std::string_view user, OpenedRoom& room,
                 std::string_view& uri) noexcept {
    return looks_like_hidden_uri(user) &&
           read(proxy, {SealKind::contact, listener, {}, {}}, user.substr(kUriMark.size()), room, uri);
}

bool hide_route(const tables::TokenKey& key, const HiddenRoute& route, const DialogFacts& facts,
                MessageText& out) noexcept {
    std::array<char, kMostSealed> text;
    if (route.behind.size() > text.size() - kRouteHead - 18 || !is_short(route.behind)) return false;
    const RouteToken& token = route.token;
    const bool v4 = token.endpoint.address.is_v4();
    char* at = text.data();
    *at++ = static_cast<char>(token.has_endpoint ? (v4 ? kEndpointV4 : kEndpointV6) : 0);
    at = put(put(at, token.other), route.pass);
    if (token.has_endpoint) {
        const auto& bytes = token.endpoint.address.bytes;
        at = std::copy(bytes.begin() + (v4 ? 12 : 0), bytes.end(), at);
        std::memcpy(at, &token.endpoint.port, 2);
        at += 2;
    }
    at = std::copy(route.behind.begin(), route.behind.end(), at);
    return write(key, token.creator ? kCreatorMark : kCalleeMark, binding_of(facts, token.creator),
                 {text.data(), static_cast<std::size_t>(at - text.data())}, out);
}

bool restore_route(const tables::Proxy& proxy, std::string_view user, const DialogFacts& facts,
                   OpenedRoom& room, HiddenRoute& out) noexcept {
    if (!looks_like_hidden_route(user)) return false;
    const bool creator = is_creators_route(user);
    std::string_view text;
    if (!read(proxy, binding_of(facts, creator), user.substr(kCreatorMark.size()), room, text) ||
        text.size() < kRouteHead)
        return false;
    const auto flags = static_cast<std::uint8_t>(text[0]);
    const bool v4 = (flags & kEndpointV4) != 0;
    out.token = {.creator = creator, .has_endpoint = (flags & (kEndpointV4 | kEndpointV6)) != 0};
    const char* at = text.data() + 1;
    out.token.other = take(at);
    out.pass = take(at);
    if (out.token.has_endpoint) {
        const std::size_t size = v4 ? 4 : 16;
        if (text.size() < kRouteHead + size + 2) return false;
        wire::IpAddress& address = out.token.endpoint.address;
        address = v4 ? wire::IpAddress::from_v4({}) : wire::IpAddress{};
        std::copy(at, at + size, reinterpret_cast<char*>(address.bytes.data()) + (16 - size));
        at += size;
        std::memcpy(static_cast<void*>(&out.token.endpoint.port), at, 2);
        at += 2;
    }
    out.behind = text.substr(static_cast<std::size_t>(at - text.data()));
    return true;
}

}  // namespace strowger::sip
