// The control plane's loop: what the workers have goes first, then timers, then everything that Asio watches.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <ctime>
#include <span>

#include "daemon_parts.hpp"

namespace strowger {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kBatch = 256;
constexpr int kHandlersATurn = 64;
constexpr Nanoseconds kLongestSleep =
    100 * kMillisecond;                         // waiting messages and expiry are looked at that often
constexpr Nanoseconds kFarewell = 2 * kSecond;  // for BYEs at the end

// Calls `ready` whenever the descriptor is readable, for as long as it is open.
template <typename Ready>
void watch_readable(asio::posix::stream_descriptor& descriptor, Ready ready) {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [&descriptor, ready](const boost::system::error_code& error) {
                              if (error) return;
                              ready();
                              watch_readable(descriptor, ready);
                          });
}

// Another core wrote the message: its lines come while the one before is worked on.
void prefetch(const rings::Punt& punt) {
    if (punt.kind != rings::PuntKind::sip) return;
    constexpr std::uint32_t kLine = 64;
    constexpr std::uint32_t kMost = 16 * kLine;
    for (std::uint32_t at = 0; at < std::min(punt.length, kMost); at += kLine)
        __builtin_prefetch(punt.data + at);
    const char* view = reinterpret_cast<const char*>(punt.view);
    for (std::uint32_t at = 0; at < 6 * kLine; at += kLine) __builtin_prefetch(view + at);
}

}  // namespace

std::int64_t unix_now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void DaemonParts::watch() {
    wake.assign(dataplane->wake_fd());
    watch_readable(wake, [this] {  // turn() does the work
        std::uint64_t count = 0;
        [[maybe_unused]] const auto n = ::read(wake.native_handle(), &count, sizeof count);
    });
    netlink.assign(mirror.fd());
    watch_readable(netlink, [this] {
        if (!mirror.on_readable()) return;
        warnings = publisher->republish();
        after_publish();
    });
    signals.add(SIGTERM);
    signals.add(SIGINT);
    signals.async_wait(
        [this](const boost::system::error_code& error, int) { stopping = stopping || !error; });
}

std::vector<std::string> DaemonParts::open_companions() {
    unwatch_sockets();  // before any of them is closed
    auto problems = companions->configure(publisher->live(), shared_ports);
    watch_sockets();
    return problems;
}

void DaemonParts::watch_sockets() {
    for (const int fd : companions->fds()) {
        sockets.push_back(std::make_unique<asio::posix::stream_descriptor>(io, fd));
        watch_readable(*sockets.back(), [this, fd] { companions->on_readable(fd); });
    }
    for (const PortState& port : dataplane->ports()) {
        if (port.tap_fd < 0) continue;
        sockets.push_back(std::make_unique<asio::posix::stream_descriptor>(io, port.tap_fd));
        watch_readable(*sockets.back(), [this] { dataplane->poll_taps(); });
    }
}

void DaemonParts::watch_dns() {
    watch_readable(dns, [this] { unbound.process(); });
}

void DaemonParts::unwatch_sockets() {
    for (auto& socket : sockets) socket->release();  // the descriptors are not ours to close
    sockets.clear();
}

void DaemonParts::take_copies() {
    std::array<rings::Copy, 16> copies;
    for (int i = 0; i < 4; ++i) {
        const std::size_t n = dataplane->copies(copies);
        for (const rings::Copy& copy : std::span(copies).first(n)) {
            const net::Flow flow{.transport = net::TransportKind::udp,
                                 .realm = copy.realm,
                                 .listener = copy.listener,
                                 .worker = copy.worker,
                                 .local = copy.local,
                                 .remote = copy.remote};
            trace->on_message(copy.outgoing, false, flow, {copy.text.data(), copy.length}, copy.time);
        }
        if (n < copies.size()) return;
    }
}

bool DaemonParts::turn() {
    const Nanoseconds now = clock_now();
    transport->set_now(now);
    sessions->set_now(now);
    wheel->advance(now);

    std::array<rings::Punt, kBatch> punts;
    const std::size_t punted = dataplane->punts(punts);
    for (std::size_t i = 0; i < punted; ++i) {
        if (i + 1 < punted) prefetch(punts[i + 1]);
        if (punts[i].kind == rings::PuntKind::sip)
            layer->receive(message::Incoming::from_punt(punts[i], punts[i].destination));
    }
    dataplane->release({punts.data(), punted});

    std::array<rings::Event, kBatch> told;
    const std::size_t happened = dataplane->events(told);
    for (std::size_t i = 0; i < happened; ++i)
        if (told[i].kind == rings::EventKind::hop_wanted)
            mirror.resolve(told[i].interface, told[i].remote.address, now);
        else if (!samples.take(told[i]))
            calls->on_media_event(told[i]);
    if (now - sampled >= kSecond) {
        sampled = now;
        samples.ask(*calls, *dataplane);
        health_events->look(trunks);
        overload_events->look(*dataplane, now);
        keep_proxy();
    }

    resolve_names();
    take_copies();
    dataplane->poll_taps();
    transport->reap();
    if (transport->counts().waiting != 0) transport->retry();
    const media::SessionCounts& media = sessions->counts();
    if (media.waiting_commands + media.waiting_hops != 0) sessions->retry();
    return punted + happened != 0;
}

void DaemonParts::wait() {
    if (!dataplane->arm()) return;
    const Nanoseconds until = std::min(wheel->next(), clock_now() + kLongestSleep);
    const Nanoseconds sleep = until - clock_now();
    if (sleep > 0) io.run_one_for(std::chrono::nanoseconds(sleep));
}

void DaemonParts::finish() {
    server->close();
    registrations->leave();
    const std::size_t ended = calls->end_all("the appliance is shut down");
    if (ended != 0) spdlog::info("{} calls in progress are ended", ended);
    const auto unfinished = [this] {
        const auto& all = registrations->all();
        const auto reports = credit->counts();
        return calls->counts().calls != 0 || reports.under_way + reports.reports != 0 ||
               std::any_of(all.begin(), all.end(), [](const auto& r) { return r.leaving && r.waiting; });
    };
    for (const Nanoseconds end = clock_now() + kFarewell; clock_now() < end && unfinished();) {
        io.poll();
        if (!turn()) wait();
    }
    store->drain();
    wake.release();
    netlink.release();
    if (dns.is_open()) dns.release();
    unwatch_sockets();
    dataplane->stop();
    spdlog::info("ended");
}

void Daemon::run() {
    DaemonParts& p = *parts_;
    p.watch();
    while (!p.stopping) {
        p.io.restart();
        // A bounded share: what never ends being ready must not keep the workers waiting.
        for (int i = 0; i < kHandlersATurn && p.io.poll_one() != 0; ++i) {
        }
        if (!p.turn()) p.wait();
    }
    p.finish();
}

}  // namespace strowger
