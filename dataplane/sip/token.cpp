#include "sip/token.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "sip/text.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::sip {
namespace {

constexpr std::size_t kEndpointV4 = 12;
constexpr std::size_t kEndpointV6 = 36;
constexpr std::size_t kRouteHead = 3 + 8;

// The address; the port is in a word before it.
void add(SipHash& hash, const wire::IpAddress& address) {
    for (const std::uint64_t word : std::bit_cast<std::array<std::uint64_t, 2>>(address.bytes)) hash.add(word);
}

const tables::TokenKey* key_of(const tables::Proxy& proxy, std::uint8_t id) {
    for (const tables::TokenKey& key : proxy.keys)
        if (key.valid && key.id == id) return &key;
    return nullptr;
}

bool has_cookie(std::string_view branch) {
    constexpr std::string_view kCookie = "z9hG4bK";
    return branch.size() > kCookie.size() && wire::same_token(branch.substr(0, kCookie.size()), kCookie);
}

std::uint64_t mac_of(const tables::TokenKey& key, const TransactionFacts& facts) {
    SipHash hash(key.key);
    hash.add(mac_word(MacPurpose::branch, std::uint64_t{facts.answer_to.port.wire()} << 32 | facts.listener));
    add(hash, facts.answer_to.address);
    hash.add(facts.branch);
    if (!has_cookie(facts.branch))
        hash.add(facts.sent_by).add(facts.from_tag).add(facts.call_id).add(facts.cseq);
    return hash.finish();
}

// Flags that say which form the token has, so that each token has one form.
std::uint64_t mac_of(SipHash dialog, const RouteToken& token, std::uint32_t listener) {
    const std::uint64_t flags =
        (token.creator ? 1u : 0u) | (token.has_endpoint ? 2u : 0u) |
        (token.has_endpoint && token.endpoint.address.is_v4() ? 4u : 0u);
    const std::uint64_t port = token.has_endpoint ? token.endpoint.port.wire() : 0u;
    dialog.add(mac_word(MacPurpose::route, flags << 16 | port));
    dialog.add(std::uint64_t{listener} << 32 | token.other);
    if (token.has_endpoint) add(dialog, token.endpoint.address);
    return dialog.finish();
}

bool read_endpoint(std::string_view text, wire::Endpoint& out) {
    std::uint64_t port = 0;
    if (!read_hex(text.substr(text.size() - 4), 4, port)) return false;
    out.port = wire::be16::from_host(static_cast<std::uint16_t>(port));
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    if (text.size() == kEndpointV4) {
        if (!read_hex(text, 8, second)) return false;
        out.address = wire::IpAddress::from_v4(wire::be32::from_host(static_cast<std::uint32_t>(second)));
        return true;
    }
    if (!read_hex(text, 16, first) || !read_hex(text.substr(16), 16, second)) return false;
    const std::array<wire::be64, 2> words{wire::be64::from_host(first), wire::be64::from_host(second)};
    out.address = {std::bit_cast<std::array<std::uint8_t, 16>>(words)};
    return !out.address.is_v4();  // that has a shorter form
}

}  // namespace

SipHash dialog_hash(const tables::TokenKey& key, std::string_view call_id,
                    std::string_view creator_tag) noexcept {
    SipHash hash(key.key);
    hash.add(mac_word(MacPurpose::dialog, 0)).add(call_id).add(creator_tag);
    return hash;
}

Branch make_branch(const tables::TokenKey& key, const TransactionFacts& facts, std::uint32_t loop) noexcept {
    Branch out;
    char* at = std::copy(kBranchMark.begin(), kBranchMark.end(), out.data());
    write_hex(at, key.id, 1);
    write_hex(at + 1, facts.listener, 8);
    write_hex(at + 9, mac_of(key, facts), 16);
    write_hex(at + 25, loop, 8);
    return out;
}

