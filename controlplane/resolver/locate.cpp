#include "resolver/locate.hpp"

#include <algorithm>

#include "strowger/wire/sip_values.hpp"

namespace strowger::resolver {
namespace {

using net::TransportKind;

constexpr std::size_t kMostHops = 64;

struct Service {
    TransportKind transport;
    bool secure;
    const char* naptr;
    const char* srv;
    std::uint16_t port;
};
// In the order of our preference where the domain has none (RFC 3263 4.1).
constexpr Service kServices[] = {
    {TransportKind::tls, true, "SIPS+D2T", "_sips._tcp.", 5061},
    {TransportKind::udp, false, "SIP+D2U", "_sip._udp.", 5060},
    {TransportKind::tcp, false, "SIP+D2T", "_sip._tcp.", 5060},
    {TransportKind::ws, false, "SIP+D2W", "_sip._ws.", 80},
    {TransportKind::wss, true, "SIPS+D2W", "_sips._ws.", 443},
};

const Service& service_of(TransportKind transport) {
    return *std::find_if(std::begin(kServices), std::end(kServices),
                         [&](const Service& s) { return s.transport == transport; });
}

class Search {
  public:
    Search(const Wanted& wanted, const std::function<Reading(const Question&)>& read)
        : wanted_(wanted), read_(read) {}

    Location run() {
        if (wanted_.transport && (wanted_.transports & bit_of(*wanted_.transport)) == 0)
            return fail("its transport is not spoken here");
        if (wanted_.transport) {
            with_transport(service_of(*wanted_.transport));
        } else if (wanted_.port != 0) {
            const auto usual = wanted_.secure ? TransportKind::tls : TransportKind::udp;
            if (!usable(service_of(usual))) return fail("its transport is not spoken here");
            addresses(wanted_.host, usual, wanted_.port, 1);
        } else {
            by_naptr();
        }
        return finish();
    }

  private:
    [[nodiscard]] bool usable(const Service& s) const {
        return (wanted_.transports & bit_of(s.transport)) != 0 && (!wanted_.secure || s.secure);
    }

    Location fail(const char* why) const {
        Location out;
        out.why = why;
        return out;
    }

    const std::vector<std::string>* read(const std::string& name, Type type) {
        const Reading reading = read_({name, type});
        switch (reading.state) {
            case Reading::State::pending:
                pending_ = true;
                return nullptr;
            case Reading::State::failed:
                failed_ = true;
                break;
            default:
                break;
        }
        until_ = until_ == 0 ? reading.until : std::min(until_, reading.until);
        stale_ = stale_ || reading.stale;
        return reading.state == Reading::State::found ? reading.records : nullptr;
    }

    void with_transport(const Service& service) {
        if (wanted_.port != 0) return addresses(wanted_.host, service.transport, wanted_.port, 1);
        if (!by_srv(service.srv + wanted_.host, service.transport) && !pending_ && !refused_)
            addresses(wanted_.host, service.transport, service.port, 1);
    }

    void by_naptr() {
        std::vector<Naptr> entries;
        if (const auto* records = read(wanted_.host, Type::naptr))
            for (const std::string& record : *records)
                if (auto entry = parse_naptr(record)) entries.push_back(std::move(*entry));
        if (pending_) return;
        std::stable_sort(entries.begin(), entries.end(), [](const Naptr& a, const Naptr& b) {
            return a.order != b.order ? a.order < b.order : a.preference < b.preference;
        });
        bool any = false;
        for (const Naptr& entry : entries)
            for (const Service& service : kServices)
                // RFC 3263 4.1: flag "s", and a replacement, no expression.
                if (usable(service) && wire::same_token(entry.services, service.naptr) &&
                    wire::same_token(entry.flags, "s") && !entry.replacement.empty())
                    any = by_srv(entry.replacement, service.transport) || any;
        if (any || pending_) return;
        bool found = false;
        for (const Service& service : kServices)
            if (usable(service)) found = by_srv(service.srv + wanted_.host, service.transport) || found;
        if (found || pending_ || refused_) return;
        const auto usual = wanted_.secure ? TransportKind::tls : TransportKind::udp;
        if (usable(service_of(usual))) addresses(wanted_.host, usual, service_of(usual).port, 1);
    }

    // Whether there are SRV records.
    bool by_srv(const std::string& name, TransportKind transport) {
        const auto* records = read(name, Type::srv);
        if (records == nullptr) return false;
        std::vector<Srv> entries;
        for (const std::string& record : *records)
            if (auto entry = parse_srv(record)) entries.push_back(std::move(*entry));
        if (entries.size() == 1 && entries.front().target.empty()) {
            refused_ = true;
            return true;
        }
        std::stable_sort(entries.begin(), entries.end(),
                         [](const Srv& a, const Srv& b) { return a.priority < b.priority; });
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (i == 0 || entries[i].priority != entries[i - 1].priority) ++tier_;
            // Weight 0 is a very small chance beside others (RFC 2782), and an equal one among its like.
            if (!entries[i].target.empty())
                addresses(entries[i].target, transport, entries[i].port,
                          std::max<std::uint32_t>(1, entries[i].weight * 100u));
        }
        return true;
    }

    void addresses(const std::string& host, TransportKind transport, std::uint16_t port,
                   std::uint32_t weight) {
        const std::size_t first = hops_.size();
        for (const Type type : {Type::aaaa, Type::a}) {
            if (type == Type::a ? !wanted_.v4 : !wanted_.v6) continue;
            const auto* records = read(host, type);
            if (records == nullptr) continue;
            for (const std::string& record : *records) {
                const auto address = parse_address_record(type, record);
                if (!address || hops_.size() == kMostHops) continue;
                const Hop hop{transport, {*address, wire::be16::from_host(port)}, tier_, weight};
                const bool known = std::any_of(hops_.begin(), hops_.end(), [&](const Hop& h) {
                    return h.transport == hop.transport && h.remote == hop.remote;
                });
                if (!known) hops_.push_back(hop);
            }
        }
        // A host's share is its addresses' together.
        const auto n = static_cast<std::uint32_t>(hops_.size() - first);
        for (std::size_t i = first; i < hops_.size(); ++i)
            hops_[i].weight = std::max<std::uint32_t>(1, weight / n);
    }

    Location finish() {
        Location out;
        if (pending_) {
            out.state = Location::State::pending;
            return out;
        }
        out.until = until_;
        out.stale = stale_;
        if (hops_.empty()) {
            out.why = refused_  ? "the domain says that it offers no SIP"
                      : failed_ ? "no name server answers"
                                : "the name has no address";
            return out;
        }
        out.state = Location::State::ready;
        out.hops = std::move(hops_);
        return out;
    }

    const Wanted& wanted_;
    const std::function<Reading(const Question&)>& read_;
    std::vector<Hop> hops_;
    Nanoseconds until_ = 0;
    std::uint16_t tier_ = 0;
    bool pending_ = false;
    bool failed_ = false;
    bool stale_ = false;
    bool refused_ = false;
};

}  // namespace

Location locate(const Wanted& wanted, const std::function<Reading(const Question&)>& read) {
    return Search(wanted, read).run();
}

}  // namespace strowger::resolver
