// Texts that many bindings share (user agents, tenants, local endpoints), held once and counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strowger::registrar {

class Interned {
  public:
    // Adds a reference. Id 0 is the empty text and is not counted.
    std::uint32_t take(std::string_view text) {
        if (text.empty()) return 0;
        const auto found = by_text_.find(text);
        if (found != by_text_.end()) {
            ++found->second.references;
            return found->second.id;
        }
        std::uint32_t id;
        if (free_.empty()) {
            texts_.emplace_back();
            id = static_cast<std::uint32_t>(texts_.size());
        } else {
            id = free_.back();
            free_.pop_back();
        }
        const auto added = by_text_.emplace(std::string(text), Entry{id, 1}).first;
        texts_[id - 1] = added->first;  // nodes of the map stay where they are
        octets_ += text.size() + kOverhead;
        return id;
    }
    void release(std::uint32_t id) {
        if (id == 0) return;
        const auto found = by_text_.find(texts_[id - 1]);
        if (--found->second.references != 0) return;
        octets_ -= found->first.size() + kOverhead;
        texts_[id - 1] = {};
        by_text_.erase(found);
        free_.push_back(id);
    }
    [[nodiscard]] std::string_view text(std::uint32_t id) const {
        return id == 0 ? std::string_view{} : texts_[id - 1];
    }
    // 0: not known.
    [[nodiscard]] std::uint32_t find(std::string_view text) const {
        const auto found = by_text_.find(text);
        return found == by_text_.end() ? 0 : found->second.id;
    }
    [[nodiscard]] std::size_t octets() const { return octets_; }

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    struct Entry {
        std::uint32_t id;
        std::uint32_t references;
    };
    static constexpr std::size_t kOverhead = 80;  // about what an entry costs beside its text
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> by_text_;
    std::vector<std::string_view> texts_;
    std::vector<std::uint32_t> free_;
    std::size_t octets_ = 0;
};

}  // namespace strowger::registrar
