// B2BUA calls with anchored media through the whole appliance: CPU time of the control thread a call set up
// and torn down, and octets that a call in progress takes. Prints what Google Benchmark prints, for
// bench/runner.
#include <malloc.h>
#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "call_load.hpp"
#include "rtp/leg.hpp"

namespace strowger::bench {
namespace {

// The window alone decides how many calls there are at once.
const std::string kNoRefusals = "overload_depth: 0\noverload_delay: 0s\n";

struct Row {
    std::string name;
    double cpu_ns;
    std::string more;  // further members, each with a comma before it
};

void print(const Row* rows, std::size_t count) {
    std::printf("{\"benchmarks\": [\n");
    for (std::size_t i = 0; i < count; ++i)
        std::printf(
            "{\"name\": \"%s\", \"run_name\": \"%s\", \"run_type\": \"iteration\", \"cpu_time\": %f, "
            "\"time_unit\": \"ns\"%s}%s\n",
            rows[i].name.c_str(), rows[i].name.c_str(), rows[i].cpu_ns, rows[i].more.c_str(),
            i + 1 == count ? "" : ",");
    std::printf("]}\n");
}

void fail(const char* what, const CallCounts& c) {
    std::fprintf(stderr,
                 "calls: %s: %lu started, %lu answered, %lu completed, %lu refused, %lu lost, %lu unsent\n",
                 what, c.started, c.answered, c.completed, c.refused, c.lost, c.unsent);
    std::fflush(stderr);
    ::_exit(1);
}

double octets_in_use() {
    const struct mallinfo2 now = ::mallinfo2();
    return static_cast<double>(now.uordblks + now.hblkhd);
}

// `window` calls at once, each ended as soon as it is answered, until `total` are over. Nanoseconds of the
// control thread's CPU a call, the first tenth left out.
double set_up_and_tear_down(Appliance& appliance, CallLoad& load, std::size_t total, std::size_t window) {
    double from = 0;
    const std::uint64_t before = load.counts.completed;
    std::uint64_t first = 0;
    const Nanoseconds end = clock_now() + 60 * kSecond;
    std::size_t started = 0;
    while (load.counts.completed - before < total) {
        const Nanoseconds now = clock_now();
        for (int i = 0; i < 32 && started < total && load.live() < window; ++i, ++started) load.start(now);
        const auto seen = load.counts;
        load.turn(now, 0);
        if (from == 0 && load.counts.completed - before >= total / 10) {
            from = appliance.control_seconds();
            first = load.counts.completed;
        }
        if (now > end || load.counts.refused + load.counts.lost != 0)
            fail("not every call was completed", load.counts);
        if (seen.answered == load.counts.answered && seen.completed == load.counts.completed) ::sched_yield();
    }
    return (appliance.control_seconds() - from) * 1e9 / static_cast<double>(load.counts.completed - first);
}

// Octets that a call in progress takes once its transactions are over, in the control plane's heap and in the
// worker's legs. `at_once` at most 65,000.
double octets_of_a_call(CallLoad& load, std::size_t at_once) {
    const double before = octets_in_use();
    const std::uint64_t answered = load.counts.answered;
    const Nanoseconds end = clock_now() + 60 * kSecond;
    std::size_t started = 0;
    while (load.counts.answered - answered < at_once) {
        const Nanoseconds now = clock_now();
        const std::uint64_t calling = load.counts.started - load.counts.answered;
        if (started < at_once && calling < 200) {
            load.start(now);
            ++started;
        }
        load.turn(now, 600 * kSecond);
        if (now > end || load.counts.refused + load.counts.lost != 0)
            fail("not every call was answered", load.counts);
    }
    // T1 is 50 ms here: the last transaction is over after 64 of them.
    for (const Nanoseconds rest = clock_now() + 5 * kSecond; clock_now() < rest; ::usleep(1000))
        load.turn(clock_now(), 600 * kSecond);
    return (octets_in_use() - before) / static_cast<double>(at_once) +
           2.0 * (sizeof(rtp::Leg) + sizeof(rtp::LegCold));
}

}  // namespace
}  // namespace strowger::bench

// --benchmark_min_time of at least 0.1: the full number of calls. --benchmark_filter=memory: octets, else
// CPU.
int main(int argc, char** argv) {
    using namespace strowger::bench;
    double seconds = 0.5;
    bool memory = false;
    for (int i = 1; i < argc; ++i) {
        if (std::strncmp(argv[i], "--benchmark_min_time=", 21) == 0) seconds = std::atof(argv[i] + 21);
        memory |= std::strcmp(argv[i], "--benchmark_filter=memory") == 0;
    }
    const std::size_t total = seconds >= 0.1 ? 60'000 : seconds >= 0.01 ? 10'000 : 500;
    std::string error;
    if (!Appliance::isolate(error)) {
        std::fprintf(stderr, "calls: %s\n", error.c_str());
        return 1;
    }
    if (memory) {
        Appliance appliance(kNoRefusals + "t1: 50ms\ntrace_messages: 1000\n");
        CallLoad load(appliance, total + 2000);
        set_up_and_tear_down(appliance, load, 1000, 200);  // pools and caches have their size
        ::sleep(4);
        const double octets = octets_of_a_call(load, total / 3);
        const Row row{"call/octets", 0, ", \"memory.bytes_per_call\": " + std::to_string(octets)};
        print(&row, 1);
        std::fflush(stdout);
        ::_exit(0);  // thousands of calls need not be hung up
    }
    Appliance appliance(kNoRefusals);
    CallLoad load(appliance, total + 2000);
    const double ns = set_up_and_tear_down(appliance, load, total, 500);
    const Row row{"b2bua/control", ns, ""};
    print(&row, 1);
    std::fflush(stdout);
    ::_exit(0);
}
