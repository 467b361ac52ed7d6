#include "call/translation.hpp"

namespace strowger::call {

std::string rewritten(const std::shared_ptr<const Translation>& translation, std::string_view number) {
    constexpr std::size_t kLongestNumber = 64;
    if (translation == nullptr || number.size() > kLongestNumber) return std::string(number);
    pattern::Groups groups;
    for (const auto& rule : translation->rules)
        if (rule.expression->matches(number, &groups)) return pattern::expand(rule.number, groups);
    return std::string(number);
}

}  // namespace strowger::call
