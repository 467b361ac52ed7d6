// How good the calls to a target are: those that ended within a sliding window, held against the trunk's bars.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "model/resources.hpp"
#include "strowger/time.hpp"

namespace strowger::trunk {

// How one call to a target was set up.
struct Setup {
    bool answered = false;
    Nanoseconds delay = 0;  // from INVITE to ringing or answer; 0: neither came
};

// What a target sent in one call.
struct Media {
    std::uint64_t packets = 0;  // received
    std::uint64_t lost = 0;
    std::uint32_t jitter_us = 0;  // mean
    std::uint16_t mos_100 = 0;    // 0: not known
};

// Sums over calls.
struct Measured {
    std::uint32_t attempts = 0;
    std::uint32_t answered = 0;
    std::uint32_t rang = 0;    // those with a delay
    std::uint32_t media = 0;   // calls whose media counts
    std::uint32_t scored = 0;  // of those, with a MOS
    std::uint64_t delay_us = 0;
    std::uint64_t packets = 0;
    std::uint64_t lost = 0;
    std::uint64_t jitter_us = 0;
    std::uint64_t mos_100 = 0;

    void add(const Setup& setup);
    void add(const Media& of_call);
    void add(const Measured& other);
    // Means; 0 when nothing counts. The first two in percent.
    [[nodiscard]] double answer_ratio() const;
    [[nodiscard]] double loss() const;
    [[nodiscard]] double jitter_ms() const;
    [[nodiscard]] double delay_ms() const;
    [[nodiscard]] double mos() const;
};

// The sums of the last `length`, which slides in eighths.
class Window {
  public:
    template <typename Sample>
    void add(const Sample& sample, Nanoseconds now, Nanoseconds length) {
        slot(now, length).add(sample);
    }
    [[nodiscard]] Measured total(Nanoseconds now, Nanoseconds length) const;
    void clear() { *this = {}; }

  private:
    static constexpr std::size_t kSlots = 8;
    [[nodiscard]] Measured& slot(Nanoseconds now, Nanoseconds length);
    std::array<Measured, kSlots> slots_{};
    std::array<std::int64_t, kSlots> numbers_{};  // which eighth the slot holds
};

[[nodiscard]] bool has_bars(const model::Trunk& options);
// The first bar that is missed, and what was measured: "mos is 2.91, min_mos 3.6". Empty: none is, of those
// that enough calls count for.
[[nodiscard]] std::string missed_bar(const model::Trunk& options, const Measured& measured);
// Enough calls count for every bar.
[[nodiscard]] bool is_enough(const model::Trunk& options, const Measured& measured);

// A target's standing with its trunk. Plain data; Trunks keeps it.
struct Standing {
    Window window;
    bool poor = false;
    std::string missed;        // poor: the bar
    Nanoseconds since = 0;     // poor: of the last verdict, or of the last round of trials
    std::uint32_t trials = 0;  // calls of this round
};

// What a new call makes of it.
enum class Share : std::uint8_t {
    whole,
    lowered,  // a tenth of its weight
    trial,    // one call in ten
    left,     // last resort
};
[[nodiscard]] Share share_of(const model::Trunk& options, const Standing& standing, Nanoseconds now);

// Takes note of a call that is about to be sent.
void count_trial(const model::Trunk& options, Standing& standing, Nanoseconds now);
// Looks at the window. True: the target became poor, or is good again.
bool judge(const model::Trunk& options, Standing& standing, Nanoseconds now);

}  // namespace strowger::trunk
