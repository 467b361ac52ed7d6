// DNS questions, and the records that answer them: RFC 1035 3.3, RFC 2782 (SRV), RFC 3403 (NAPTR), RFC 3596
// (AAAA). Record data comes from the network: bounds first, a record that does not fit is no record.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "strowger/wire/ip.hpp"

namespace strowger::resolver {

enum class Type : std::uint16_t { a = 1, aaaa = 28, srv = 33, naptr = 35 };
[[nodiscard]] std::string_view name_of(Type type) noexcept;

// `name` in lower case, without the root's dot.
struct Question {
    std::string name;
    Type type{};
    friend auto operator<=>(const Question&, const Question&) = default;
};

struct Srv {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    std::string target;  // empty: the root, "the service is decidedly not available" (RFC 2782)
};

struct Naptr {
    std::uint16_t order = 0;
    std::uint16_t preference = 0;
    std::string flags;     // as sent; case does not count
    std::string services;  // "SIP+D2U"
    std::string regexp;
    std::string replacement;  // empty: the root
};

// Each takes the data of one record. nullopt: malformed.
[[nodiscard]] std::optional<wire::IpAddress> parse_address_record(Type type, std::string_view data);
[[nodiscard]] std::optional<Srv> parse_srv(std::string_view data);
[[nodiscard]] std::optional<Naptr> parse_naptr(std::string_view data);

// A host name in lower case without a final dot. nullopt: not a name (labels of 1 to 63 letters, digits, '-'
// and '_', at most 253 characters in all).
[[nodiscard]] std::optional<std::string> host_name(std::string_view text);

}  // namespace strowger::resolver
