// Typed events (events.def), told where the thing happens into a bounded ring, read from there by whoever follows. Who
// reads too slowly loses the oldest and is told how many. Control thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "observe/json_text.hpp"

namespace strowger::observe {

enum class EventKind : std::uint8_t {
#define EVENT(kind, Type, help, ...) kind,
#include "observe/events.def"
    count_
};

struct EventRow {
    std::string_view name;
    std::string_view help;
};
inline constexpr EventRow kEventRows[] = {
#define EVENT(kind, Type, help, ...) {#kind, help},
#include "observe/events.def"
};

// One struct a row: CallStart{.call = …, .from = …}. Views need to live as long as the call of Events::tell().
using EventText = std::string_view;
using EventCount = std::uint64_t;
using EventNumber = double;
#define EVENT(kind_name, Type, help, fields)                            \
    struct Type {                                                       \
        static constexpr EventKind kKind = EventKind::kind_name;        \
        fields                                                          \
    };
#define F(name, type, help) Event##type name{};
#include "observe/events.def"
#undef F

// As JSON: {"call":"7","from":"sip:1001@lab.example"}.
#define F(name, type, help) json.field(#name, event.name);
#define EVENT(kind, Type, help, fields)        \
    inline std::string to_json(const Type& event) { \
        JsonObject json;                       \
        fields return json.finish();           \
    }
#include "observe/events.def"
#undef F

// An event as it is kept.
struct ToldEvent {
    std::uint64_t sequence = 0;  // counts from 1 since the start of the daemon
    std::int64_t unix_ms = 0;
    EventKind kind{};
    std::string data;  // a JSON object
};

class Events {
  public:
    // `keep`: how many are kept for those who ask later or read slowly. `unix_ms`: the time of day.
    Events(std::size_t keep, std::function<std::int64_t()> unix_ms) : keep_(keep), unix_ms_(std::move(unix_ms)) {}

    template <typename Event>
    void tell(const Event& event) {
        if (keep_ != 0) add(Event::kKind, to_json(event));
    }
    // Those that are kept, oldest first.
    [[nodiscard]] const std::deque<ToldEvent>& kept() const { return kept_; }
    [[nodiscard]] std::uint64_t last_sequence() const { return last_; }

    // Calls `wake` after every event, for as long as the returned handle lives.
    [[nodiscard]] std::shared_ptr<void> watch(std::function<void()> wake);

  private:
    void add(EventKind kind, std::string data);

    std::size_t keep_;
    std::function<std::int64_t()> unix_ms_;
    std::deque<ToldEvent> kept_;
    std::uint64_t last_ = 0;
    std::list<std::function<void()>> watchers_;
};

// One reader's place in the ring.
class EventReader {
  public:
    // `kind`: a kind's name or its beginning ("call"); empty: all. `after`: the sequence number that the reader has
    // seen last.
    EventReader(const Events& events, std::string kind, std::uint64_t after)
        : events_(events), kind_(std::move(kind)), seen_(after) {}
    // The next one that it wants; nullptr: there is none now. Valid until the next event is told.
    [[nodiscard]] const ToldEvent* next();
    // How many it missed since it was last asked.
    [[nodiscard]] std::uint64_t take_lost() { return std::exchange(lost_, 0); }

  private:
    const Events& events_;
    std::string kind_;
    std::uint64_t seen_;
    std::uint64_t lost_ = 0;
};

// True when some kind has that beginning.
[[nodiscard]] bool is_event_kind(std::string_view beginning);

}  // namespace strowger::observe
