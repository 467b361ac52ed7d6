// Many regular expressions as one Hyperscan database: a subject is looked at once, however many there are. It tells
// which may match; Expression decides, and knows the groups.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::pattern {

class Database {
  public:
    // Takes about a tenth of a millisecond an expression: not for the control thread. nullptr: `problem` says which
    // one cannot be taken.
    [[nodiscard]] static std::shared_ptr<const Database> build(const std::vector<std::string>& expressions,
                                                               std::string& problem);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // Appends the places of those that match the whole subject, each once, in no order. One thread at a time.
    void find(std::string_view subject, std::vector<std::uint32_t>& out) const;

  private:
    Database() = default;
    void* database_ = nullptr;
    void* scratch_ = nullptr;
};

// Empty: Hyperscan takes it. Otherwise what it has not.
[[nodiscard]] std::string database_complaint(std::string_view expression);

}  // namespace strowger::pattern
