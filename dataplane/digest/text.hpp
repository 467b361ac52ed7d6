// Text written piece by piece into a caller's room. Private.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace strowger::digest {

class Text {
  public:
    explicit Text(std::span<char> room) : room_(room) {}
    Text& operator<<(std::string_view part) {
        if (part.size() > room_.size() - length_) {
            ok_ = false;
            return *this;
        }
        if (!part.empty()) std::memcpy(room_.data() + length_, part.data(), part.size());
        length_ += part.size();
        return *this;
    }
    // 0: it did not fit.
    [[nodiscard]] std::size_t size() const { return ok_ ? length_ : 0; }

  private:
    std::span<char> room_;
    std::size_t length_ = 0;
    bool ok_ = true;
};

}  // namespace strowger::digest
