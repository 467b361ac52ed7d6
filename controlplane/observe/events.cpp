#include "observe/events.hpp"

#include <algorithm>

namespace strowger::observe {

void Events::add(EventKind kind, std::string data) {
    kept_.push_back({++last_, unix_ms_(), kind, std::move(data)});
    if (kept_.size() > keep_) kept_.pop_front();
    for (const auto& wake : watchers_) wake();
}

std::shared_ptr<void> Events::watch(std::function<void()> wake) {
    watchers_.push_front(std::move(wake));
    return {nullptr, [this, at = watchers_.begin()](void*) { watchers_.erase(at); }};
}

const ToldEvent* EventReader::next() {
    const auto& kept = events_.kept();
    if (kept.empty() || seen_ >= events_.last_sequence()) return nullptr;
    const std::uint64_t oldest = kept.front().sequence;
    if (seen_ + 1 < oldest) {
        lost_ += oldest - seen_ - 1;
        seen_ = oldest - 1;
    }
    for (std::size_t i = static_cast<std::size_t>(seen_ + 1 - oldest); i < kept.size(); ++i) {
        seen_ = kept[i].sequence;
        if (kEventRows[static_cast<std::size_t>(kept[i].kind)].name.starts_with(kind_)) return &kept[i];
    }
    return nullptr;
}

bool is_event_kind(std::string_view beginning) {
    return std::ranges::any_of(kEventRows,
                               [&](const EventRow& row) { return row.name.starts_with(beginning); });
}

}  // namespace strowger::observe
