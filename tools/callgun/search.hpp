// The highest rate that passes, by doubling and halving: RFC 7501 and 7502 call it the session establishment
// rate and the registration rate.
#pragma once

#include <algorithm>
#include <optional>

namespace strowger::callgun {

class Search {
  public:
    // `first`: where to begin; `highest`: never above. `precision`: the last step is that part of the rate.
    // `tries`: of a rate before it counts as failed.
    Search(double first, double highest, double precision, unsigned tries)
        : next_(std::min(first, highest)),
          highest_(highest),
          precision_(precision),
          tries_(std::max(tries, 1u)) {}

    // The rate to try; nullopt: found, or nothing passes.
    [[nodiscard]] std::optional<double> next() const {
        return done_ ? std::nullopt : std::optional<double>(next_);
    }
    void report(bool passed) {
        if (!passed && ++failures_ < tries_) return;  // once more
        failures_ = 0;
        if (passed) {
            passed_ = next_;
        } else {
            failed_ = next_;
        }
        if (failed_ == 0) {  // nothing has failed yet
            if (passed_ >= highest_) done_ = true;
            next_ = std::min(passed_ * 2, highest_);
        } else if (passed_ == 0) {  // nothing has passed yet
            next_ = failed_ / 2;
            if (next_ < kLowest) done_ = true;
        } else {
            next_ = (passed_ + failed_) / 2;
            if ((failed_ - passed_) <= precision_ * passed_) done_ = true;
        }
    }
    // The highest rate that passed; 0: none.
    [[nodiscard]] double found() const { return passed_; }
    // It passed at the highest rate that was allowed.
    [[nodiscard]] bool at_the_top() const { return done_ && failed_ == 0; }

  private:
    static constexpr double kLowest = 0.5;
    double next_;
    double highest_;
    double precision_;
    unsigned tries_;
    unsigned failures_ = 0;
    double passed_ = 0;
    double failed_ = 0;
    bool done_ = false;
};

}  // namespace strowger::callgun
