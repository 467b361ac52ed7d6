// The whole appliance under more than it can do. First the rated number of calls a second: as many as
// complete when never more than a window of them is open. Then ten times as many, in an open loop, while
// calls that are in progress speak; then a quarter of the rated with a flood of scanners and stray media.
// Where there are two CPUs the control thread has one, and the worker and the load share the other.
// Prints what Google Benchmark prints, for bench/runner.
#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "control/call_load.hpp"

namespace strowger::bench {
namespace {

constexpr std::size_t kSpeaking = 50;
constexpr Nanoseconds kFrame = 20 * kMillisecond;

[[noreturn]] void fail(const char* what, const CallCounts& c) {
    std::fprintf(
        stderr, "overload: %s: %lu started, %lu answered, %lu completed, %lu refused, %lu lost, %lu unsent\n",
        what, c.started, c.answered, c.completed, c.refused, c.lost, c.unsent);
    ::_exit(1);
}

// Media every 20 ms, whatever else there is.
struct Speech {
    Nanoseconds next = clock_now();
    void turn(CallLoad& load, Nanoseconds now) {
        for (; now >= next; next += kFrame) load.send_media();
    }
};

// Calls completed a second with at most `window` open. `cpu_s`: of the control thread, a call.
double rated(Appliance& appliance, CallLoad& load, double seconds, std::size_t window, double& cpu_s) {
    Speech speech;
    const double cpu = appliance.control_seconds();
    const Nanoseconds start = clock_now();
    const auto end = start + static_cast<Nanoseconds>(seconds * 1e9);
    const std::uint64_t before = load.counts.completed;
    for (Nanoseconds now = start; now < end; now = clock_now()) {
        for (int i = 0; i < 16 && load.live() < window + kSpeaking; ++i) load.start(now);
        load.turn(now, 0);
        speech.turn(load, now);
        ::sched_yield();
    }
    const auto completed = static_cast<double>(load.counts.completed - before);
    cpu_s = (appliance.control_seconds() - cpu) / completed;
    return completed / seconds;
}

struct Arrived : CallCounts {
    // While they arrived, but for the first quarter of a second.
    std::uint64_t offered = 0;
    std::uint64_t in_time = 0;  // completed
    double cpu_s = 0;           // of the control thread
};

// `rate` calls a second arrive, come what may. `noise` is called once a turn.
template <typename Noise>
Arrived arrive(Appliance& appliance, CallLoad& load, double rate, double seconds, Noise noise) {
    Speech speech;
    const CallCounts before = load.counts;
    CallCounts from;
    double cpu = 0;
    const Nanoseconds start = clock_now();
    const Nanoseconds counted = start + kSecond / 4;
    const auto end = counted + static_cast<Nanoseconds>(seconds * 1e9);
    double given = 0;
    for (Nanoseconds now = start; now < end; now = clock_now()) {
        if (cpu == 0 && now >= counted) {
            from = load.counts;
            cpu = appliance.control_seconds();
        }
        const double due = static_cast<double>(now - start) / 1e9 * rate;
        for (int i = 0; i < 64 && given + 1 <= due; ++i, given += 1) load.start(now);
        load.turn(now, 0);
        speech.turn(load, now);
        noise(now - start);
        ::sched_yield();
    }
    const std::uint64_t offered = load.counts.started - from.started;
    const std::uint64_t in_time = load.counts.completed - from.completed;
    const double cpu_s = appliance.control_seconds() - cpu;
    for (const Nanoseconds rest = clock_now() + kSecond; clock_now() < rest; ::usleep(200))
        load.turn(clock_now(), 0);
    Arrived c{load.counts, offered, in_time, cpu_s};
    c.started -= before.started;
    c.completed -= before.completed;
    c.refused -= before.refused;
    c.lost -= before.lost;
    c.unsent -= before.unsent;
    c.media_sent -= before.media_sent;
    c.media_received -= before.media_received;
    return c;
}

}  // namespace
}  // namespace strowger::bench

