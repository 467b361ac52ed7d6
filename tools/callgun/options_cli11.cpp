// The only file that knows CLI11.
#include <CLI/CLI.hpp>

#include <sstream>

#include "options.hpp"
#include "port_text.hpp"

namespace strowger::callgun {
namespace {

constexpr const char* kAbout =
    "callgun: SIP and RTP load from one poll-mode core, at a set rate or at the highest that a server "
    "bears.\n"
    "Arrivals are open loop: a late answer delays no later attempt, and delays count from when an attempt "
    "was due.";
constexpr const char* kFooter =
    "Examples:\n"
    "  callgun options 10.10.0.1:5060 --port af_xdp:eth0 --addresses 10.10.0.100-109 --rate 1000\n"
    "  callgun register 10.10.0.1:5060 --port af_xdp:eth0 --addresses 10.10.0.100 --users 1001-1099 "
    "--password "
    "'secret-{user}' --domain lab.example --avalanche --rate 5000\n"
    "  callgun calls 10.20.0.1:5060 --port af_xdp:eth0@stw-core --addresses 10.20.0.10 --answer-port "
    "af_xdp:eth0@stw-access --answer-addresses 10.10.0.101 --numbers 1001 --rtp --search\n"
    "Exit status: 0 all attempts completed (with --search: a rate was found), 1 some failed, 2 it could not "
    "start.";

// As the command line has it, before it is checked.
struct Given {
    std::string target;
    std::string port;
    std::string addresses;
    std::string sip_ports = "5060";
    std::string answer_port;
    std::string answer_addresses;
    std::string answer_sip_ports = "5060";
    std::string media_ports = "20000-59999";
    std::string users = "callgun";
    std::string numbers = "2001";
    std::string codec = "pcma";
    double ring = 0;
    double hold = 1;
    double jitter_buffer_ms = 60;
    double t1_ms = 500;
    double allowed_percent = 0.1;
    double allowed_repeated_percent = 100;
};

void add_ports(CLI::App& app, Given& given) {
    app.add_option(
           "--port", given.port,
           "af_xdp:INTERFACE[@NETNS], memif:SOCKET[,server][,tap=NAME][,prefix=LENGTH][@NETNS], or loop")
        ->required();
    app.add_option("--addresses", given.addresses,
                   "Our addresses: 10.10.0.100-199, fd10:a::100-1ff, lists with commas")
        ->required();
    app.add_option("--sip-ports", given.sip_ports, "Our UDP ports on each address")->capture_default_str();
}

void add_run(CLI::App& app, Options& out) {
    app.add_option("--duration", out.duration, "Seconds of load")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 86'400.0));
    app.add_option("--cpu", out.cpu, "CPU of the poll-mode core; -1: any")->capture_default_str();
    app.add_flag("--relaxed", out.relaxed, "Sleep 50 µs when there is nothing to do, instead of polling on");
    app.add_option("--slots", out.slots, "Attempts in progress at once; 0: from rate and length")
        ->capture_default_str()
        ->check(CLI::Range(0u, 1'000'000u));
    app.add_option("--packet-buffers", out.packet_buffers, "Packets in flight")
        ->capture_default_str()
        ->check(CLI::Range(4096u, 1'048'576u));
    app.add_option("--json", out.json,
                   "Write the report to this file, too; - is standard output, without the text");
    app.add_flag("--quiet", out.quiet, "No live view");
}

void add_load(CLI::App& app, Options& out, Given& given) {
    app.add_option("TARGET", given.target, "ADDRESS:PORT of the system under test")->required();
    add_ports(app, given);
    app.add_option("--rate", out.rate, "Attempts a second; with --search, where it begins")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 10'000'000.0));
    app.add_option("--count", out.count, "Attempts in all; 0: rate x duration")->capture_default_str();
    app.add_option("--users", given.users, "Names of our users: 1001-1099, u0001-u5000")
        ->capture_default_str();
    app.add_option("--password", out.password,
                   "Answers digest challenges; {user} stands for the user's name");
    app.add_option("--domain", out.domain, "Host part of our URIs; the target's address by default");
    app.add_option("--t1", given.t1_ms, "Timer T1 in milliseconds")
        ->capture_default_str()
        ->check(CLI::Range(10.0, 5000.0));
    app.add_flag("--search", out.search, "Find the highest rate with at most --allowed failures");
    app.add_option("--allowed", given.allowed_percent, "Failures in percent that a rate may have")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 50.0));
    app.add_option("--allowed-resent", given.allowed_repeated_percent,
                   "Search: percent of the attempts that may complete only after a retransmission")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 100.0));
    app.add_option("--step", out.step, "Search: seconds of load at each rate")
        ->capture_default_str()
        ->check(CLI::Range(0.5, 3600.0));
    app.add_option("--rest", out.rest, "Search: seconds between two rates")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 600.0));
    app.add_option("--max-rate", out.max_rate, "Search: no rate above this")
        ->capture_default_str()
        ->check(CLI::Range(1.0, 10'000'000.0));
    app.add_option("--precision", out.precision, "Search: ends when two rates differ by this part")
        ->capture_default_str()
        ->check(CLI::Range(0.001, 0.5));
    app.add_option("--tries", out.tries, "Search: how often a rate is tried before it counts as failed")
        ->capture_default_str()
        ->check(CLI::Range(1u, 10u));
    add_run(app, out);
}

