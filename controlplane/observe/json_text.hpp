// JSON written straight into a buffer, for what is produced once a call. Texts may hold any bytes of a
// network.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace strowger::observe {

// Appends a JSON string: control characters are escaped, and all bytes above ASCII when they are not UTF-8
// together.
void append_json_string(std::string& out, std::string_view text);

// {"name":value,…}. Names are ours and need no escapes.
class JsonObject {
  public:
    // `expected`: octets, about.
    explicit JsonObject(std::size_t expected = 256) { text_.reserve(expected); }
    void field(std::string_view name, std::string_view value);
    void field(std::string_view name, double value);
    void field(std::string_view name, std::uint64_t value);
    // `json` is a value already.
    void raw(std::string_view name, std::string_view json);
    [[nodiscard]] std::string finish() {
        text_ += text_.empty() ? "{}" : "}";
        return std::move(text_);
    }

  private:
    void begin(std::string_view name);
    std::string text_;
};

}  // namespace strowger::observe
