// Numbers as each side writes them: what `translation` resources say, compiled.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pattern/expression.hpp"

namespace strowger::call {

struct Translation {
    struct Rule {
        std::shared_ptr<const pattern::Expression> expression;
        std::string number;  // for pattern::expand()
    };
    std::string name;
    std::vector<Rule> rules;
};

// Of one side: which numbers are rewritten there, and how. Null: they stay.
struct NumberPolicy {
    std::shared_ptr<const Translation> called_in, caller_in, called_out, caller_out;
};

// The number by the first rule that matches it; as it is when none does.
[[nodiscard]] std::string rewritten(const std::shared_ptr<const Translation>& translation, std::string_view number);

}  // namespace strowger::call
