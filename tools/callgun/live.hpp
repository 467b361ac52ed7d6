// One line a second while it runs.
#pragma once

#include "options.hpp"
#include "results.hpp"

namespace strowger::callgun {

class Live {
  public:
    explicit Live(const Options& options);
    // Called often; prints when a second has passed. `began`: of the present stretch; `rate`: what it offers.
    void show(const Results& results, Nanoseconds began, double rate, Nanoseconds now);
    // Leaves the line that is rewritten on a terminal.
    void end();

  private:
    const Options& options_;
    bool terminal_;
    bool open_ = false;
    Nanoseconds next_ = 0;
};

}  // namespace strowger::callgun
