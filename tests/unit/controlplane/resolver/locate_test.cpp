#include "resolver/locate.hpp"

#include <gtest/gtest.h>

#include <map>

#include "resolver/draw.hpp"
#include "script.hpp"

namespace strowger::resolver {
namespace {

using net::TransportKind;

struct LocateTest : testing::Test {
    std::map<Question, std::vector<std::string>> zone;
    std::vector<Question> asked;
    Wanted wanted{.host = "carrier.example", .v6 = false};

    Location find() {
        return locate(wanted, [this](const Question& question) -> Reading {
            asked.push_back(question);
            const auto at = zone.find(question);
            if (at == zone.end()) return {.state = Reading::State::nothing, .until = 5};
            return {.state = Reading::State::found, .until = 9, .records = &at->second};
        });
    }
    static std::string shown(const Location& found) {
        std::string out;
        for (const Hop& hop : found.hops)
            out += wire::to_string(hop.remote) + "/" + std::to_string(hop.tier) + " ";
        return out;
    }
    void addresses() {
        zone[{"one.example", Type::a}] = {a(10, 0, 0, 1)};
        zone[{"two.example", Type::a}] = {a(10, 0, 0, 2)};
        zone[{"three.example", Type::a}] = {a(10, 0, 0, 3), a(10, 0, 0, 4)};
    }
};

TEST_F(LocateTest, APortMeansAddressesAlone) {
    zone[{"carrier.example", Type::a}] = {a(10, 0, 0, 9)};
    wanted.port = 5080;
    EXPECT_EQ(shown(find()), "10.0.0.9:5080/0 ");
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].type, Type::a);
}

TEST_F(LocateTest, SrvByPriorityThenPortsAndWeightsOfTheRecords) {
    addresses();
    zone[{"_sip._udp.carrier.example", Type::srv}] = {
        srv(20, 0, 5070, "two.example"), srv(10, 3, 5061, "one.example"), srv(10, 1, 5062, "three.example")};
    const auto found = find();
    EXPECT_EQ(shown(found), "10.0.0.1:5061/1 10.0.0.3:5062/1 10.0.0.4:5062/1 10.0.0.2:5070/2 ");
    EXPECT_EQ(found.hops[0].weight, 300u);
    EXPECT_EQ(found.hops[1].weight, 50u) << "a host's weight is that of all its addresses";
    EXPECT_EQ(found.hops[3].weight, 1u) << "weight 0 is not no weight";
    EXPECT_EQ(found.until, 5) << "the first answer that ends";
}

TEST_F(LocateTest, NaptrChoosesAmongWhatWeSpeak) {
    addresses();
    wanted.transports = bit_of(TransportKind::udp) | bit_of(TransportKind::tcp);
    zone[{"carrier.example", Type::naptr}] = {
        naptr(50, 10, "s", "SIPS+D2T", "_sips._tcp.carrier.example"),
        naptr(90, 20, "S", "SIP+D2T", "_sip._tcp.tcp.example"),
        naptr(90, 10, "s", "sip+d2u", "_sip._udp.udp.example"),
        naptr(10, 10, "u", "E2U+sip", ""),
    };
    zone[{"_sip._udp.udp.example", Type::srv}] = {srv(1, 1, 5060, "one.example")};
    zone[{"_sip._tcp.tcp.example", Type::srv}] = {srv(1, 1, 5060, "two.example")};
    const auto found = find();
    EXPECT_EQ(shown(found), "10.0.0.1:5060/1 10.0.0.2:5060/2 ");
    EXPECT_EQ(found.hops[1].transport, TransportKind::tcp);
}

TEST_F(LocateTest, WithoutNaptrAndSrvTheAddressAndTheUsualPort) {
    zone[{"carrier.example", Type::a}] = {a(10, 0, 0, 9)};
    EXPECT_EQ(shown(find()), "10.0.0.9:5060/0 ");
}

TEST_F(LocateTest, AGivenTransportSkipsNaptr) {
    addresses();
    wanted.transport = TransportKind::udp;
    zone[{"_sip._udp.carrier.example", Type::srv}] = {srv(1, 1, 5066, "one.example")};
    EXPECT_EQ(shown(find()), "10.0.0.1:5066/1 ");
    for (const auto& question : asked) EXPECT_NE(question.type, Type::naptr);
    wanted.transport = TransportKind::tls;
    EXPECT_EQ(find().why, "its transport is not spoken here");
}

TEST_F(LocateTest, TheRootAsTargetMeansNoService) {
    zone[{"carrier.example", Type::a}] = {a(10, 0, 0, 9)};
    zone[{"_sip._udp.carrier.example", Type::srv}] = {srv(0, 0, 0, "")};
    const auto found = find();
    EXPECT_EQ(found.state, Location::State::failed);
    EXPECT_NE(found.why.find("no SIP"), std::string::npos);
}

TEST_F(LocateTest, PendingAndFailed) {
    const auto pending =
        locate(wanted, [](const Question&) { return Reading{.state = Reading::State::pending}; });
    EXPECT_EQ(pending.state, Location::State::pending);
    const auto failed = locate(wanted, [](const Question&) { return Reading{}; });
    EXPECT_EQ(failed.why, "no name server answers");
    EXPECT_EQ(find().why, "the name has no address");
}

TEST_F(LocateTest, OneAddressIsOneHopAndThereIsABound) {
    std::vector<std::string> many;
    for (int i = 0; i < 200; ++i) {
        const auto host = "h" + std::to_string(i) + ".example";
        many.push_back(srv(1, 1, 5060, host));
        zone[{host, Type::a}] = {a(10, 1, 0, i % 100), a(10, 1, 0, i % 100)};
    }
    zone[{"_sip._udp.carrier.example", Type::srv}] = many;
    EXPECT_EQ(find().hops.size(), 64u);
}

TEST(Draw, ByWeight) {
    std::map<int, int> first;
    for (std::uint64_t i = 0; i < 4000; ++i) {
        std::vector<int> v{1, 3, 0};
        draw(v.begin(), v.end(), i * 0x9E3779B97F4A7C15ULL,
             [](int w) { return static_cast<std::uint64_t>(w); });
        EXPECT_EQ(v.back(), 0);
        ++first[v.front()];
    }
    EXPECT_NEAR(first[3], 3000, 200);
}

}  // namespace
}  // namespace strowger::resolver
