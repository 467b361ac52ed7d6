#include "resolver/enum.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <vector>

#include "strowger/wire/sip_values.hpp"

namespace strowger::resolver {
namespace {

constexpr std::size_t kMostDigits = 15;          // E.164
constexpr int kDeepest = 5;                      // non-terminal rules in a row (RFC 6116 5.2.1)
constexpr std::int64_t kMostMemory = 64 * 1024;  // of one regular expression; RE2 takes linear time
constexpr std::size_t kLongestUri = 255;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

// "E2U+sip", "E2U+voice:tel+sip": one of its enumservices is sip (RFC 6116 3.4.3); RFC 2916's "sip+E2U", too.
bool is_sip_service(std::string_view services) {
    const std::string text = lower(services);
    bool e2u = false;
    bool sip = false;
    for (std::string_view rest = text; !rest.empty();) {
        const auto part = rest.substr(0, rest.find('+'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        e2u = e2u || part == "e2u";
        sip = sip || part.substr(0, part.find(':')) == "sip";
    }
    return e2u && sip;
}

bool is_usable(const std::string& uri) {
    if (uri.size() > kLongestUri || std::any_of(uri.begin(), uri.end(), [](char c) {
            return c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"';
        }))
        return false;
    const auto parsed = wire::parse_uri(uri);
    return parsed && parsed->is_sip() && !parsed->user.empty() && !parsed->host.empty();
}

// Up to the next delimiter, which is taken; an escaped one is part of the text. False: there is none.
bool take_part(std::string_view& rest, char delimiter, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (rest[i] == delimiter) {
            rest.remove_prefix(i + 1);
            return true;
        }
        if (rest[i] == '\\' && i + 1 < rest.size() && rest[i + 1] == delimiter) ++i;
        else if (rest[i] == '\\' && i + 1 < rest.size()) out += rest[i++];
        out += rest[i];
    }
    return false;
}

}  // namespace

std::optional<std::string> enum_domain(std::string_view number, std::string_view suffix) {
    if (number.starts_with('+')) number.remove_prefix(1);
    if (number.empty() || number.size() > kMostDigits ||
        !std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::string out;
    for (auto at = number.rbegin(); at != number.rend(); ++at) {
        out += *at;
        out += '.';
    }
    return host_name(out.append(suffix));
}

std::optional<std::string> substituted(std::string_view regexp, std::string_view subject) {
    if (regexp.size() < 3) return std::nullopt;
    const char delimiter = regexp.front();
    // RFC 3402 3.2: what could be taken for a backreference, an escape or a flag delimits nothing.
    if ((delimiter >= '0' && delimiter <= '9') || delimiter == '\\' || delimiter == 'i') return std::nullopt;
    regexp.remove_prefix(1);
    std::string pattern;
    std::string replacement;
    if (!take_part(regexp, delimiter, pattern) || !take_part(regexp, delimiter, replacement) ||
        (!regexp.empty() && regexp != "i"))
        return std::nullopt;
    RE2::Options options(RE2::POSIX);  // extended, leftmost-longest
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_log_errors(false);
    options.set_max_mem(kMostMemory);
    options.set_case_sensitive(regexp.empty());
    const RE2 expression(pattern, options);
    re2::StringPiece groups[10];
    const int count = std::min(expression.NumberOfCapturingGroups(), 9) + 1;
    if (!expression.ok() || !expression.Match({subject.data(), subject.size()}, 0, subject.size(),
                                              RE2::UNANCHORED, groups, count))
        return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < replacement.size(); ++i) {
        char c = replacement[i];
        if (c == '\\' && i + 1 < replacement.size()) {
            c = replacement[++i];
            if (c >= '1' && c <= '9') {
                if (c - '0' >= count) return std::nullopt;
                out.append(groups[c - '0'].data(), groups[c - '0'].size());
                continue;
            }
        }
        out += c;
    }
    if (out.size() > kLongestUri) return std::nullopt;
    return out;
}

Enumerated enumerate(std::string_view number, std::string_view suffix,
                     const std::function<Reading(const Question&)>& read) {
    using State = Enumerated::State;
    auto name = enum_domain(number, suffix);
    if (!name) return {};
    const std::string subject = number.starts_with('+') ? std::string(number) : "+" + std::string(number);
    for (int depth = 0; depth < kDeepest; ++depth) {
        const Reading reading = read({*name, Type::naptr});
        if (reading.state == Reading::State::pending) return {.state = State::pending, .uri = {}};
        if (reading.state == Reading::State::failed) return {.state = State::failed, .uri = {}};
        if (reading.state != Reading::State::found) return {};
        std::vector<Naptr> rules;
        for (const std::string& data : *reading.records)
            if (auto rule = parse_naptr(data)) rules.push_back(std::move(*rule));
        std::stable_sort(rules.begin(), rules.end(), [](const Naptr& a, const Naptr& b) {
            return a.order != b.order ? a.order < b.order : a.preference < b.preference;
        });
        std::string next;
        for (const Naptr& rule : rules) {
            const std::string flags = lower(rule.flags);
            if (flags == "u" && is_sip_service(rule.services)) {
                const auto uri = substituted(rule.regexp, subject);
                if (uri && is_usable(*uri)) return {.state = State::found, .uri = *uri};
            } else if (flags.empty() && rule.regexp.empty() && !rule.replacement.empty()) {
                next = rule.replacement;
                break;
            }
        }
        if (next.empty()) return {};
        name = std::move(next);
    }
    return {};
}

}  // namespace strowger::resolver
