#include "strowger/tables/text_table.hpp"

#include <bit>

namespace strowger::tables {

void TextTable::build(std::vector<std::pair<std::string, std::uint32_t>> entries, const HashKey& key) {
    key_ = key;
    texts_.clear();
    entries_.clear();
    slots_.assign(std::bit_ceil(entries.size() * 2 + 1), 0);
    const std::size_t mask = slots_.size() - 1;
    for (const auto& [text, value] : entries) {
        if (find(text) != kAbsent) continue;
        entries_.push_back({static_cast<std::uint32_t>(texts_.size()),
                            static_cast<std::uint32_t>(text.size()), value});
        texts_ += text;
        std::size_t slot = SipHash(key_).add(text).finish() & mask;
        while (slots_[slot] != 0) slot = (slot + 1) & mask;
        slots_[slot] = static_cast<std::uint32_t>(entries_.size());
    }
}

std::uint32_t TextTable::find(std::string_view text) const noexcept {
    if (entries_.empty()) return kAbsent;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = SipHash(key_).add(text).finish() & mask; slots_[slot] != 0;
         slot = (slot + 1) & mask) {
        const Entry& entry = entries_[slots_[slot] - 1];
        if (text_of(entry) == text) return entry.value;
    }
    return kAbsent;
}

}  // namespace strowger::tables
