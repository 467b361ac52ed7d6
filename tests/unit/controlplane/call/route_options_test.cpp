// What a route, a group or a trunk adds to its calls: length, distinctive ringing, redirects that are
// followed.
#include <utility>

#include "world.hpp"

namespace strowger::test {
namespace {

struct RouteOptions : World {
    void refuse_and_follow(const std::string& to) {
        const auto invite = pbx.take("INVITE");
        const auto user = std::exchange(pbx.user, to);  // of the Contact
        say(pbx, pbx.respond(invite, 302));
        pbx.user = user;
        pbx.take("ACK");
    }
};

TEST_F(RouteOptions, TheLeastOfAllLengthsHolds) {
    model.routes["out"].max_call_duration = std::chrono::minutes(10);
    apply();
    establish(a, pbx, "2001");
    pass(599 * kSecond);
    EXPECT_TRUE(a.quiet() && pbx.quiet());
    pass(2 * kSecond);
    say(a, a.respond(a.take("BYE"), 200));
    say(pbx, pbx.respond(pbx.take("BYE"), 200));
    while (!a.quiet()) a.take("BYE");
    while (!pbx.quiet()) pbx.take("BYE");
    media_events();
    EXPECT_EQ(record().reason, "max_call_duration reached");
    model.trunks["pbx"].max_call_duration = std::chrono::minutes(5);
    apply();
    a.call_id += "2";
    establish(a, pbx, "2001");
    pass(300 * kSecond + 100 * kMillisecond);
    say(a, a.respond(a.take("BYE"), 200));
    say(pbx, pbx.respond(pbx.take("BYE"), 200));
    media_events();
}

TEST_F(RouteOptions, AlertInfoOfTheRouteTakesTheCallersPlace) {
    const auto call = [&] {
        a.call_id += "x";
        const auto asked =
            a.request("INVITE", "2001", audio(a.media_address, 4000), "Alert-Info: <urn:mine>\r\n");
        say(a, asked);
        a.take("SIP/2.0 100");
        const auto invite = pbx.take("INVITE");
        say(pbx, pbx.respond(invite, 486));
        pbx.take("ACK");
        say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
        media_events();
        return invite;
    };
    EXPECT_EQ(header(call(), "Alert-Info"), "<urn:mine>");
    model.routes["out"].alert_info = "<http://127.0.0.1/bellcore-dr2>";
    apply();
    const auto invite = call();
    EXPECT_EQ(header(invite, "Alert-Info"), "<http://127.0.0.1/bellcore-dr2>");
    EXPECT_EQ(invite.find("urn:mine"), std::string::npos);
}

TEST_F(RouteOptions, RedirectsAreFollowedAsFarAsCallsAreLedOn) {
    model.trunks["pbx"].follow_redirects = true;
    apply();
    const auto asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    for (int i = 2; i < 8; ++i) refuse_and_follow("200" + std::to_string(i));
    EXPECT_TRUE(pbx.quiet());
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 482")));
    media_events();
}

TEST_F(RouteOptions, ARedirectThatIsFollowedTellsOfIt) {
    model.trunks["pbx"].follow_redirects = true;
    apply();
    say(a, a.request("INVITE", "2001", audio(a.media_address, 4000)));
    a.take("SIP/2.0 100");
    refuse_and_follow("1002");
    const auto invite = c.take("INVITE");
    c.learn(invite);
    EXPECT_NE(header(invite, "Diversion").find("sip:2001@"), std::string::npos);
    say(c, c.respond(invite, 200, audio(c.media_address, 7000)));
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    c.take("ACK");
    hang_up(a, c);
}

}  // namespace
}  // namespace strowger::test
