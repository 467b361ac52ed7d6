// Texts and the numbers they stand for: domains, users. Built once by the control plane, read-only after.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strowger/siphash.hpp"

namespace strowger::tables {

class TextTable {
  public:
    static constexpr std::uint32_t kAbsent = 0xffff'ffff;

    // Of two equal texts the first counts. `key` keeps senders from aiming at one slot.
    void build(std::vector<std::pair<std::string, std::uint32_t>> entries, const HashKey& key);
    // Compares every byte; whoever wants no case lowers it before.
    [[nodiscard]] std::uint32_t find(std::string_view text) const noexcept;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        std::uint32_t offset;
        std::uint32_t length;
        std::uint32_t value;
    };
    [[nodiscard]] std::string_view text_of(const Entry& entry) const {
        return std::string_view(texts_).substr(entry.offset, entry.length);
    }
    HashKey key_{};
    std::string texts_;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> slots_;  // 1 + index in entries_; 0: empty
};

}  // namespace strowger::tables
