// Numbers as each side writes them: translations where calls come in and where they leave.
#include "world.hpp"

namespace strowger::test {
namespace {

struct Numbers : World {
    void translation(const std::string& name, std::vector<std::pair<std::string, std::string>> rules) {
        auto& t = model.translations[name];
        t.name = name;
        for (auto& [pattern, number] : rules) t.rules.push_back({{pattern}, number});
    }
};

TEST_F(Numbers, BothNumbersAreRewrittenInAndOut) {
    translation("called-in", {{"00([1-9]\\d*)", "+\\1"}, {"0([1-9]\\d*)", "+49\\1"}});
    translation("caller-in", {{"(10\\d\\d)", "+4930\\1"}});
    translation("called-out", {{"\\+(.*)", "011\\1"}});
    translation("caller-out", {{"\\+49(.*)", "0\\1"}});
    model.realms["access"].called_in = {{"called-in"}};
    model.realms["access"].caller_in = {{"caller-in"}};
    model.realms["core"].caller_out = {{"caller-out"}};
    model.trunks["pbx"].called_out = {{"called-out"}};
    model.routes["out"].digits = {"+"};
    apply();
    const auto asked = a.request("INVITE", "08912345", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE sip:0114989");
    EXPECT_NE(start_line(invite).find("sip:0114989"), std::string::npos);
    EXPECT_EQ(uri_in(header(invite, "From")).substr(0, 11), "sip:0301001") << header(invite, "From");
    EXPECT_NE(header(invite, "Contact").find("sip:0301001@"), std::string::npos);
    say(pbx, pbx.respond(invite, 486));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    media_events();
}

TEST_F(Numbers, WhatNoRuleMatchesStays) {
    translation("in", {{"00(\\d+)", "+\\1"}});
    model.realms["access"].called_in = {{"in"}};
    apply();
    establish(a, pbx, "2001");
    hang_up(a, pbx);
}

TEST_F(Numbers, WhyCallTellsEachRule) {
    translation("in", {{"00(\\d+)", "2\\1"}});
    model.realms["access"].called_in = {{"in"}};
    model.routes["out"].patterns = {{"2(\\d+)"}};
    model.routes["out"].rewrite = "3\\1";
    model.routes["out"].callers = {"10"};
    apply();
    std::string text;
    for (const auto& line : explain("0055"))
        text += line.stage + "|" + line.decision + "|" + line.detail + "\n";
    EXPECT_NE(text.find("numbers|called 0055 is 255|in\n"), std::string::npos) << text;
    EXPECT_NE(text.find("route|out: trunk pbx|priority 30, digits 2, pattern 2(\\d+), caller 10, rewrite 3\\1: 355\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("sip:355@"), std::string::npos) << text;
}

}  // namespace
}  // namespace strowger::test
