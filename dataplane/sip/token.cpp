#include "sip/token.hpp"

#include <algorithm>
#include <cstring>

#include "sip/text.hpp"
#include "strowger/wire/sip_values.hpp"

namespace strowger::sip {
namespace {

// Keeps the three kinds of MAC apart.
enum Purpose : std::uint64_t { kBranch = 1, kRoute = 2, kTag = 3 };

constexpr std::size_t kEndpointV4 = 12;
constexpr std::size_t kEndpointV6 = 36;
constexpr std::size_t kRouteHead = 3 + 8;

std::string_view bytes_of(const wire::Endpoint& endpoint) {
    return {reinterpret_cast<const char*>(&endpoint), sizeof endpoint};
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
    hash.add(kBranch).add(facts.listener).add(bytes_of(facts.answer_to)).add(facts.branch);
    if (!has_cookie(facts.branch))
        hash.add(facts.sent_by).add(facts.from_tag).add(facts.call_id).add(facts.cseq);
    return hash.finish();
}

std::uint64_t mac_of(const tables::TokenKey& key, std::string_view token, const DialogFacts& facts) {
    return SipHash(key.key)
        .add(kRoute)
        .add(token)
        .add(facts.listener)
        .add(facts.call_id)
        .add(facts.creator_tag)
        .finish();
}

}  // namespace

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

std::size_t make_route_token(const tables::TokenKey& key, const RouteToken& token, const DialogFacts& facts,
                             char* out) noexcept {
    out[0] = 'r';
    write_hex(out + 1, key.id, 1);
    out[2] = token.creator ? 'c' : 'd';
    write_hex(out + 3, token.other, 8);
    std::size_t length = kRouteHead;
    if (token.has_endpoint) {
        const auto& bytes = token.endpoint.address.bytes;
        for (std::size_t i = token.endpoint.address.is_v4() ? 12 : 0; i < 16; ++i, length += 2)
            write_hex(out + length, bytes[i], 2);
        write_hex(out + length, token.endpoint.port.host(), 4);
        length += 4;
    }
    write_hex(out + length, mac_of(key, {out, length}, facts), 16);
    return length + 16;
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
    out.creator = user[2] == 'c';
    const DialogFacts facts{listener, call_id, out.creator ? from_tag : to_tag};
    if (key == nullptr || mac_of(*key, user.substr(0, body), facts) != mac) return false;
    out.other = static_cast<std::uint32_t>(other);
    out.has_endpoint = body > kRouteHead;
    if (!out.has_endpoint) return true;
    const bool v4 = body == kRouteHead + kEndpointV4;
    out.endpoint.address = v4 ? wire::IpAddress::from_v4({}) : wire::IpAddress{};
    std::string_view rest = user.substr(kRouteHead);
    std::uint64_t value = 0;
    for (std::size_t i = v4 ? 12 : 0; i < 16; ++i, rest.remove_prefix(2)) {
        if (!read_hex(rest, 2, value)) return false;
        out.endpoint.address.bytes[i] = static_cast<std::uint8_t>(value);
    }
    if (!read_hex(rest, 4, value)) return false;
    out.endpoint.port = wire::be16::from_host(static_cast<std::uint16_t>(value));
    return true;
}

ToTag make_to_tag(const tables::TokenKey& key, std::string_view branch, std::string_view call_id,
                  std::string_view from_tag, std::uint32_t cseq) noexcept {
    ToTag out;
    out[0] = 's';
    write_hex(out.data() + 1,
              SipHash(key.key).add(kTag).add(branch).add(call_id).add(from_tag).add(cseq).finish(), 16);
    return out;
}

}  // namespace strowger::sip