void add_answering(CLI::App& app, Given& given, Options& out) {
    app.add_option("--ring", given.ring, "Seconds that our callees ring")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 180.0));
    app.add_option("--hold", given.hold, "Seconds that a call lasts once it is answered")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 3600.0));
    app.add_flag("--rtp", out.rtp, "G.711 both ways, 50 packets a second, with loss and delay measured");
    app.add_option("--codec", given.codec, "pcma or pcmu")
        ->capture_default_str()
        ->check(CLI::IsMember({"pcma", "pcmu"}));
    app.add_option("--media-ports", given.media_ports, "UDP ports of our media")->capture_default_str();
    app.add_option("--jitter-buffer", given.jitter_buffer_ms,
                   "Milliseconds; a packet that comes later is late")
        ->capture_default_str()
        ->check(CLI::Range(1.0, 10'000.0));
}

bool parse_side(const char* what, const std::string& port, const std::string& addresses,
                const std::string& sip, Side& side, std::string& error) {
    const bool good = parse_port(port, side, error) && parse_addresses(addresses, side.addresses, error) &&
                      parse_ports(sip, side.sip, error);
    if (!good) error = std::string(what) + ": " + error;
    return good;
}

bool check_media(const Options& out, std::string& error) {
    for (const Side* side : {&out.caller, &out.callee}) {
        if (side->addresses.empty()) continue;
        if (side->sip.low <= out.media.high && side->sip.high >= out.media.low) {
            error = "--media-ports overlap with the SIP ports; choose others";
            return false;
        }
        if (side->addresses.size() * side->sip.size() > 4096) {
            error = "addresses x SIP ports are more than 4096, which is all that the XDP filter holds";
            return false;
        }
    }
    return true;
}

bool check(Options& out, const Given& given, std::string& error) {
    if (!parse_side("--port, --addresses", given.port, given.addresses, given.sip_ports, out.caller, error))
        return false;
    if (!given.answer_addresses.empty() &&
        !parse_side("--answer-port, --answer-addresses",
                    given.answer_port.empty() ? given.port : given.answer_port, given.answer_addresses,
                    given.answer_sip_ports, out.callee, error))
        return false;
    if (given.answer_addresses.empty() && !given.answer_port.empty()) {
        error = "--answer-port needs --answer-addresses";
        return false;
    }
    if (!same_port(out.caller, out.callee) && !out.callee.addresses.empty() &&
        out.caller.port.driver == PortDriver::ring) {
        error = "with a loop as --port both sides are on it: leave --answer-port out";
        return false;
    }
    if (out.role == Role::both && out.callee.addresses.empty()) out.role = Role::caller;
    if (!Names::parse(given.users, out.users, error)) return error = "--users: " + error, false;
    if (!Names::parse(given.numbers, out.numbers, error)) return error = "--numbers: " + error, false;
    if (!parse_ports(given.media_ports, out.media, error)) return error = "--media-ports: " + error, false;
    out.media.low = static_cast<std::uint16_t>((out.media.low + 1u) & ~1u);
    if (out.media.high <= out.media.low)
        return error = "--media-ports: RTP needs an even and an odd port", false;
    if (!check_media(out, error)) return false;
    if (out.role != Role::callee) {
        const auto target = wire::parse_endpoint(given.target);
        if (!target || target->port.host() == 0)
            return error = "'" + given.target + "' is no target; write 10.10.0.1:5060 or [fd10:a::1]:5060",
                   false;
        out.target = *target;
        for (const wire::IpAddress& address : out.caller.addresses)
            if (address.is_v4() != target->address.is_v4())
                return error = "--addresses and TARGET must be of one family", false;
    }
    if (out.password.size() > 80) return error = "--password: at most 80 bytes", false;
    if (out.domain.size() > 128) return error = "--domain: at most 128 bytes", false;
    if (out.users.size() > 4'000'000) return error = "--users: at most 4,000,000", false;
    if (out.avalanche && out.search) return error = "--avalanche and --search: one of them", false;
    const auto time = [](double seconds) {
        return static_cast<Nanoseconds>(seconds * static_cast<double>(kSecond));
    };
    out.ring = time(given.ring);
    out.hold = time(given.hold);
    out.pcmu = given.codec == "pcmu";
    out.jitter_buffer = time(given.jitter_buffer_ms / 1000);
    out.t1 = time(given.t1_ms / 1000);
    out.t2 = std::max(out.t1, 4 * kSecond);
    out.allowed_failures = given.allowed_percent / 100;
    out.allowed_repeated = given.allowed_repeated_percent / 100;
    if (out.avalanche) out.count = out.users.size();
    return true;
}

}  // namespace

