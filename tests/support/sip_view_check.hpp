// What must hold of every SipView: twins agree, and no slice leaves the message.
#pragma once

#include <cstddef>
#include <cstdint>

#include "strowger/wire/sip_message.hpp"

namespace strowger::test {

inline bool same(wire::Slice a, wire::Slice b) {
    return a.offset == b.offset && a.length == b.length;
}

// Equal in everything that a reader may look at.
inline bool same(const wire::SipView& a, const wire::SipView& b) {
    if (a.header_count != b.header_count || a.head_length != b.head_length || a.status != b.status ||
        a.method != b.method || a.first != b.first || !same(a.method_text, b.method_text) ||
        !same(a.uri, b.uri) || !same(a.reason, b.reason) || !same(a.body, b.body))
        return false;
    for (std::size_t i = 0; i < a.header_count; ++i)
        if (a.headers[i].id != b.headers[i].id || !same(a.headers[i].name, b.headers[i].name) ||
            !same(a.headers[i].value, b.headers[i].value))
            return false;
    return true;
}

inline bool inside(const wire::SipView& view, std::uint32_t length) {
    const auto fits = [&](wire::Slice s) { return std::uint32_t{s.offset} + s.length <= length; };
    if (view.header_count > wire::kMaxHeaders || view.head_length > length) return false;
    if (!fits(view.method_text) || !fits(view.uri) || !fits(view.reason) || !fits(view.body)) return false;
    for (std::size_t i = 0; i < view.header_count; ++i)
        if (!fits(view.headers[i].name) || !fits(view.headers[i].value)) return false;
    for (const auto first : view.first)
        if (first > view.header_count) return false;
    return true;
}

}  // namespace strowger::test
