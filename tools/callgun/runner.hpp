// Runs the whole of a load: one stretch, or the stretches of a search; the core polls, this thread serves.
#pragma once

#include <atomic>

#include "generator.hpp"
#include "live.hpp"
#include "report.hpp"

namespace strowger::callgun {

class Runner {
  public:
    // `stop`: ends the load early, in order.
    Runner(const Options& options, Network& network, Generator& generator, const std::atomic<bool>& stop)
        : options_(options), network_(network), generator_(generator), stop_(stop), live_(options) {}
    void run(Report& report);

  private:
    Outcome stretch(const Stretch& stretch, Results& results);
    void search(Report& report);
    void step(double rate, Report& report, bool& passed);

    const Options& options_;
    Network& network_;
    Generator& generator_;
    const std::atomic<bool>& stop_;
    Live live_;
};

}  // namespace strowger::callgun
