// What one side of a stateless call sees in place of the other's Via stack, Contact and route set, and how it
// becomes these again (docs/decisions/0060-hidden-topology.md). The rest of a token's text is sealed
// (sip/seal.hpp).
#pragma once

#include <cstdint>
#include <string_view>

#include "sip/seal.hpp"
#include "sip/token.hpp"

namespace strowger::sip {

// Values of header lines, one after the other, with this between the lines: no value holds it.
inline constexpr char kLineEnd = '\0';
// Takes the next line off; false at the end.
[[nodiscard]] bool next_line(std::string_view& rest, std::string_view& line) noexcept;

// Values of a route set that are hidden at most, as many as a request may have.
inline constexpr std::size_t kMostRoutes = 16;

// `hidden` of our Via: the Vias below it, for the branch beside it.
[[nodiscard]] bool hide_stack(const tables::TokenKey& key, std::string_view branch, std::string_view lines,
                              MessageText& out) noexcept;
[[nodiscard]] bool restore_stack(const tables::Proxy& proxy, std::string_view branch, std::string_view hidden,
                                 OpenedRoom& room, std::string_view& lines) noexcept;

// Users of our URIs that stand for something: "c." a Contact's URI, "rc." and "rd." a Route with the route
// set behind it, for the side that made the dialog and for the other one.
[[nodiscard]] bool looks_like_hidden_uri(std::string_view user) noexcept;
[[nodiscard]] bool looks_like_hidden_route(std::string_view user) noexcept;
// Of what looks like a hidden route.
[[nodiscard]] bool is_creators_route(std::string_view user) noexcept;

// The user that stands for `uri` toward the peers of a listener.
[[nodiscard]] bool hide_uri(const tables::TokenKey& key, std::uint32_t listener, std::string_view uri,
                            MessageText& out) noexcept;
[[nodiscard]] bool restore_uri(const tables::Proxy& proxy, std::uint32_t listener, std::string_view user,
                               OpenedRoom& room, std::string_view& uri) noexcept;

// A Route token of a call that hides one side at least: there is one for each side, not a pair.
struct HiddenRoute {
    RouteToken token;
    std::uint32_t pass =
        0;  // which of our passes over the request made it: the loop value of the branch then
    std::string_view
        behind;  // Record-Route lines of the other side, in their order; in a creator's token they are the
                 // answer's, so that its route set has them the other way round (RFC 3261 12.1.2)
};
struct DialogFacts {
    std::uint32_t listener = 0;  // tag of the listener that the token is for
    std::string_view call_id;
    std::string_view creator_tag;
};

// False: too long, or more values than RouteSet has room for.
[[nodiscard]] bool hide_route(const tables::TokenKey& key, const HiddenRoute& route, const DialogFacts& facts,
                              MessageText& out) noexcept;
// `facts` as it was made with.
[[nodiscard]] bool restore_route(const tables::Proxy& proxy, std::string_view user, const DialogFacts& facts,
                                 OpenedRoom& room, HiddenRoute& out) noexcept;

}  // namespace strowger::sip
