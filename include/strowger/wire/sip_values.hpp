// Structured header values, parsed lazily from a slice's text. Views into that text; nothing is unescaped in
// place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace strowger::wire {

// ASCII comparison without case.
[[nodiscard]] constexpr bool same_token(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    constexpr auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
    return true;
}

// One ";name=value" or ";name". Values keep their quotes.
struct Parameter {
    std::string_view name;
    std::string_view value;
    bool has_value = false;
};

// Walks ";a=1;b" (starting at the first ';' or white space before it). Names compare without case.
class Parameters {
  public:
    Parameters() = default;
    explicit Parameters(std::string_view text) : text_(text) {}
    // The parameter's value ("" when it has none); nullopt when absent.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    // Takes the next parameter off `rest`; false at the end or at a syntax error.
    static bool next(std::string_view& rest, Parameter& out) noexcept;
    // The whole text is parameters. parse_uri(), parse_name_address() and parse_via() have checked theirs.
    [[nodiscard]] bool valid() const noexcept;
    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    std::string_view text_;
};

// sip:user:password@host:port;parameters?headers (RFC 3261 19.1), or any other scheme as `opaque`.
struct SipUri {
    std::string_view scheme;
    std::string_view user;  // still escaped
    std::string_view password;
    std::string_view host;   // an IPv6 reference keeps its brackets
    std::uint16_t port = 0;  // 0: not given (an explicit ":0" is refused)
    Parameters parameters;
    std::string_view headers;  // after '?'
    std::string_view
        opaque;  // all after ':' for schemes other than sip and sips (tel: number and parameters)
    [[nodiscard]] bool is_sip() const { return same_token(scheme, "sip") || is_sips(); }  // or sips
    [[nodiscard]] bool is_sips() const { return same_token(scheme, "sips"); }
};
// nullopt: not a URI by RFC 3261 25.1. Tolerated beyond it: a bare '#' in a user, '_' in a host name.
[[nodiscard]] std::optional<SipUri> parse_uri(std::string_view text) noexcept;
// Unescapes %HH of a user part into `out` (at least text.size() bytes); returns the length, or nullopt if an
// escape is malformed or stands for NUL.
[[nodiscard]] std::optional<std::size_t> unescape(std::string_view text, char* out) noexcept;

// From, To, Contact, Route, Record-Route, Refer-To …: name-addr or addr-spec with header parameters (20.10).
struct NameAddress {
    std::string_view display;  // as written, quotes included
    std::string_view uri;      // without angle brackets
    Parameters parameters;     // of the header, not of the URI
    std::string_view tag_value;
    bool star = false;  // Contact: *
    [[nodiscard]] std::string_view tag() const noexcept { return tag_value; }  // empty: none
};
// The URI's text is only looked over; parse_uri() reads it. nullopt: unbalanced quotes or brackets, no URI,
// malformed parameters.
[[nodiscard]] std::optional<NameAddress> parse_name_address(std::string_view text) noexcept;

// Takes the next element off a comma list (commas inside quotes and angle brackets do not count), without
// white space around it; false at the end. An element may be empty ("a,,b"); a comma at the very end is
// tolerated.
bool next_in_list(std::string_view& rest, std::string_view& element) noexcept;

// One Via element (20.42): "SIP/2.0/UDP host:port;branch=…".
struct Via {
    std::string_view transport;
    std::string_view host;
    std::uint16_t port = 0;
    Parameters parameters;
    [[nodiscard]] std::string_view branch() const noexcept {
        return parameters.find("branch").value_or(std::string_view{});
    }
};
// Any protocol and version are taken: whoever cares for "SIP" and "2.0" compares the text.
[[nodiscard]] std::optional<Via> parse_via(std::string_view element) noexcept;
// The same, but the parameters are not looked at yet: whoever walks them finds out whether they are valid.
[[nodiscard]] bool parse_via_start(std::string_view element, Via& out) noexcept;

struct CSeq {
    std::uint32_t number = 0;
    std::string_view method;
};
[[nodiscard]] std::optional<CSeq> parse_cseq(std::string_view text) noexcept;

// A decimal number alone (Expires, Max-Forwards, Content-Length, RSeq, Min-SE …); nullopt on anything else.
[[nodiscard]] std::optional<std::uint32_t> parse_number(std::string_view text) noexcept;

}  // namespace strowger::wire
