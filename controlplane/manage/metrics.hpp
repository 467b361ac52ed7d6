// Prometheus' text format from the counter and drop rows.
#pragma once

#include <span>
#include <string>

#include "manage/provider.hpp"

namespace strowger::manage {

// strowger_rx_packets_total{worker="0"} 5 …, strowger_drops_total{worker="0",reason="screen.denied"} 1 …,
// then the gauges. Values of drops that never happened are there, as 0.
[[nodiscard]] std::string metrics_text(std::span<const CounterBlock* const> workers,
                                       std::span<const Gauge> gauges);

}  // namespace strowger::manage
