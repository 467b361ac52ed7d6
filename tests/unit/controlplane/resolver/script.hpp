// A name server that says what a test tells it to, when the test tells it to.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "resolver/backend.hpp"

namespace strowger::resolver {

inline std::string text_of(std::initializer_list<int> bytes) {
    std::string out;
    for (const int b : bytes) out += static_cast<char>(b);
    return out;
}
inline std::string number(unsigned n) {
    return text_of({static_cast<int>(n >> 8), static_cast<int>(n & 255)});
}
inline std::string wire_name(std::string_view dotted) {
    std::string out;
    while (!dotted.empty()) {
        const auto label = dotted.substr(0, dotted.find('.'));
        out += static_cast<char>(label.size());
        out += label;
        dotted.remove_prefix(std::min(label.size() + 1, dotted.size()));
    }
    return out + '\0';
}
inline std::string a(int w, int x, int y, int z) {
    return text_of({w, x, y, z});
}
inline std::string srv(unsigned priority, unsigned weight, unsigned port, std::string_view target) {
    return number(priority) + number(weight) + number(port) + wire_name(target);
}
inline std::string naptr(unsigned order, unsigned preference, std::string_view flags,
                         std::string_view service, std::string_view replacement) {
    const auto chars = [](std::string_view s) { return static_cast<char>(s.size()) + std::string(s); };
    return number(order) + number(preference) + chars(flags) + chars(service) + chars("") +
           wire_name(replacement);
}

struct Script final : Backend {
    void tell(Done d) override { done = std::move(d); }
    bool ask(const Question& question) override {
        asked.push_back(question);
        return reachable;
    }
    void add(std::string name, Type type, std::vector<std::string> records, std::uint32_t ttl = 60) {
        zone[{std::move(name), type}] = {Answered::found, std::move(records), ttl};
    }
    // Answers everything that was asked: what is not in the zone does not exist.
    void answer() {
        auto all = std::move(asked);
        asked.clear();
        for (const auto& question : all) {
            const auto at = zone.find(question);
            Answer nothing{Answered::nothing, {}, 10};
            done(question, dead ? Answer{} : at == zone.end() ? nothing : at->second);
        }
    }

    Done done;
    std::map<Question, Answer> zone;
    std::vector<Question> asked;
    bool reachable = true;
    bool dead = false;
};

}  // namespace strowger::resolver
