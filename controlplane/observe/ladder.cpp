#include <fmt/format.h>

#include <algorithm>

#include "observe/trace.hpp"

namespace strowger::observe {
namespace {

constexpr std::size_t kColumn = 30;  // characters from one line to the next
constexpr std::size_t kTime = 10;    // of the time in front
constexpr std::size_t kMaxPeers = 6;

// Where a peer stands: 0 is the left one, 1 is us, 2 … are the others in the order of their first message.
std::size_t column_of(const wire::Endpoint& peer, const std::vector<wire::Endpoint>& peers) {
    const auto at = static_cast<std::size_t>(std::find(peers.begin(), peers.end(), peer) - peers.begin());
    return at == 0 ? 0 : at + 1;
}

void put(std::string& line, std::size_t at, std::string_view text) {
    if (line.size() < at + text.size()) line.resize(at + text.size(), ' ');
    std::copy(text.begin(), text.end(), line.begin() + static_cast<std::ptrdiff_t>(at));
}

std::string lifelines(std::size_t columns) {
    std::string line(kTime + 1 + (columns - 1) * kColumn, ' ');
    for (std::size_t c = 0; c < columns; ++c) line[kTime + c * kColumn] = '|';
    return line;
}

// "|----- INVITE 1002 (sdp) ------>|" between two columns.
void draw_arrow(std::string& line, std::size_t from, std::size_t to, std::string label) {
    const std::size_t left = kTime + std::min(from, to) * kColumn;
    const std::size_t right = kTime + std::max(from, to) * kColumn;
    const std::size_t room = right - left - 1;
    if (label.size() + 4 > room) label.resize(room - 4);
    std::string arrow(room, '-');
    put(arrow, (room - label.size()) / 2 - 1, " " + label + " ");
    (to > from ? arrow.back() : arrow.front()) = to > from ? '>' : '<';
    put(line, left + 1, arrow);
}

}  // namespace

std::string ladder(const std::vector<const TracedMessage*>& messages) {
    if (messages.empty()) return {};
    std::vector<wire::Endpoint> peers;
    for (const TracedMessage* m : messages)
        if (std::find(peers.begin(), peers.end(), m->flow.remote) == peers.end() && peers.size() < kMaxPeers)
            peers.push_back(m->flow.remote);
    const std::size_t columns = peers.size() + 1;

    std::string head(kTime, ' ');
    for (std::size_t i = 0; i < peers.size(); ++i)
        put(head, kTime + (i == 0 ? 0 : i + 1) * kColumn, wire::to_string(peers[i]));
    put(head, kTime + kColumn, "strowger");
    std::string out = head + "\n";
    const Nanoseconds start = messages.front()->time;
    for (const TracedMessage* m : messages) {
        const Summary summary = summarise(m->text);
        std::string label = summary.what;
        if (summary.has_sdp) label += " (sdp)";
        if (m->retransmission) label += " again";
        std::string line = lifelines(columns);
        put(line, 0, fmt::format("{:>8.1f}", static_cast<double>(m->time - start) / 1e6));
        const std::size_t peer = column_of(m->flow.remote, peers);
        if (peer <= columns) draw_arrow(line, m->outgoing ? 1 : peer, m->outgoing ? peer : 1, label);
        while (!line.empty() && line.back() == ' ') line.pop_back();
        out += line + "\n";
    }
    return out + "times in milliseconds\n";
}

}  // namespace strowger::observe
