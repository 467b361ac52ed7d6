// One regular expression of the operator's (PCRE2), with what its groups matched. Subjects come from the network: the
// work on one is bounded, and what would take more does not match.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace strowger::pattern {

// The longest expression that is taken.
inline constexpr std::size_t kLongest = 255;
// [0]: all that matched; a group that took no part is empty. Views into the subject.
using Groups = std::array<std::string_view, 10>;

enum class Extent { whole, part };  // of the subject that must match

class Expression {
  public:
    // nullptr: `problem` says what is wrong, and where.
    [[nodiscard]] static std::shared_ptr<const Expression> compile(std::string_view text, Extent extent,
                                                                   std::string& problem);
    ~Expression();
    Expression(const Expression&) = delete;
    Expression& operator=(const Expression&) = delete;

    // One thread at a time.
    [[nodiscard]] bool matches(std::string_view subject, Groups* groups = nullptr) const;
    [[nodiscard]] const std::string& text() const { return text_; }
    // How many groups it has.
    [[nodiscard]] std::size_t groups() const { return groups_; }

  private:
    Expression() = default;
    std::string text_;
    void* code_ = nullptr;
    void* match_ = nullptr;
    void* limits_ = nullptr;
    std::size_t groups_ = 0;
};

// Empty: PCRE2 and Hyperscan both take it. Otherwise why not, as the end of a sentence that starts with the text.
[[nodiscard]] std::string complaint(std::string_view text);

// `form` with \0 to \9 replaced by what the groups matched; \\ is a backslash.
[[nodiscard]] std::string expand(std::string_view form, const Groups& groups);
// Empty: expand() knows all that `form` names, of an expression with so many groups.
[[nodiscard]] std::string expand_complaint(std::string_view form, std::size_t groups);

}  // namespace strowger::pattern
