// The list of name=value behind "Digest", of credentials and challenges alike (RFC 7616 3.3, 3.4). Private.
#pragma once

#include <cstdint>
#include <string_view>

#include "strowger/wire/sip_values.hpp"

namespace strowger::digest {

constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';  // line breaks: a folded header
}

// RFC 3261 25.1 token, plus what unquoted values of real phones hold (base64, URIs without comma).
constexpr bool is_value(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u < 0x7f && c != ',' && c != '"';
}

constexpr bool is_name(char c) {
    return is_value(c) && c != '=' && c != ';' && c != '(' && c != ')' && c != '<' && c != '>' && c != '@' &&
           c != ':' && c != '\\' && c != '/' && c != '[' && c != ']' && c != '?' && c != '{' && c != '}';
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}
    void spaces() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }
    [[nodiscard]] bool done() const { return at_ == text_.size(); }
    bool take(char c) {
        if (done() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    template <typename Predicate>
    std::string_view run(Predicate&& belongs) {
        const std::size_t from = at_;
        while (at_ < text_.size() && belongs(text_[at_])) ++at_;
        return text_.substr(from, at_ - from);
    }
    // After the opening quote: up to the closing one, which is taken. False: there is none.
    bool quoted(std::string_view& raw, bool& escapes) {
        const std::size_t from = at_;
        escapes = false;
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"') {
                raw = text_.substr(from, at_ - from);
                ++at_;
                return true;
            }
            if (text_[at_] != '\\') continue;
            escapes = true;
            ++at_;  // the escaped character, whatever it is
        }
        at_ = text_.size();
        return false;
    }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

enum class ListStatus : std::uint8_t { ok, other_scheme, syntax, stopped };

// Calls take(name, value, escapes) for each: the value without its quotes, escapes not undone; never with a
// null pointer. False stops.
template <typename Take>
ListStatus each_directive(std::string_view header, Take&& take) {
    Reader reader(header);
    reader.spaces();
    if (!wire::same_token(reader.run(is_name), "Digest")) return ListStatus::other_scheme;
    while (true) {
        reader.spaces();
        if (reader.done()) return ListStatus::ok;
        if (reader.take(',')) continue;  // empty elements are allowed (RFC 7230 7)
        const std::string_view name = reader.run(is_name);
        reader.spaces();
        if (name.empty() || !reader.take('=')) return ListStatus::syntax;
        reader.spaces();
        std::string_view value;
        bool escapes = false;
        if (reader.take('"')) {
            if (!reader.quoted(value, escapes)) return ListStatus::syntax;
        } else {
            value = reader.run(is_value);
            if (value.empty()) return ListStatus::syntax;
        }
        reader.spaces();
        if (!reader.done() && !reader.take(',')) return ListStatus::syntax;
        if (!take(name, value.data() == nullptr ? std::string_view("") : value, escapes))
            return ListStatus::stopped;
    }
}

}  // namespace strowger::digest
