// Text of bounded length, held in place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace strowger::callgun {

template <std::size_t Room>
class Text {
  public:
    // False: it does not fit, and nothing was changed.
    bool assign(std::string_view text) noexcept {
        if (text.size() > Room) return false;
        if (!text.empty()) std::memcpy(bytes_.data(), text.data(), text.size());
        size_ = static_cast<std::uint16_t>(text.size());
        return true;
    }
    bool append(std::string_view text) noexcept {
        if (text.size() > Room - size_) return false;
        if (!text.empty()) std::memcpy(bytes_.data() + size_, text.data(), text.size());
        size_ = static_cast<std::uint16_t>(size_ + text.size());
        return true;
    }
    void clear() noexcept { size_ = 0; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

  private:
    static_assert(Room <= UINT16_MAX);
    std::uint16_t size_ = 0;
    std::array<char, Room> bytes_;
};

}  // namespace strowger::callgun
