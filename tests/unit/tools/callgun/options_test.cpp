#include <gtest/gtest.h>

#include "options.hpp"

namespace strowger::callgun {
namespace {

struct Parsed {
    Options options;
    std::string answer;
    int exit_code = 0;
    bool good = false;
};

Parsed parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "callgun");
    Parsed out;
    out.good = parse_options(static_cast<int>(arguments.size()), arguments.data(), out.options, out.answer,
                             out.exit_code);
    return out;
}

TEST(CallgunOptions, Calls) {
    const Parsed p =
        parse({"calls", "10.20.0.1:5060", "--port", "af_xdp:eth0@lab-core", "--addresses", "10.20.0.10-11",
               "--answer-port", "af_xdp:eth0@lab-access", "--answer-addresses", "10.10.0.101", "--numbers",
               "1001-1099", "--rate", "50", "--duration", "4", "--hold", "1.5", "--rtp"});
    ASSERT_TRUE(p.good) << p.answer;
    EXPECT_EQ(p.options.load, Load::calls);
    EXPECT_EQ(p.options.role, Role::both);
    EXPECT_EQ(p.options.attempts(), 200u);
    EXPECT_EQ(p.options.caller.port.interface, "eth0");
    EXPECT_EQ(p.options.caller.netns, "lab-core");
    EXPECT_EQ(p.options.callee.netns, "lab-access");
    EXPECT_FALSE(same_port(p.options.caller, p.options.callee));
    EXPECT_EQ(p.options.hold, 1500 * kMillisecond);
    EXPECT_EQ(p.options.numbers.size(), 99u);
}

TEST(CallgunOptions, SomebodyElseAnswersWithoutAnswerAddresses) {
    const Parsed p = parse({"calls", "10.20.0.1:5060", "--port", "af_xdp:eth0", "--addresses", "10.20.0.10"});
    ASSERT_TRUE(p.good) << p.answer;
    EXPECT_EQ(p.options.role, Role::caller);
}

TEST(CallgunOptions, Memif) {
    const Parsed p =
        parse({"answer", "--port", "memif:/run/a.sock,server,tap=gun0,prefix=16", "--addresses", "10.1.0.1"});
    ASSERT_TRUE(p.good) << p.answer;
    EXPECT_EQ(p.options.role, Role::callee);
    EXPECT_EQ(p.options.caller.port.device, "/run/a.sock");
    EXPECT_TRUE(p.options.caller.port.memif_server);
    EXPECT_EQ(p.options.caller.port.interface, "gun0");
    EXPECT_EQ(p.options.caller.prefix, 16);
}

TEST(CallgunOptions, AnAvalancheIsEveryUserOnce) {
    const Parsed p = parse({"register", "10.1.0.1:5060", "--port", "loop", "--addresses", "10.1.0.2",
                            "--users", "0001-5000", "--avalanche"});
    ASSERT_TRUE(p.good) << p.answer;
    EXPECT_EQ(p.options.attempts(), 5000u);
}

TEST(CallgunOptions, MistakesAreToldWithWhatIsAllowed) {
    const auto told = [](std::vector<const char*> arguments, const char* what) {
        const Parsed p = parse(std::move(arguments));
        EXPECT_FALSE(p.good);
        EXPECT_EQ(p.exit_code, 2);
        EXPECT_NE(p.answer.find(what), std::string::npos) << p.answer;
    };
    told({"options", "10.0.0.1", "--port", "loop", "--addresses", "10.0.0.2"}, "write 10.10.0.1:5060");
    told({"options", "10.0.0.1:5060", "--port", "eth0", "--addresses", "10.0.0.2"}, "af_xdp:INTERFACE");
    told({"options", "10.0.0.1:5060", "--port", "dpdk:eth0", "--addresses", "10.0.0.2"}, "no such driver");
    told({"options", "10.0.0.1:5060", "--port", "memif:/x,master", "--addresses", "10.0.0.2"},
         "unknown setting");
    told({"options", "10.0.0.1:5060", "--port", "loop", "--addresses", "10.0.0"}, "no range of addresses");
    told({"options", "10.0.0.1:5060", "--port", "loop", "--addresses", "fd00::1"}, "one family");
    told({"options", "10.0.0.1:5060", "--port", "loop", "--addresses", "10.0.0.2", "--rate", "-1"}, "--rate");
    told({"calls", "10.0.0.1:5060", "--port", "loop", "--addresses", "10.0.0.2", "--sip-ports", "30000"},
         "--media-ports");
    told({"calls", "10.0.0.1:5060", "--port", "loop", "--addresses", "10.0.0.2", "--answer-port", "loop"},
         "--answer-addresses");
    told({"register", "10.0.0.1:5060", "--port", "loop", "--addresses", "10.0.0.2", "--users", "a-b"},
         "--users");
    told({}, "subcommand");
}

TEST(CallgunOptions, HelpIsNoMistake) {
    const Parsed p = parse({"--help"});
    EXPECT_FALSE(p.good);
    EXPECT_EQ(p.exit_code, 0);
    EXPECT_NE(p.answer.find("open loop"), std::string::npos);
}

}  // namespace
}  // namespace strowger::callgun
