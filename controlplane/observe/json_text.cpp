#include "observe/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace strowger::observe {
namespace {

// Whether the text is UTF-8 (RFC 3629): no stray or missing continuation bytes, nothing overlong, no
// surrogates.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t length = first < 0x80   ? 1
                                   : first < 0xc2 ? 0
                                   : first < 0xe0 ? 2
                                   : first < 0xf0 ? 3
                                   : first < 0xf5 ? 4
                                                  : 0;
        if (length == 0 || i + length > text.size()) return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
        const auto second = static_cast<unsigned char>(length > 1 ? text[i + 1] : 0);
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
            (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
            return false;
        i += length;
    }
    return true;
}

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte - 0x20u < 0x5fu && c != '"' && c != '\\';
    });
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out.push_back('"');
    if (is_plain(text)) {
        out.append(text);
        out.push_back('"');
        return;
    }
    const bool utf8 = is_utf8(text);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') out.push_back('\\');
        if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

void JsonObject::begin(std::string_view name) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_ += name;
    text_ += "\":";
}

void JsonObject::field(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(text_, value);
}

void JsonObject::field(std::string_view name, double value) {
    begin(name);
    fmt::format_to(std::back_inserter(text_), "{:g}", value);
}

void JsonObject::field(std::string_view name, std::uint64_t value) {
    begin(name);
    fmt::format_to(std::back_inserter(text_), "{}", value);
}

void JsonObject::raw(std::string_view name, std::string_view json) {
    begin(name);
    text_ += json;
}

}  // namespace strowger::observe
