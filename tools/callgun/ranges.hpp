// Ranges as users write them: addresses, ports, numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/wire/ip.hpp"

namespace strowger::callgun {

inline constexpr std::size_t kMaxAddresses = 1024;  // what the XDP filter holds as media addresses

// "10.10.0.100-199", "10.10.0.100-10.10.1.20", "fd10:a::100-1ff", "fd10:a::1-fd10:a::ff", and lists of these
// with commas. False and `error`.
bool parse_addresses(std::string_view text, std::vector<wire::IpAddress>& out, std::string& error);

struct PortRange {
    std::uint16_t low = 0;
    std::uint16_t high = 0;  // inclusive
    [[nodiscard]] std::uint32_t size() const { return high - low + 1u; }
};
// "5060" or "5060-5069", 1 to 65535.
bool parse_ports(std::string_view text, PortRange& out, std::string& error);

// Users or numbers: "1001-1099", "+49301000-+49301999", "sip0001-sip5000", or one name.
class Names {
  public:
    static bool parse(std::string_view text, Names& out, std::string& error);
    [[nodiscard]] std::uint64_t size() const { return count_; }
    static constexpr std::size_t kMaxLength = 40;
    // Writes name number `index` (below size()) into `out`; returns it.
    std::string_view write(std::uint64_t index, char (&out)[kMaxLength]) const noexcept;

  private:
    std::string prefix_;  // before the digits that count
    std::uint64_t first_ = 0;
    std::uint64_t count_ = 1;
    std::size_t digits_ = 0;  // leading zeros included
};

}  // namespace strowger::callgun
