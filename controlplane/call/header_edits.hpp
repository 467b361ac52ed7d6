// What `header_rule` resources do to a message, compiled.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/types.hpp"
#include "pattern/expression.hpp"
#include "strowger/wire/sip_message.hpp"

namespace strowger::call {

struct HeaderEdit {
    std::string name;  // of the resource
    model::HeaderAction action{};
    std::string header;
    std::string value;   // add, replace: for pattern::expand()
    std::string source;  // copy
    model::Messages messages = model::Messages::both;
    std::vector<std::string> methods;
    std::string if_header;
    std::shared_ptr<const pattern::Expression> if_matches;  // null: any value
    std::string unless_header;
};
using HeaderEdits = std::vector<std::shared_ptr<const HeaderEdit>>;

// Of one side, in the order in which they are carried out.
struct HeaderPolicy {
    HeaderEdits in, out;
};

// The whole message after the edits. False: nothing changes, and `out` is left as it was. What a value would make longer
// than 4,096 bytes, or the message longer than 128 headers or 65,535 bytes, is not done.
bool edit(const HeaderEdits& edits, const wire::SipMessage& message, std::string& out);

}  // namespace strowger::call
