// What an option's value may be beyond its type: the `bounds` column of strowger/config.def.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace strowger::model {

enum class TextForm : std::uint8_t {
    line,            // any text of one line
    path,            // absolute file name
    interface_name,  // network device of the kernel
    domain,          // host name or IP address
    token,           // RFC 3261 token, such as a codec or header name
    user,            // user part of a SIP address
    digits,          // 0-9 * # and a leading +
    hex,             // exactly `max_length` hexadecimal digits
};

// Numbers and durations (in milliseconds) lie in [min, max]; texts have `form` and a length; lists have
// `min_entries` to `max_entries`, and the rest holds for each entry.
struct Bounds {
    bool required = false;
    bool only_ends = false;  // min or max and nothing between
    bool numeric = false;    // min and max say something
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    TextForm form = TextForm::line;
    std::uint16_t min_length = 0;
    std::uint16_t max_length = 255;
    std::uint16_t min_entries = 0;
    std::uint16_t max_entries = 1024;
};

namespace bounds {

inline constexpr Bounds any{};
inline constexpr Bounds required{.required = true};
constexpr Bounds within(std::int64_t min, std::int64_t max) {
    return {.numeric = true, .min = min, .max = max};
}
constexpr Bounds within(std::chrono::milliseconds min, std::chrono::milliseconds max) {
    return {.numeric = true, .min = min.count(), .max = max.count()};
}
constexpr Bounds either(std::int64_t a, std::int64_t b) {
    return {.only_ends = true, .numeric = true, .min = a, .max = b};
}
constexpr Bounds text(TextForm form, std::uint16_t min_length, std::uint16_t max_length) {
    return {.form = form, .min_length = min_length, .max_length = max_length};
}
constexpr Bounds line(std::uint16_t min, std::uint16_t max) {
    return text(TextForm::line, min, max);
}
constexpr Bounds path() {
    return text(TextForm::path, 0, 255);
}
constexpr Bounds interface_name() {
    return text(TextForm::interface_name, 0, 15);
}
constexpr Bounds domain() {
    return text(TextForm::domain, 0, 253);
}
constexpr Bounds token(std::uint16_t max) {
    return text(TextForm::token, 1, max);
}
constexpr Bounds header() {
    return text(TextForm::token, 0, 64);
}
constexpr Bounds user() {
    return text(TextForm::user, 0, 64);
}
constexpr Bounds digits(std::uint16_t max) {
    return text(TextForm::digits, 1, max);
}
constexpr Bounds hex(std::uint16_t length) {
    return text(TextForm::hex, length, length);
}
constexpr Bounds entries(std::uint16_t min, std::uint16_t max) {
    return {.min_entries = min, .max_entries = max};
}

}  // namespace bounds

// Both hold: what either side sets away from the defaults.
constexpr Bounds operator&(Bounds a, const Bounds& b) {
    constexpr Bounds unset{};
    a.required = a.required || b.required;
    if (b.numeric) {
        a.numeric = true;
        a.only_ends = b.only_ends;
        a.min = b.min;
        a.max = b.max;
    }
    if (b.form != unset.form || b.min_length != unset.min_length || b.max_length != unset.max_length) {
        a.form = b.form;
        a.min_length = b.min_length;
        a.max_length = b.max_length;
    }
    if (b.min_entries != unset.min_entries || b.max_entries != unset.max_entries) {
        a.min_entries = b.min_entries;
        a.max_entries = b.max_entries;
    }
    return a;
}

}  // namespace strowger::model
