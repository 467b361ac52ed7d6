// A configuration file as plain text values with their lines: what is left of YAML before options get their
// types.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strowger::config {

// One thing that is wrong with a file, for the operator.
struct Problem {
    std::string file;     // empty: not from a file
    int line = 0;         // from 1; 0: the file as a whole
    std::string subject;  // the offending text, such as "realm access: vlan: 5000"
    std::string allowed;  // what is allowed, or what to do
    friend bool operator==(const Problem&, const Problem&) = default;
};
// "lab.yaml:12: realm access: vlan: 5000: must be a whole number from 0 to 4094"
[[nodiscard]] std::string to_string(const Problem& problem);

struct RawValue {
    enum class Shape { scalar, list, map };
    Shape shape = Shape::scalar;
    bool null = false;  // nothing, or ~
    int line = 0;
    std::string text;             // scalar
    std::vector<RawValue> items;  // list
};

struct RawOption {
    std::string key;
    int line = 0;
    RawValue value;
};

// One YAML document: the options of a resource, `kind` and `name` among them.
struct RawResource {
    int line = 0;
    std::vector<RawOption> options;
};

struct Document {
    std::string file;
    std::vector<RawResource> resources;
    bool complete = false;  // read to the end: false after a syntax error
};

// Limits of a file; beyond them it is refused.
inline constexpr std::size_t kMaxFileBytes = 16U << 20;
inline constexpr std::size_t kMaxResources = 200'000;
inline constexpr int kMaxDepth = 4;

// Reads the YAML text. Problems (syntax, wrong shape, limits) are added to `problems`; what could be read is
// returned. Never throws.
[[nodiscard]] Document parse_yaml(std::string_view text, std::string_view file,
                                  std::vector<Problem>& problems);

}  // namespace strowger::config
