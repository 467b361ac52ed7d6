// Hide, then restore, gives back the same bytes: random stacks, route sets and Contacts through whole calls,
// and nothing of one side shows on the other.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "hidden_call.hpp"

namespace strowger::test {
namespace {

class HiddenProperty : public HiddenCall {
  protected:
    std::size_t below(std::size_t n) { return chance_() % n; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    std::string any(std::initializer_list<const char*> choices) {
        return choices.begin()[below(choices.size())];
    }
    std::string word(std::size_t most) {
        static constexpr std::string_view kLetters =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!*_+~";
        std::string out(1, kLetters[below(26)]);
        for (std::size_t i = below(most); i > 0; --i) out += kLetters[below(kLetters.size())];
        return out;
    }
    // A host of one side: its mark is in it.
    std::string host(char side) {
        const std::string net = side == 'a' ? "10" : "20";
        const std::string number = std::to_string(below(200) + 2);
        switch (below(4)) {
            case 0:
                return "10." + net + ".7." + number;
            case 1:
                return "[fd10:" + std::string(1, side) + "::" + number + "]";
            case 2:
                return std::string(1, side) + "-side.example";
            default:
                return "h" + number + "." + std::string(1, side) + "-side.example";
        }
    }
    std::string port() { return one_in(2) ? "" : ":" + std::to_string(1024 + below(60000)); }
    std::string uri(char side, bool route) {
        std::string out = "sip:";
        if (!one_in(4))
            out += any({"alice", "%61lice%20x", "+49(30)123;phone-context=x", "a&=+$,;?/b", "0"}) + word(20) +
                   "@";
        out += host(side) + port();
        if (route) out += ";lr";
        for (std::size_t i = below(3); i > 0; --i) {
            out += any({";transport=udp", ";x=1", ";ob", ";alias=", ";line=%31%2C"});
            if (out.ends_with(";alias=")) out += host(side);
        }
        return out;
    }
    std::vector<std::string> joined(std::vector<std::string> values) {
        std::vector<std::string> lines;
        for (auto& value : values) {
            if (!lines.empty() && one_in(3))
                lines.back() += any({",", ", ", " ,  "}) + value;
            else
                lines.push_back(value);
        }
        return lines;
    }
    std::vector<std::string> vias(char side) {
        std::vector<std::string> values;
        for (std::size_t i = below(5); i > 0; --i)
            values.push_back(any({"SIP/2.0/UDP ", "SIP/2.0/TCP ", "SIP / 2.0 / TLS  ", "SIP/2.0/WSS "}) +
                             host(side) + port() + ";branch=z9hG4bK" + word(40) +
                             any({"", ";rport", ";received=", ";comp=sigcomp", " ;x=\"a,b\""}));
        for (auto& value : values)
            if (value.ends_with("received=")) value += side == 'a' ? "10.10.7.9" : "10.20.7.9";
        return joined(values);
    }
    // The value next to us is one that we can reach.
    std::vector<std::string> routes(char side, bool nearest_first) {
        std::vector<std::string> values;
        const std::string near =
            side == 'a' ? "<sip:" + word(9) + "@10.10.0.99;lr>" : "<sip:10.20.0.10:5060;lr;" + word(9) + ">";
        for (std::size_t i = below(4); i > 0; --i) {
            const std::string display = any({"", "\"a, b\" ", "name "});
            const std::string after = any({"", "", ";x=y"});
            values.push_back(display + "<" + uri(side, true) + ">" + after);
        }
        if (!values.empty()) values[nearest_first ? 0 : values.size() - 1] = near;
        return joined(values);
    }
    void dress(Side& side, char letter, bool nearest_first) {
        side.vias = vias(letter);
        side.record_routes = routes(letter, nearest_first);
        side.uri = uri(letter, false);
        // Without a route set, the Contact itself is where we send.
        if (side.record_routes.empty())
            side.uri = letter == 'a' ? "sip:" + word(30) + "@10.10.0.99:5070;x=" + word(5)
                                     : "sip:" + word(30) + "@" + any({"10.20.0.10", "[fd10:b::99]:5062"});
        side.contact =
            any({"", "\"Mr, X\" ", "Name "}) + "<" + side.uri + ">" + any({"", ";expires=5", ";q=0.3;audio"});
    }

    std::mt19937 chance_{20260};
};

TEST_F(HiddenProperty, WholeCallsAreRestoredByteForByte) {
    std::size_t calls = 0;
    for (std::size_t round = 0; round < 600; ++round) {
        dress(caller, 'a', true);
        dress(callee, 'b', false);
        caller.tag = word(12);
        callee.tag = word(12);
        call_id = word(60);
        branch = "z9hG4bK" + word(40);
        const std::size_t who = below(3);
        hide(who != 0, who != 1);
        SCOPED_TRACE("round " + std::to_string(round));
        const Left invite = begin();
        ASSERT_EQ(invite.port, kCorePort) << invite.text;
        expect_hidden(caller, callee, invite);
        const Left ok = answer(invite, one_in(2) ? 200 : 183);
        ASSERT_EQ(ok.port, kAccessPort) << ok.text;
        expect_hidden(callee, caller, ok);
        const auto back = headers(ok.text, "Via");
        ASSERT_EQ(back.size(), caller.vias.size() + 1);
        EXPECT_EQ(std::vector<std::string>(back.begin() + 1, back.end()), caller.vias);
        const auto set = headers(ok.text, "Record-Route");
        ASSERT_GE(set.size(), caller.record_routes.size() + 1);
        EXPECT_EQ(std::vector<std::string>(
                      set.end() - static_cast<std::ptrdiff_t>(caller.record_routes.size()), set.end()),
                  caller.record_routes);
        answer_within(callee, caller, send_within(caller, callee, "UPDATE"));
        answer_within(caller, callee, send_within(callee, caller, "BYE"));
        if (::testing::Test::HasFailure()) return;
        ++calls;
    }
    EXPECT_EQ(calls, 600u);
    EXPECT_EQ(punted().size(), 0u);
}

// Whatever a peer changes in a token, the message is refused or dropped, and nothing else moves.
TEST_F(HiddenProperty, NoChangedTokenIsBelieved) {
    answer(begin(), 200);
    const std::string bye = within(callee, "BYE");
    const std::string answered = response(only(caller, within(caller, "INFO")).text, 200);
    static constexpr std::string_view kCharacters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::uint64_t refused = 0;
    std::uint64_t dropped_vias = 0;
    for (const char* start : {"sip:c.", "sip:rd.", ";hidden="}) {
        const bool via = start[0] == ';';
        const std::string& good = via ? answered : bye;
        const std::size_t from = good.find(start) + std::string_view(start).size();
        const std::size_t end = std::min({good.find('@', from), good.find("\r\n", from)});
        for (std::size_t at = from; at < end; ++at) {
            std::string bad = good;
            while (bad[at] == good[at]) bad[at] = kCharacters[below(kCharacters.size())];
            const auto left = pass(callee, bad);
            if (via) {
                EXPECT_TRUE(left.empty()) << bad;
                dropped_vias += dropped(Drop::route_forged_hidden);
            } else {
                ASSERT_EQ(left.size(), 1u);
                EXPECT_EQ(first_line(left[0].text), "SIP/2.0 403 Route Is Not Ours") << bad;
                refused += moved(Counter::route_forged_tokens);
            }
        }
    }
    EXPECT_GT(refused, 200u);
    EXPECT_GT(dropped_vias, 100u);
    EXPECT_EQ(only(callee, bye).port, kAccessPort);
    EXPECT_EQ(only(callee, answered).port, kAccessPort);
    EXPECT_EQ(punted().size(), 0u);
}

}  // namespace
}  // namespace strowger::test
