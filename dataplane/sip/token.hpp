// What the worker writes into messages instead of keeping state: branches, Record-Route users and To tags that
// nobody without the key can make (docs/life_of_a_packet.md).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "strowger/siphash.hpp"
#include "strowger/tables/proxy.hpp"
#include "strowger/wire/ip.hpp"

namespace strowger::sip {

// What identifies a transaction for all its messages: INVITE, its retransmissions, its CANCEL, the ACK to its
// refusal, and its responses. RFC 3261 16.11: derived from the received branch; a branch without the magic cookie
// (RFC 2543) may repeat, and the fields of 17.2.3 that a response has too stand in for it. The To tag does not take
// part, since the ACK has one where its INVITE had none.
struct TransactionFacts {
    std::uint32_t listener = 0;   // tag of the listener that the request came to
    wire::Endpoint answer_to;     // where its responses go
    std::string_view branch;      // received
    std::string_view sent_by;     // host of the received Via
    std::string_view from_tag;
    std::string_view call_id;
    std::uint32_t cseq = 0;
};

// What a MAC is for: the upper half of a word that stands where no length can, so that no two kinds of MAC are of
// the same words.
enum class MacPurpose : std::uint64_t {
    branch = 1ULL << 48,
    dialog = 2ULL << 48,  // dialog_hash(); those below go on from there
    route = 3ULL << 48,
    to_tag = 4ULL << 48,
    loop = 5ULL << 48,
};
[[nodiscard]] constexpr std::uint64_t mac_word(MacPurpose purpose, std::uint64_t low) noexcept {
    return static_cast<std::uint64_t>(purpose) | low;
}

// How every MAC of a dialog begins: with its Call-ID and its creator's tag, once for all that one message needs.
[[nodiscard]] SipHash dialog_hash(const tables::TokenKey& key, std::string_view call_id,
                                  std::string_view creator_tag) noexcept;

// "z9hG4bK-s", the key's id, the listener's tag, the MAC of the facts, the loop value.
inline constexpr std::string_view kBranchMark = "z9hG4bK-s";
inline constexpr std::size_t kBranchLength = kBranchMark.size() + 1 + 8 + 16 + 8;
using Branch = std::array<char, kBranchLength>;

struct BranchParts {
    std::uint8_t key = 0;
    std::uint32_t listener = 0;
    std::uint64_t mac = 0;
    std::uint32_t loop = 0;
};

[[nodiscard]] Branch make_branch(const tables::TokenKey& key, const TransactionFacts& facts,
                                 std::uint32_t loop) noexcept;
// False: not of this form; who made it is not known yet.
[[nodiscard]] bool read_branch(std::string_view branch, BranchParts& out) noexcept;
// Whether a branch is ours and belongs to these facts.
[[nodiscard]] bool verify_branch(const tables::Proxy& proxy, const BranchParts& parts,
                                 const TransactionFacts& facts) noexcept;

// One side of a dialog, as its Record-Route URI's user: requests that come with it go out at `other`.
struct RouteToken {
    bool creator = false;         // this side sent the request that made the dialog
    std::uint32_t other = 0;      // tag of the listener on the other side
    bool has_endpoint = false;    // the other side is behind a NAT: requests go where its own came from
    wire::Endpoint endpoint;
};

// "r", the key's id, "c" or "d", the other listener's tag, perhaps an endpoint, the MAC. The MAC takes in the
// listener that the token is for, the Call-ID and the creator's tag: a token is good for its dialog alone.
inline constexpr std::size_t kMaxRouteToken = 3 + 8 + 36 + 16;

// `dialog`: dialog_hash() with the key of that id. `listener`: tag of the listener that the token is for. Returns the
// length.
std::size_t make_route_token(std::uint8_t key_id, const SipHash& dialog, const RouteToken& token, std::uint32_t listener,
                             char* out) noexcept;
// Whether a URI's user has the form of a token.
[[nodiscard]] bool looks_like_route_token(std::string_view user) noexcept;
// False: forged, or of another dialog or listener. The creator's tag is chosen by the token's side: `from_tag` when it
// is the creator's, else `to_tag`.
[[nodiscard]] bool read_route_token(const tables::Proxy& proxy, std::string_view user, std::uint32_t listener,
                                    std::string_view call_id, std::string_view from_tag, std::string_view to_tag,
                                    RouteToken& out) noexcept;

// The To tag of our own answers: the same for retransmissions (RFC 3261 8.2.7), known again in the ACK.
using ToTag = std::array<char, 17>;
[[nodiscard]] ToTag make_to_tag(const tables::TokenKey& key, std::string_view branch, std::string_view call_id,
                                std::string_view from_tag, std::uint32_t cseq) noexcept;

}  // namespace strowger::sip
