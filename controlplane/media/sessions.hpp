// Media sessions: descriptions in, descriptions out, ports and worker commands in between.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "media/port_pool.hpp"
#include "media/session.hpp"
#include "strowger/dataplane.hpp"
#include "strowger/time.hpp"

namespace strowger::media {

// Next hops of media, from the kernel mirror.
class NextHops {
  public:
    virtual ~NextHops() = default;
    // kNone: not known yet; the kernel was asked, Sessions::retry() asks again.
    virtual AdjacencyId next_hop(MediaAddressId from, const wire::IpAddress& to) = 0;
};

// Our media addresses in a realm. Calls take those of their family in turn, as long as they have a free port.
struct RealmMedia {
    struct Address {
        MediaAddressId id = kNone<MediaAddressId>;
        wire::IpAddress address;
        std::uint16_t low = 16'384;   // host order, even
        std::uint16_t high = 32'767;  // inclusive, odd
    };
    std::vector<Address> addresses;
    std::uint8_t dscp = 46;
};

enum class Outcome : std::uint8_t {
    ok,
    malformed,   // not a session description: 400 or 488
    no_address,  // the realm has no media address of that family: 488
    no_ports,    // pool exhausted: 503
    refused,     // policy leaves no m= line: 488
};
[[nodiscard]] std::string_view explain(Outcome outcome) noexcept;

struct Directions {
    const CodecPolicy* codecs = nullptr;  // of the receiver of an offer
    bool hide_names = false;
};

struct SessionCounts {
    std::uint64_t legs = 0;  // installed now
    std::uint64_t offers = 0;
    std::uint64_t answers = 0;
    std::uint64_t no_ports = 0;
    std::uint64_t waiting_commands = 0;  // now: the worker's ring was full
    std::uint64_t waiting_hops = 0;      // now
};

// Control thread only. A Session and its Sides belong to the caller; this class owns ports and what is on its
// way to the workers.
class Sessions {
  public:
    Sessions(Dataplane& dataplane, NextHops& hops, Nanoseconds quarantine = kPortRest);

    // What a realm has. Ports of addresses that are no longer named live on until given back.
    void configure(RealmId realm, const RealmMedia& media);
    void set_now(Nanoseconds now) { now_ = now; }

    // Makes a side ready: our address of the family of `signalling`. `session_id` is the o= line's, not 0.
    Outcome open(Side& side, RealmId realm, const wire::IpAddress& signalling, std::uint64_t session_id);

    // `from` offers `text`; `out` becomes what `to` is offered. New streams get ports on both sides and are
    // open for media at once. On any outcome but ok nothing has changed.
    Outcome offer(Session& session, Side& from, Side& to, std::string_view text, const Directions& directions,
                  std::string& out);
    // `from` answers what `to` offered last; `out` becomes what `to` is answered. `final`: lines that were
    // refused give their ports back; before that (early media) they are kept, since another branch may take
    // them.
    Outcome answer(Session& session, Side& from, Side& to, std::string_view text, bool final,
                   const Directions& directions, std::string& out);
    // `text` is an offer of the side, which nobody takes up now: `out` becomes an answer that accepts it
    // with a=inactive. The side is open.
    Outcome hold(Side& side, std::string_view text, std::string& out);
    // The last offer of either side was refused: what held before it holds on.
    void rollback(Session& session, Side& a, Side& b);
    // Media is expected from now on: the call was answered.
    void start(Session& session, Side& a, Side& b);
    // Closes all legs of the side. Session::closing tells when the last report is in.
    void release(Session& session, Side& side);

    // Every event of the session. removed: fills the session's report. latched: gives the worker its next
    // hop.
    void on_event(Session& session, Side& a, Side& b, const rings::Event& event);
    // An event whose session is no more: the port comes back nevertheless.
    void on_orphan(const rings::Event& event);
    // Asks for the statistics of every leg of the side; returns how many answers will come.
    std::size_t query(const Session& session, const Side& side);

    // Sends what waited for room or for a next hop. Once a loop while counts() tells that something waits.
    void retry();

    [[nodiscard]] const SessionCounts& counts();
    [[nodiscard]] PortPools& ports() { return ports_; }

  private:
    bool place(Session& session, const Side& a, const Side& b);
    bool grow(Session& session, Side& from, Side& to);
    void shrink(Session& session, Side& side);
    void drop_fresh(Side& side);
    void close(Session& session, Side& side, std::size_t i);
    void sync(Session& session, Side& a, Side& b);
    void sync_leg(Session& session, Side& side, const Side& peer, std::size_t i);
    void fill(const Session& session, const Side& side, const Side& peer, std::size_t i,
              rings::Command& out) const;
    void send(const rings::Command& command);
    void give_hop(rings::Command& command);
    void plan_lines(const Side& offerer, const Side& receiver, bool direct);

    Dataplane& dataplane_;
    NextHops& hops_;
    PortPools ports_;
    Nanoseconds now_ = 0;
    std::size_t next_worker_ = 0;
    std::vector<RealmMedia> realms_;
    std::size_t next_address_ = 0;
    std::deque<rings::Command> waiting_;
    std::unordered_map<std::uint32_t, rings::Command> without_hop_;  // by leg
    SessionCounts counts_;
    // Scratch of one call of offer() or answer().
    wire::SdpView view_;
    std::vector<StreamDescription> described_;
    std::vector<LinePlan> lines_;
};

// True when a stream of either side is on hold (RFC 3264 8.4, any of the three spellings).
[[nodiscard]] bool on_hold(const Side& a, const Side& b);

}  // namespace strowger::media
