// Counter and drop reason ids, and their descriptions, from the rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strowger {

enum class Counter : std::uint16_t {
#define COUNTER(stage, name, unit, help) stage##_##name,
#include "strowger/counters.def"
#undef COUNTER
    count_
};
inline constexpr std::size_t kCounters = static_cast<std::size_t>(Counter::count_);

enum class Drop : std::uint16_t {
#define DROP(stage, name, severity, help) stage##_##name,
#include "strowger/drops.def"
#undef DROP
    count_
};
inline constexpr std::size_t kDrops = static_cast<std::size_t>(Drop::count_);

struct CounterRow {
    std::string_view name;  // "stage.name"
    std::string_view unit;
    std::string_view help;
};
inline constexpr std::array<CounterRow, kCounters> kCounterRows{{
#define COUNTER(stage, name, unit, help) {#stage "." #name, #unit, help},
#include "strowger/counters.def"
#undef COUNTER
}};

struct DropRow {
    std::string_view name;  // "stage.name"
    std::string_view severity;
    std::string_view help;
};
inline constexpr std::array<DropRow, kDrops> kDropRows{{
#define DROP(stage, name, severity, help) {#stage "." #name, #severity, help},
#include "strowger/drops.def"
#undef DROP
}};

// One worker's books. Written by that worker alone; others read single values with relaxed loads.
// Invariant, checked by tests when a worker is idle:
//   rx.packets + worker.originated = tx.packets + worker.consumed + worker.punted + worker.to_kernel
//                                    + handed off - taken over + sum of drops
struct alignas(64) CounterBlock {
    std::array<std::uint64_t, kCounters> counters{};
    std::array<std::uint64_t, kDrops> drops{};
};

// Reads a value that another thread may be writing.
inline std::uint64_t read_relaxed(const std::uint64_t& value) {
    return __atomic_load_n(&value, __ATOMIC_RELAXED);
}

}  // namespace strowger
