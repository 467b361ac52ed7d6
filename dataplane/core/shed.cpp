#include "core/shed.hpp"

#include <algorithm>

namespace strowger::core {
namespace {

constexpr Nanoseconds kWindow = 10 * kMillisecond;
constexpr std::uint64_t kSample = 64;        // takings that say something about the pace
constexpr std::size_t kAtOnce = 64;          // wait for nothing but the control plane's next turn
constexpr Nanoseconds kAnswersAtOnce = kSecond / 5;  // of answers, in time

constexpr std::uint32_t mark_of(std::uint64_t fingerprint) {
    return static_cast<std::uint32_t>(fingerprint >> 32) | 1u;
}

}  // namespace

void Shed::measure(const rings::Spsc<rings::Punt>& waiting, std::size_t size, Nanoseconds now) noexcept {
    least_ = std::min(least_, size);
    const std::uint64_t taken = waiting.taken() - taken_;
    if (now - since_ < kWindow || (taken < kSample && least_ != 0)) return;
    if (least_ != 0 && taken != 0) {
        const Nanoseconds each = (now - since_) / static_cast<Nanoseconds>(taken);
        each_ = each_ == 0 ? each : (3 * each_ + each) / 4;
    }
    since_ = now;
    taken_ += taken;
    least_ = size;
}

bool Shed::is_behind(const tables::Overload& limits, const rings::Spsc<rings::Punt>& waiting,
                     Nanoseconds now) noexcept {
    const std::size_t size = waiting.size();
    measure(waiting, size, now);
    if (limits.punt_depth != 0 && size > limits.punt_depth) return true;
    if (limits.delay_us == 0 || size == 0) return false;
    const Nanoseconds most = limits.delay_us * kMicrosecond;
    const rings::Punt* oldest = waiting.oldest();
    if (oldest != nullptr && now - oldest->received > most) return true;
    return size > kAtOnce && static_cast<Nanoseconds>(size) * each_ > most;
}

Shed::Fate Shed::fate_of(std::uint64_t fingerprint) const noexcept {
    const std::uint32_t mark = mark_of(fingerprint);
    const std::size_t at = fingerprint % kFates;
    return let_in_[at] == mark ? Fate::let_in : refused_[at] == mark ? Fate::refused : Fate::unknown;
}

void Shed::remember(std::uint64_t fingerprint, Fate fate) noexcept {
    (fate == Fate::let_in ? let_in_ : refused_)[fingerprint % kFates] = mark_of(fingerprint);
}

bool Shed::take_answer(Nanoseconds now) noexcept {
    constexpr Nanoseconds kCost = kSecond / kAnswers;
    credit_ = std::min(credit_ + (now - credit_at_), kAnswersAtOnce);
    credit_at_ = now;
    if (credit_ < kCost) return false;
    credit_ -= kCost;
    answered_ = now;
    return true;
}

}  // namespace strowger::core
