#include "trunk/quality.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/values.hpp"

namespace strowger::trunk {
namespace {

double mean(std::uint64_t sum, std::uint64_t count) {
    return count == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(count);
}

double of(model::Decimal value) {
    return value.hundredths / 100.0;
}

Nanoseconds window_of(const model::Trunk& options) {
    return options.quality_window.count() * kMillisecond;
}

}  // namespace

void Measured::add(const Setup& setup) {
    ++attempts;
    answered += setup.answered ? 1 : 0;
    if (setup.delay == 0) return;
    ++rang;
    delay_us += static_cast<std::uint64_t>(setup.delay / kMicrosecond);
}

void Measured::add(const Media& of_call) {
    if (of_call.packets == 0) return;
    ++media;
    packets += of_call.packets;
    lost += of_call.lost;
    jitter_us += of_call.jitter_us;
    if (of_call.mos_100 == 0) return;
    ++scored;
    mos_100 += of_call.mos_100;
}

void Measured::add(const Measured& other) {
    attempts += other.attempts;
    answered += other.answered;
    rang += other.rang;
    media += other.media;
    scored += other.scored;
    delay_us += other.delay_us;
    packets += other.packets;
    lost += other.lost;
    jitter_us += other.jitter_us;
    mos_100 += other.mos_100;
}

double Measured::answer_ratio() const {
    return 100 * mean(answered, attempts);
}
double Measured::loss() const {
    return 100 * mean(lost, packets + lost);
}
double Measured::jitter_ms() const {
    return mean(jitter_us, media) / 1000;
}
double Measured::delay_ms() const {
    return mean(delay_us, rang) / 1000;
}
double Measured::mos() const {
    return mean(mos_100, scored) / 100;
}

Measured& Window::slot(Nanoseconds now, Nanoseconds length) {
    const std::int64_t number = now / std::max<Nanoseconds>(1, length / Nanoseconds{kSlots});
    const auto at = static_cast<std::size_t>(number) % kSlots;
    if (numbers_[at] != number) slots_[at] = {};
    numbers_[at] = number;
    return slots_[at];
}

Measured Window::total(Nanoseconds now, Nanoseconds length) const {
    const std::int64_t number = now / std::max<Nanoseconds>(1, length / Nanoseconds{kSlots});
    Measured out;
    for (std::size_t i = 0; i < kSlots; ++i)
        if (numbers_[i] <= number && numbers_[i] > number - std::int64_t{kSlots}) out.add(slots_[i]);
    return out;
}

bool has_bars(const model::Trunk& o) {
    return o.min_mos.hundredths != 0 || o.max_loss.hundredths != 0 || o.max_jitter.count() != 0 ||
           o.max_post_dial_delay.count() != 0 || o.min_answer_ratio != 0;
}

std::string missed_bar(const model::Trunk& o, const Measured& m) {
    const auto enough = [&](std::uint32_t calls) { return calls >= o.quality_calls; };
    if (o.min_mos.hundredths != 0 && enough(m.scored) && m.mos() < of(o.min_mos))
        return fmt::format("mos is {:.2f}, min_mos {}", m.mos(), model::write(o.min_mos));
    if (o.max_loss.hundredths != 0 && enough(m.media) && m.loss() > of(o.max_loss))
        return fmt::format("loss is {:.2f} %, max_loss {}", m.loss(), model::write(o.max_loss));
    if (o.max_jitter.count() != 0 && enough(m.media) &&
        m.jitter_ms() > static_cast<double>(o.max_jitter.count()))
        return fmt::format("jitter is {:.1f} ms, max_jitter {}", m.jitter_ms(), model::write(o.max_jitter));
    if (o.max_post_dial_delay.count() != 0 && enough(m.rang) &&
        m.delay_ms() > static_cast<double>(o.max_post_dial_delay.count()))
        return fmt::format("post-dial delay is {:.0f} ms, max_post_dial_delay {}", m.delay_ms(),
                           model::write(o.max_post_dial_delay));
    if (o.min_answer_ratio != 0 && enough(m.attempts) && m.answer_ratio() < o.min_answer_ratio)
        return fmt::format("{:.0f} % of its calls are answered, min_answer_ratio {}", m.answer_ratio(),
                           o.min_answer_ratio);
    return {};
}

bool is_enough(const model::Trunk& o, const Measured& m) {
    const auto holds = [&](bool set, std::uint32_t calls) { return !set || calls >= o.quality_calls; };
    return holds(o.min_mos.hundredths != 0, m.scored) &&
           holds(o.max_loss.hundredths != 0 || o.max_jitter.count() != 0, m.media) &&
           holds(o.max_post_dial_delay.count() != 0, m.rang) && holds(o.min_answer_ratio != 0, m.attempts);
}

Share share_of(const model::Trunk& o, const Standing& s, Nanoseconds now) {
    if (!s.poor || o.quality == model::Quality::off || !has_bars(o)) return Share::whole;
    if (o.quality == model::Quality::lower) return Share::lowered;
    const Nanoseconds hold = o.quality_hold.count() * kMillisecond;
    if (now < s.since + hold) return Share::left;
    // A round of trials that came to no verdict is followed by another.
    return s.trials < o.quality_calls || now >= s.since + 2 * hold ? Share::trial : Share::left;
}

void count_trial(const model::Trunk& o, Standing& s, Nanoseconds now) {
    if (share_of(o, s, now) != Share::trial) return;
    const Nanoseconds hold = o.quality_hold.count() * kMillisecond;
    if (s.trials >= o.quality_calls) {
        s.trials = 0;
        s.since = now - hold;
    }
    ++s.trials;
}

bool judge(const model::Trunk& o, Standing& s, Nanoseconds now) {
    const bool was = s.poor;
    if (!has_bars(o)) {
        s.poor = false;
        s.missed.clear();
        return was;
    }
    const Measured measured = s.window.total(now, window_of(o));
    auto missed = missed_bar(o, measured);
    if (!missed.empty()) {
        // What led to this verdict does not count for the next one.
        s.window.clear();
        s.poor = true;
        s.missed = std::move(missed);
        s.since = now;
        s.trials = 0;
    } else if (s.poor && is_enough(o, measured)) {
        s.poor = false;
        s.missed.clear();
    }
    return s.poor != was;
}

}  // namespace strowger::trunk
