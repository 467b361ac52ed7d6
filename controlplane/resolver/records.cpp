#include "resolver/records.hpp"

#include <cstring>

namespace strowger::resolver {
namespace {

// Reads a record's data from the front; every step says whether there was enough.
class Reader {
  public:
    explicit Reader(std::string_view data) : data_(data) {}

    bool number(std::uint16_t& out) {
        if (data_.size() < 2) return false;
        out = static_cast<std::uint16_t>(static_cast<std::uint8_t>(data_[0]) << 8 |
                                         static_cast<std::uint8_t>(data_[1]));
        data_.remove_prefix(2);
        return true;
    }
    // <character-string> (RFC 1035 3.3)
    bool text(std::string& out) {
        if (data_.empty()) return false;
        const auto length = static_cast<std::uint8_t>(data_[0]);
        if (data_.size() < std::size_t{1} + length) return false;
        out = data_.substr(1, length);
        data_.remove_prefix(1 + length);
        return true;
    }
    // A name, uncompressed: the last field, so nothing may follow. Labels that no host name has are refused.
    bool name(std::string& out) {
        std::string dotted;
        while (true) {
            if (data_.empty()) return false;
            const auto length = static_cast<std::uint8_t>(data_[0]);
            if (length == 0) break;
            if (length > 63 || data_.size() < std::size_t{1} + length) return false;
            if (!dotted.empty()) dotted += '.';
            dotted += data_.substr(1, length);
            data_.remove_prefix(1 + length);
            if (dotted.size() > 253) return false;
        }
        if (data_.size() != 1) return false;
        if (dotted.empty()) return out.clear(), true;
        auto checked = host_name(dotted);
        if (!checked) return false;
        out = std::move(*checked);
        return true;
    }

  private:
    std::string_view data_;
};

bool is_label_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string_view name_of(Type type) noexcept {
    switch (type) {
        case Type::a:
            return "A";
        case Type::aaaa:
            return "AAAA";
        case Type::srv:
            return "SRV";
        case Type::naptr:
            return "NAPTR";
    }
    return "";
}

std::optional<wire::IpAddress> parse_address_record(Type type, std::string_view data) {
    if (data.size() != (type == Type::a ? 4u : 16u)) return std::nullopt;
    wire::IpAddress out;
    if (type == Type::a) {
        std::uint32_t raw = 0;
        std::memcpy(&raw, data.data(), 4);
        out = wire::IpAddress::from_v4(wire::be32::from_wire(raw));
    } else {
        out = wire::IpAddress::from_v6(data.data());
        // An IPv4 address in IPv6 clothes is not what an AAAA record is for.
        if (out.is_v4()) return std::nullopt;
    }
    if (out.is_unspecified()) return std::nullopt;
    return out;
}

std::optional<Srv> parse_srv(std::string_view data) {
    Reader r(data);
    Srv out;
    if (!r.number(out.priority) || !r.number(out.weight) || !r.number(out.port) || !r.name(out.target))
        return std::nullopt;
    return out;
}

std::optional<Naptr> parse_naptr(std::string_view data) {
    Reader r(data);
    Naptr out;
    if (!r.number(out.order) || !r.number(out.preference) || !r.text(out.flags) || !r.text(out.services) ||
        !r.text(out.regexp) || !r.name(out.replacement))
        return std::nullopt;
    return out;
}

std::optional<std::string> host_name(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.empty() || text.size() > 253) return std::nullopt;
    std::string out;
    out.reserve(text.size());
    std::size_t label = 0;
    for (char c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        if (c == '.') {
            if (label == 0) return std::nullopt;
            label = 0;
        } else if (!is_label_char(c) || ++label > 63) {
            return std::nullopt;
        }
        out += c;
    }
    if (label == 0) return std::nullopt;
    return out;
}

}  // namespace strowger::resolver
