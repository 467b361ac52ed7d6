// Who asks name servers. Implemented over libunbound; by a script in tests.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "resolver/records.hpp"

namespace strowger::resolver {

enum class Answered : std::uint8_t {
    found,    // records
    nothing,  // the name does not exist, or has no such record
    failed,   // no name server answered, or none had an answer
};

struct Answer {
    Answered answered = Answered::failed;
    std::vector<std::string> records;  // the data of each
    std::uint32_t ttl_s = 0;           // of a negative answer, too
};

class Backend {
  public:
    using Done = std::function<void(const Question& question, Answer answer)>;
    virtual ~Backend() = default;
    // Once, before the first ask().
    virtual void tell(Done done) = 0;
    // The answer comes to `done`, on the control thread and never from within ask(). False: it cannot be
    // asked.
    virtual bool ask(const Question& question) = 0;
};

}  // namespace strowger::resolver
