// Callers on one side of the appliance and callees on the other: INVITE with an offer, 180, 200 with an
// answer, ACK, and BYE by the caller after a while. Not more than a user agent must do: the appliance is
// measured.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "appliance.hpp"
#include "strowger/time.hpp"

namespace strowger::bench {

struct CallCounts {
    std::uint64_t started = 0;
    std::uint64_t answered = 0;
    std::uint64_t completed = 0;  // BYE was answered, too
    std::uint64_t refused = 0;    // by a final response other than 2xx
    std::uint64_t lost = 0;       // nothing final within kPatience
    std::uint64_t unsent = 0;     // the port was full
    std::uint64_t media_sent = 0;
    std::uint64_t media_received = 0;  // at the callees
};

class CallLoad {
  public:
    static constexpr Nanoseconds kPatience = 8 * kSecond;

    // `most`: calls that it may start in all.
    CallLoad(Appliance& appliance, std::size_t most);

    // The next `calls` that are started are kept up.
    void keep(std::size_t calls) { keep_ = counts.started + calls; }
    // One RTP packet of each caller whose call is kept up.
    void send_media();
    // Starts one call.
    void start(Nanoseconds now);
    // Reads and answers what has come. `hold`: how long a call is kept after its answer.
    void turn(Nanoseconds now, Nanoseconds hold);
    // Calls that were started and are neither completed, refused nor lost.
    [[nodiscard]] std::size_t live() const {
        return counts.started - counts.completed - counts.refused - counts.lost;
    }
    CallCounts counts;

  private:
    enum class State : std::uint8_t { unused, calling, up, ending, over };
    struct Call {
        State state = State::unused;
        Nanoseconds since = 0;
        char to_tag[32] = {};
        char target[128] = {};
        wire::Endpoint media;  // where the caller's goes
    };
    void on_answer(const Datagram& answer, Nanoseconds now);
    void on_request(const Datagram& request);
    void hang_up(std::size_t n);
    void send(Side side, std::string_view text);

    Appliance& appliance_;
    std::vector<Call> calls_;
    std::deque<std::size_t> up_;     // in the order in which they were answered
    std::vector<std::size_t> kept_;  // the calls that stay up
    std::size_t keep_ = 0;           // before it every call is one of them
    std::uint16_t sequence_ = 0;
    std::size_t oldest_ = 0;  // before it every call is over
    std::string text_;        // of the message that is being written
    wire::Endpoint caller_, callee_, access_, core_;
};

}  // namespace strowger::bench
