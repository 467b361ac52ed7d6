// Messages made from a seed: the same seed gives the same message on every machine.
#pragma once

#include <cstdint>
#include <string>

namespace strowger::test {

class SipGenerator {
  public:
    explicit SipGenerator(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}

    // A legal message of random shape: any header order, case, compact forms, folds, line ends, body.
    std::string valid();
    // The same with some bytes changed, removed, doubled, or swapped for ones that mean something.
    std::string mutated();

  private:
    std::uint64_t next();
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(next() >> 33) % n; }
    bool one_in(std::uint32_t n) { return below(n) == 0; }
    std::string token(std::uint32_t most);
    std::string text(std::uint32_t most);
    std::string cased(std::string name);
    std::string line_end();
    std::string field(std::string name, const std::string& value, bool decorate = false);

    std::uint64_t state_;
};

}  // namespace strowger::test
