// events: what happened, as a list, or as a stream of server-sent events.
#include <fmt/format.h>

#include <charconv>

#include "manage/api.hpp"
#include "manage/json.hpp"

namespace strowger::manage {

namespace {

using observe::EventReader;
using observe::Events;
using observe::ToldEvent;

constexpr std::size_t kPiece = 64 * 1024;  // bytes at a time

std::string_view name_of(const ToldEvent& event) {
    return observe::kEventRows[static_cast<std::size_t>(event.kind)].name;
}

std::string json_of(const ToldEvent& event) {
    observe::JsonObject out;
    out.field("sequence", event.sequence);
    out.field("time_ms", static_cast<std::uint64_t>(event.unix_ms));
    out.field("kind", name_of(event));
    out.raw("data", event.data);
    return out.finish();
}

// https://html.spec.whatwg.org/multipage/server-sent-events.html: id is what a client that comes back shows
// in Last-Event-ID, here `after`.
class EventStream final : public Stream {
  public:
    EventStream(Events& events, EventReader reader) : events_(events), reader_(std::move(reader)) {}
    std::string take() override {
        std::string out;
        while (out.size() < kPiece) {
            const ToldEvent* event = reader_.next();
            if (const std::uint64_t lost = reader_.take_lost(); lost != 0)
                out += fmt::format("event: lost\ndata: {{\"events\":{}}}\n\n", lost);
            if (event == nullptr) break;
            out += fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event->sequence, name_of(*event),
                               json_of(*event));
        }
        return out;
    }
    void on_more(std::function<void()> more) override { watch_ = events_.watch(std::move(more)); }

  private:
    Events& events_;
    EventReader reader_;
    std::shared_ptr<void> watch_;
};

void answer(Events& events, const HttpRequest& http, const AnswerDone& done) {
    const std::string_view kind = http.segment("KIND");
    if (!observe::is_event_kind(kind)) {
        std::string known;
        for (const observe::EventRow& row : observe::kEventRows) known += fmt::format(" {}", row.name);
        return done(
            error_answer(404, fmt::format("no event's name begins with {}; there are{}", kind, known)));
    }
    const bool follow = !http.flag("follow").empty();
    std::uint64_t after = follow ? events.last_sequence() : 0;
    if (const std::string_view text = http.flag("after"); !text.empty()) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), after);
        if (error != std::errc{} || end != text.data() + text.size())
            return done(error_answer(400, fmt::format("after={}: must be an event's sequence number", text)));
    }
    EventReader reader(events, std::string(kind), after);
    if (follow)
        return done({.type = "text/event-stream",
                     .stream = std::make_shared<EventStream>(events, std::move(reader))});
    std::string list = "[";
    while (const ToldEvent* event = reader.next()) {
        if (list.size() > 1) list += ',';
        list += json_of(*event);
    }
    done({.body = list + "]"});
}

}  // namespace

void serve_events(Router& router, Events& events) {
    router.on(Command::events_,
              [&events](const HttpRequest& http, const AnswerDone& done) { answer(events, http, done); });
}

}  // namespace strowger::manage