int main(int argc, char** argv) {
    using namespace strowger;
    using namespace strowger::bench;
    double seconds = 4;
    for (int i = 1; i < argc; ++i)
        if (std::strncmp(argv[i], "--benchmark_min_time=", 21) == 0)
            seconds = std::atof(argv[i] + 21) < 0.1 ? 1 : 4;
    std::string error;
    if (!Appliance::isolate(error)) {
        std::fprintf(stderr, "overload: %s\n", error.c_str());
        return 1;
    }
    Appliance appliance;
    appliance.part_cpus();
    CallLoad load(appliance, 4'000'000);
    load.keep(kSpeaking);
    for (std::size_t i = 0; i < kSpeaking; ++i) load.start(clock_now());
    for (const Nanoseconds end = clock_now() + 5 * kSecond; load.counts.answered < kSpeaking;
         load.turn(clock_now(), 0))
        if (clock_now() > end) fail("the calls that speak were not answered", load.counts);
    double cpu_s = 0;
    rated(appliance, load, seconds / 4, 200, cpu_s);
    const double most = rated(appliance, load, seconds, 200, cpu_s);
    for (const Nanoseconds rest = clock_now() + kSecond; clock_now() < rest;) load.turn(clock_now(), 0);

    const Arrived over = arrive(appliance, load, 10 * most, seconds, [](Nanoseconds) {});
    for (const Nanoseconds rest = clock_now() + 2 * kSecond; clock_now() < rest;) load.turn(clock_now(), 0);

    // Scanners from some addresses, and media that belongs to nobody.
    const std::string scan =
        "OPTIONS sip:100@10.10.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.200:5060;branch=z9hG4bK-1;rport\r\n"
        "Max-Forwards: 70\r\nFrom: \"x\" <sip:100@1.1.1.1>;tag=x\r\nTo: <sip:100@1.1.1.1>\r\nCall-ID: 123\r\n"
        "CSeq: 1 OPTIONS\r\nUser-Agent: friendly-scanner\r\nContent-Length: 0\r\n\r\n";
    const std::string stray = std::string("\x80\x08", 2) + std::string(170, 'x');
    constexpr double kFlood = 200'000;
    std::uint64_t flooded = 0;
    const Arrived flood = arrive(appliance, load, most / 4, seconds, [&](Nanoseconds passed) {
        const double due = static_cast<double>(passed) / 1e9 * kFlood;
        for (int i = 0; i < 256 && static_cast<double>(flooded) < due; ++i, ++flooded) {
            const auto host = static_cast<std::uint8_t>(flooded % 16);
            const wire::Endpoint source{
                wire::IpAddress::from_v4(wire::be32::from_host(0xc6336400u | host)),
                wire::be16::from_host(static_cast<std::uint16_t>(5060 + flooded % 7))};
            const bool media = flooded % 2 == 0;
            const std::uint16_t port =
                media ? static_cast<std::uint16_t>(30'000 + flooded % 2000 / 2 * 2) : 5060;
            const wire::Endpoint to{*wire::parse_address("10.10.0.1"), wire::be16::from_host(port)};
            appliance.put(Side::access, source, to, media ? stray : scan);
        }
    });
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
    };
    std::printf(
        "{\"benchmarks\": [{\"name\": \"o\", \"run_name\": \"overload/elapsed\", \"run_type\": "
        "\"iteration\", \"cpu_time\": %f, \"time_unit\": \"s\", \"overload.rated_per_s\": %f, "
        "\"overload.offered_of_rated\": %f, \"overload.lost_share\": %f, \"overload.completed_of_rated\": "
        "%f, \"overload.completed_per_cpu_of_rated\": %f, \"overload.refused_share\": %f, "
        "\"overload.unsent_share\": %f, "
        "\"overload.media_lost_share\": %f, \"flood.packets_per_s\": %f, \"flood.calls_lost_share\": %f, "
        "\"flood.media_lost_share\": %f}]}\n",
        seconds, most, static_cast<double>(over.offered) / (most * seconds), share(over.lost, over.started),
        static_cast<double>(over.in_time) / (most * seconds),
        static_cast<double>(over.in_time) * cpu_s / over.cpu_s, share(over.refused, over.started),
        share(over.unsent, over.started), 1.0 - share(over.media_received, over.media_sent),
        static_cast<double>(flooded) / seconds, 1.0 - share(flood.completed, flood.started),
        1.0 - share(flood.media_received, flood.media_sent));
    std::fflush(stdout);
    ::_exit(0);
}
