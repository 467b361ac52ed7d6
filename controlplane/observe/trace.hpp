// The last SIP messages that came and went, whatever became of them: an always-on ring. Control thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/flow.hpp"
#include "strowger/time.hpp"
#include "transaction/layer.hpp"

namespace strowger::observe {

struct TracedMessage {
    Nanoseconds time = 0;  // monotonic
    bool outgoing = false;
    bool retransmission = false;
    net::Flow flow;
    std::string text;
    [[nodiscard]] const wire::Endpoint& source() const { return outgoing ? flow.local : flow.remote; }
    [[nodiscard]] const wire::Endpoint& destination() const { return outgoing ? flow.remote : flow.local; }
};

// What a line of a ladder says of a message.
struct Summary {
    std::string call_id;
    std::string what;  // "INVITE 1002", "180 Ringing (INVITE)"
    std::string from_user;
    std::string to_user;
    bool has_sdp = false;
};
[[nodiscard]] Summary summarise(std::string_view text);

class Trace final : public transaction::Observer {
  public:
    // Keeps the last `capacity` messages in at most `most_bytes` of text; 0 of either keeps none. The second
    // is 2 KB a message and 64 KB unless said: long messages push out more than one older.
    explicit Trace(std::size_t capacity) : Trace(capacity, capacity * kUsual + 65'536) {}
    Trace(std::size_t capacity, std::size_t most_bytes) : capacity_(capacity), most_bytes_(most_bytes) {}

    void on_message(bool outgoing, bool retransmission, const net::Flow& flow, std::string_view bytes,
                    Nanoseconds when) override;
    // Two Call-IDs of one call: who asks for one is shown both.
    void link(std::string_view one, std::string_view other);

    // The messages, oldest first, of the Call-ID `what`, or of every call and registration from or to the
    // user `what`, with those of linked Call-IDs. Cost: a look at every message kept, about 0.3 µs each.
    [[nodiscard]] std::vector<const TracedMessage*> find(std::string_view what) const;
    [[nodiscard]] std::size_t size() const { return count_; }
    // Of text, what is allocated for it included.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    static constexpr std::size_t kLinks = 20'000;
    static constexpr std::size_t kUsual = 2048;  // bytes; a buffer up to that size is used again

    void forget_oldest();

    std::size_t capacity_;
    std::size_t most_bytes_;
    std::size_t oldest_ = 0;
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;            // capacities of all texts, the emptied ones included
    std::vector<TracedMessage> kept_;  // a ring once it has `capacity` slots
    std::deque<std::pair<std::string, std::string>> links_;
};

// The messages as a ladder: a column for each peer, ours between the first and the others, times relative to
// the first message.
[[nodiscard]] std::string ladder(const std::vector<const TracedMessage*>& messages);

// The messages as a pcapng file of raw IP packets, with times of day: `unix_offset` is wall clock minus
// monotonic.
[[nodiscard]] std::string pcapng(const std::vector<const TracedMessage*>& messages, Nanoseconds unix_offset);

}  // namespace strowger::observe
