// Forwarding, do not disturb, refusals of some callers.
#include "world.hpp"

namespace strowger::test {
namespace {

struct Forward : World {
    Forward() { model.tenants["default"].domains = {"lab.example"}; }
    model::Subscriber& wants(const std::string& user) {
        auto& subscriber = model.subscribers[user];
        subscriber.name = user;
        return subscriber;
    }
    void ask(const std::string& called, const std::string& more = "") {
        asked = a.request("INVITE", called, audio(a.media_address, 4000), more);
        say(a, asked);
        if (!a.inbox.empty() && a.inbox.front().starts_with("SIP/2.0 100")) a.take();
    }
    void refused(const char* start) {
        say(a, a.ack_refusal(asked, a.take(start)));
        media_events();
    }
    void answered_by(Party& party) {
        say(party, party.respond(party.invite_text, 200, audio(party.media_address, 6000)));
        a.learn(a.take("SIP/2.0 200"));
        say(a, a.in_dialog("ACK", "", "", a.cseq));
        party.take("ACK");
        hang_up(a, party);
    }
    void reaches(Party& party) { party.learn(party.take("INVITE")); }
    void rings(Party& party) {
        reaches(party);
        say(party, party.respond(party.invite_text, 180));
        a.take("SIP/2.0 180");
    }
    std::string asked;
};

TEST_F(Forward, BusyGoesOnAndSaysSo) {
    wants("1002").forward_busy = {.user = "2001"};
    apply();
    ask("1002");
    reaches(c);
    say(c, c.respond(c.invite_text, 486));
    c.take("ACK");
    reaches(pbx);
    EXPECT_EQ(header(pbx.invite_text, "Diversion"), "<sip:1002@lab.example>;reason=user-busy;counter=1");
    EXPECT_EQ(header(pbx.invite_text, "History-Info"),
              "<sip:1002@lab.example?Reason=SIP%3Bcause%3D486>;index=1");
    EXPECT_NE(pbx.invite_text.find("cause=486>;index=1.1;mp=1\r\n"), std::string::npos);
    EXPECT_TRUE(a.quiet());
    answered_by(pbx);
    ASSERT_EQ(record().led_on_by.size(), 1u);
    EXPECT_EQ(record().led_on_by[0], "sip:1002@lab.example");
}

TEST_F(Forward, NoAnswerGoesOnWhenTheTimeIsOver) {
    auto& subscriber = wants("1002");
    subscriber.forward_no_answer = {.user = "2001"};
    subscriber.ring_time = std::chrono::seconds(10);
    apply();
    ask("1002");
    rings(c);
    pass(9 * kSecond);
    EXPECT_TRUE(pbx.quiet());
    pass(kSecond + 100 * kMillisecond);
    const auto cancel = c.take("CANCEL");
    EXPECT_EQ(header(cancel, "Reason"), "SIP;cause=480;text=\"No answer\"");
    say(c, c.respond(cancel, 200));
    say(c, c.respond(c.invite_text, 487));
    c.take("ACK");
    reaches(pbx);
    EXPECT_NE(pbx.invite_text.find("reason=no-answer"), std::string::npos);
    answered_by(pbx);
}

TEST_F(Forward, AnAnswerThatCrossesTheCancelIsEnded) {
    auto& subscriber = wants("1002");
    subscriber.forward_no_answer = {.user = "2001"};
    subscriber.ring_time = std::chrono::seconds(10);
    apply();
    ask("1002");
    rings(c);
    pass(10 * kSecond + 100 * kMillisecond);
    c.take("CANCEL");
    say(c, c.respond(c.invite_text, 200, audio(c.media_address, 5000)));
    c.take("ACK");
    const auto bye = c.take("BYE");
    say(c, c.respond(bye, 200));
    EXPECT_TRUE(a.quiet());
    reaches(pbx);
    answered_by(pbx);
}

TEST_F(Forward, WithoutPhonesItIsUnreachable) {
    wants("1009").forward_unreachable = {.user = "2001"};
    apply();
    ask("1009");
    reaches(pbx);
    EXPECT_NE(pbx.invite_text.find("reason=unavailable"), std::string::npos);
    answered_by(pbx);
}

TEST_F(Forward, AlwaysRingsNoPhoneHere) {
    wants("1002").forward_always = {.user = "2001"};
    apply();
    ask("1002");
    EXPECT_TRUE(c.quiet());
    reaches(pbx);
    EXPECT_NE(pbx.invite_text.find("reason=unconditional"), std::string::npos);
    answered_by(pbx);
}

TEST_F(Forward, DoNotDisturbIsBusy) {
    auto& subscriber = wants("1002");
    subscriber.do_not_disturb = true;
    apply();
    ask("1002");
    refused("SIP/2.0 486");
    subscriber.forward_busy = {.user = "2001"};
    apply();
    ask("1002");
    reaches(pbx);
    EXPECT_TRUE(c.quiet());
    answered_by(pbx);
}

TEST_F(Forward, ACircleEnds) {
    wants("1002").forward_always = {.user = "1003"};
    wants("1003").forward_always = {.user = "1002"};
    apply();
    ask("1002");
    refused("SIP/2.0 482");
    EXPECT_EQ(record().reason, "forwarding leads in a circle");
}

TEST_F(Forward, ALongChainEnds) {
    for (int i = 2; i < 9; ++i)
        wants("100" + std::to_string(i)).forward_always = {.user = "100" + std::to_string(i + 1)};
    apply();
    ask("1002");
    refused("SIP/2.0 482");
    EXPECT_EQ(record().reason, "forwarded too often");
}

TEST_F(Forward, SomeCallersAreRefused) {
    auto& subscriber = wants("1002");
    subscriber.reject_anonymous = true;
    subscriber.block = {"1001"};
    apply();
    ask("1002");
    refused("SIP/2.0 603");
    subscriber.block = {"1005"};
    apply();
    ask("1002", "Privacy: id\r\n");
    refused("SIP/2.0 433");
    ask("1002");
    reaches(c);
    answered_by(c);
}

TEST_F(Forward, ACancelEndsACallThatWasLedOn) {
    wants("1002").forward_always = {.user = "2001"};
    apply();
    ask("1002");
    rings(pbx);
    say(a, a.cancel(asked));
    a.take("SIP/2.0 200");
    refused("SIP/2.0 487");
    const auto cancel = pbx.take("CANCEL");
    say(pbx, pbx.respond(cancel, 200));
    say(pbx, pbx.respond(pbx.invite_text, 487));
    pbx.take("ACK");
}

}  // namespace
}  // namespace strowger::test
