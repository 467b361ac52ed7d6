// Bytes under test in a heap block of exactly length + 64 bytes: what a packet buffer promises, and not one
// more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace strowger::test {

class Readable {
  public:
    explicit Readable(std::string_view bytes)
        : length_(bytes.size()), data_(std::make_unique<char[]>(bytes.size() + 64)) {
        if (!bytes.empty()) std::memcpy(data_.get(), bytes.data(), bytes.size());
        // Line ends and colons behind the end must not be found.
        for (std::size_t i = 0; i < 64; ++i) data_[length_ + i] = "\n:\r\n \t\n:"[i % 8];
    }
    [[nodiscard]] const char* data() const { return data_.get(); }
    [[nodiscard]] std::uint32_t length() const { return static_cast<std::uint32_t>(length_); }

  private:
    std::size_t length_;
    std::unique_ptr<char[]> data_;
};

}  // namespace strowger::test