bool read_branch(std::string_view branch, BranchParts& out) noexcept {
    if (branch.size() != kBranchLength || !branch.starts_with(kBranchMark)) return false;
    const std::string_view rest = branch.substr(kBranchMark.size());
    std::uint64_t key = 0;
    std::uint64_t listener = 0;
    std::uint64_t loop = 0;
    if (!read_hex(rest, 1, key) || !read_hex(rest.substr(1), 8, listener) ||
        !read_hex(rest.substr(9), 16, out.mac) || !read_hex(rest.substr(25), 8, loop))
        return false;
    out.key = static_cast<std::uint8_t>(key);
    out.listener = static_cast<std::uint32_t>(listener);
    out.loop = static_cast<std::uint32_t>(loop);
    return true;
}

bool verify_branch(const tables::Proxy& proxy, const BranchParts& parts, const TransactionFacts& facts) noexcept {
    const tables::TokenKey* key = key_of(proxy, parts.key);
    return key != nullptr && mac_of(*key, facts) == parts.mac;
}

std::size_t make_route_token(std::uint8_t key_id, const SipHash& dialog, const RouteToken& token,
                             std::uint32_t listener, char* out) noexcept {
    out[0] = 'r';
    write_hex(out + 1, key_id, 1);
    out[2] = token.creator ? 'c' : 'd';
    write_hex(out + 3, token.other, 8);
    char* at = out + kRouteHead;
    if (token.has_endpoint) {
        const auto words = std::bit_cast<std::array<wire::be64, 2>>(token.endpoint.address.bytes);
        if (token.endpoint.address.is_v4()) {
            write_hex(at, words[1].host(), 8);
            at += 8;
        } else {
            write_hex(at, words[0].host(), 16);
            write_hex(at + 16, words[1].host(), 16);
            at += 32;
        }
        write_hex(at, token.endpoint.port.host(), 4);
        at += 4;
    }
    write_hex(at, mac_of(dialog, token, listener), 16);
    return static_cast<std::size_t>(at + 16 - out);
}

bool looks_like_route_token(std::string_view user) noexcept {
    return (user.size() == kRouteHead + 16 || user.size() == kRouteHead + kEndpointV4 + 16 ||
            user.size() == kRouteHead + kEndpointV6 + 16) &&
           user[0] == 'r' && (user[2] == 'c' || user[2] == 'd');
}

bool read_route_token(const tables::Proxy& proxy, std::string_view user, std::uint32_t listener,
                      std::string_view call_id, std::string_view from_tag, std::string_view to_tag,
                      RouteToken& out) noexcept {
    if (!looks_like_route_token(user)) return false;
    std::uint64_t id = 0;
    std::uint64_t other = 0;
    std::uint64_t mac = 0;
    const std::size_t body = user.size() - 16;
    if (!read_hex(user.substr(1), 1, id) || !read_hex(user.substr(3), 8, other) ||
        !read_hex(user.substr(body), 16, mac))
        return false;
    const tables::TokenKey* key = key_of(proxy, static_cast<std::uint8_t>(id));
    if (key == nullptr) return false;
    out.creator = user[2] == 'c';
    out.other = static_cast<std::uint32_t>(other);
    out.has_endpoint = body > kRouteHead;
    if (out.has_endpoint && !read_endpoint(user.substr(kRouteHead, body - kRouteHead), out.endpoint))
        return false;
    return mac_of(dialog_hash(*key, call_id, out.creator ? from_tag : to_tag), out, listener) == mac;
}

ToTag make_to_tag(const tables::TokenKey& key, std::string_view branch, std::string_view call_id,
                  std::string_view from_tag, std::uint32_t cseq) noexcept {
    ToTag out;
    out[0] = 's';
    SipHash hash = dialog_hash(key, call_id, from_tag);
    write_hex(out.data() + 1, hash.add(mac_word(MacPurpose::to_tag, cseq)).add(branch).finish(), 16);
    return out;
}

}  // namespace strowger::sip