bool parse_options(int argc, const char* const* argv, Options& out, std::string& answer, int& exit_code) {
    CLI::App app(kAbout, "callgun");
    app.footer(kFooter);
    app.require_subcommand(1);
    Given given;
    CLI::App* options = app.add_subcommand("options", "OPTIONS, one answer each");
    add_load(*options, out, given);
    CLI::App* registers = app.add_subcommand("register", "REGISTER with digest: first ones and refreshes");
    add_load(*registers, out, given);
    registers->add_option("--expires", out.expires, "Seconds that a registration is to last")
        ->capture_default_str();
    registers->add_flag("--fresh", out.fresh,
                        "Wait for a challenge each time, instead of using the nonce of last time");
    registers->add_flag("--avalanche", out.avalanche,
                        "Every user once, again and again until it is registered; tells when all are");
    CLI::App* calls = app.add_subcommand("calls", "INVITE to BYE, answered by ourselves or by somebody else");
    add_load(*calls, out, given);
    calls->add_option("--numbers", given.numbers, "Whom we call: 2000-2999")->capture_default_str();
    calls->add_option("--answer-port", given.answer_port, "Port of our callees; that of --port by default");
    calls->add_option("--answer-addresses", given.answer_addresses,
                      "Addresses of our callees; without them somebody else answers");
    calls->add_option("--answer-sip-ports", given.answer_sip_ports, "UDP ports of our callees")
        ->capture_default_str();
    add_answering(*calls, given, out);
    CLI::App* answers = app.add_subcommand("answer", "Answers calls for --duration and makes none");
    add_ports(*answers, given);
    add_answering(*answers, given, out);
    add_run(*answers, out);
    std::string error;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        std::ostringstream text;
        exit_code = app.exit(problem, text, text) == 0 ? 0 : 2;
        answer = text.str();
        return false;
    }
    out.load = options->parsed() ? Load::options : registers->parsed() ? Load::register_ : Load::calls;
    if (answers->parsed()) out.role = Role::callee;
    if (check(out, given, error)) return true;
    answer = "callgun: " + error + "\n";
    exit_code = 2;
    return false;
}

}  // namespace strowger::callgun
