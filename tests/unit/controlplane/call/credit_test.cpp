// Chargeable calls: asked for before and while they last, ended when the credit is used up, reported at the end.
#include <fmt/format.h>

#include "world.hpp"

namespace strowger::test {
namespace {

using credit::Event;

struct CreditOfCalls : World {
    CreditOfCalls() {
        model.system.credit_url = "http://127.0.0.1/";
        model.system.credit_timeout = std::chrono::seconds(1);
        model.system.credit_allowance = std::chrono::seconds(60);
        model.routes["out"].charge = true;
        model.routes["out"].rate = "national";
        apply();
    }
    credit::Question call(const std::string& number = "2001") {
        asked = a.request("INVITE", number, audio(a.media_address, 4000));
        say(a, asked);
        a.take("SIP/2.0 100");
        return authority.take(Event::authorise);
    }
    void answer_as(Party& party) {
        const auto invite = party.take("INVITE");
        party.learn(invite);
        say(party, party.respond(invite, 200, audio(party.media_address, 6000)));
        a.learn(a.take("SIP/2.0 200"));
        say(a, a.in_dialog("ACK", "", "", a.cseq));
        party.take("ACK");
    }
    void refused(const char* status) {
        say(a, a.ack_refusal(asked, a.take(status)));
        EXPECT_TRUE(pbx.quiet());
        media_events();
    }
    // Both sides are told that the credit is used up.
    void ended() {
        const auto one = a.take("BYE");
        EXPECT_NE(header(one, "Reason").find("402"), std::string::npos);
        say(a, a.respond(one, 200));
        const auto other = pbx.take("BYE");
        EXPECT_NE(header(other, "Reason").find("Credit used up"), std::string::npos);
        say(pbx, pbx.respond(other, 200));
        media_events();
    }
    void on_credit_refused(std::uint64_t, double used_s, std::string_view rate) override {
        events.push_back(fmt::format("refused {:.0f} {}", used_s, rate));
    }
    void on_credit_used_up(std::uint64_t, double used_s, std::string_view rate) override {
        events.push_back(fmt::format("used up {:.0f} {}", used_s, rate));
    }
    void on_credit_unanswered(std::uint64_t, std::string_view question, std::string_view why) override {
        events.push_back(fmt::format("unanswered {} {}", question, why));
    }
    std::string asked;
    std::vector<std::string> events;
};

TEST_F(CreditOfCalls, GrantedRenewedAndReported) {
    const auto question = call();
    EXPECT_EQ(question.route, "out");
    EXPECT_EQ(question.rate, "national");
    EXPECT_NE(question.from.find("1001"), std::string::npos);
    EXPECT_NE(question.to.find("2001"), std::string::npos);
    EXPECT_TRUE(pbx.quiet()) << "nobody is called before the answer";
    authority.answer(question, 60);
    answer_as(pbx);
    pass(56 * kSecond);
    EXPECT_TRUE(authority.asked.empty());
    pass(2 * kSecond);
    const auto renewal = authority.take(Event::renew);
    EXPECT_NEAR(renewal.used_s, 57, 1.5);
    authority.answer(renewal, 60);
    pass(50 * kSecond);
    EXPECT_TRUE(authority.asked.empty() && a.quiet());
    hang_up(a, pbx);
    const auto report = authority.take(Event::report);
    EXPECT_NEAR(report.used_s, 108, 1.5);
    EXPECT_EQ(report.ended_by, "caller");
    EXPECT_EQ(report.code, 200);
    EXPECT_TRUE(record().charged);
    EXPECT_EQ(record().rate, "national");
    EXPECT_TRUE(events.empty());
}

TEST_F(CreditOfCalls, UsedUpEndsTheCallWithItsReason) {
    authority.answer(call(), 30);
    answer_as(pbx);
    pass(28 * kSecond);
    authority.answer(authority.take(Event::renew), 0);
    pass(kSecond);
    EXPECT_TRUE(a.quiet()) << "what was granted is still there";
    pass(2 * kSecond);
    ended();
    EXPECT_NEAR(authority.take(Event::report).used_s, 30, 1.0);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_TRUE(events[0].starts_with("refused ") && events[1].starts_with("used up 30")) << events[1];
    EXPECT_EQ(record().reason, "credit used up");
}

TEST_F(CreditOfCalls, RefusedCallsGetTheConfiguredCodeOrTheirs) {
    authority.answer(call(), 0);
    refused("SIP/2.0 402");
    authority.answer(call(), 0, 403);
    refused("SIP/2.0 403");
    EXPECT_EQ(record().reason, "no credit");
    EXPECT_FALSE(record().charged);
    EXPECT_EQ(events.front(), "refused 0 national");
    EXPECT_TRUE(authority.asked.empty()) << "nothing was granted: there is nothing to report";
}

TEST_F(CreditOfCalls, AnUnansweredQuestionRefuses) {
    authority.fail(call());
    refused("SIP/2.0 503");
    authority.answer(call(), 20);
    answer_as(pbx);
    pass(18 * kSecond);
    authority.fail(authority.take(Event::renew));
    pass(3 * kSecond);
    ended();
    authority.take(Event::report);
    EXPECT_EQ(events[0], "unanswered authorise time-out");
}

TEST_F(CreditOfCalls, OrAllows) {
    model.system.credit_unanswered = model::Unanswered::allow;
    apply();
    authority.fail(call());
    answer_as(pbx);
    for (int i = 0; i < 3; ++i) {
        pass((i == 0 ? 58 : 60) * kSecond);
        authority.fail(authority.take(Event::renew));
    }
    EXPECT_TRUE(a.quiet());
    hang_up(a, pbx);
    EXPECT_NEAR(authority.take(Event::report).used_s, 178, 1);
}

TEST_F(CreditOfCalls, ASlowAnswerHoldsNobodyUp) {
    const auto question = call();
    pass(20 * kSecond);
    say(a, a.cancel(asked));
    a.take("SIP/2.0 200");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 487")));
    media_events();
    const auto report = authority.take(Event::report);
    EXPECT_EQ(report.used_s, 0) << "what may have been set aside is free again";
    authority.answer(question, 60);
    EXPECT_TRUE(pbx.quiet());
    EXPECT_FALSE(record().charged);
}

TEST_F(CreditOfCalls, ACallThatIsNotAnsweredUsesNothing) {
    directory.order = {0};
    authority.answer(call(), 60);
    say(pbx, pbx.respond(pbx.take("INVITE"), 486));
    pbx.take("ACK");
    refused("SIP/2.0 486");
    const auto report = authority.take(Event::report);
    EXPECT_EQ(report.used_s, 0);
    EXPECT_EQ(report.code, 486);
}

TEST_F(CreditOfCalls, FailoverWithinTheRouteIsNotAskedForTwice) {
    authority.answer(call(), 60);
    say(pbx, pbx.respond(pbx.take("INVITE"), 503));
    pbx.take("ACK");
    EXPECT_TRUE(authority.asked.empty());
    answer_as(spare);
    hang_up(a, spare);
    authority.take(Event::report);
}

TEST_F(CreditOfCalls, OthersAreNotAskedFor) {
    establish(a, c, "1002");
    hang_up(a, c);
    model.system.credit_url = "";
    apply();
    establish(a, pbx, "2001");
    hang_up(a, pbx);
    EXPECT_TRUE(record().charged) << "marked all the same";
    model.system.credit_url = "http://127.0.0.1/";
    model.routes["out"].emergency = true;
    apply();
    establish(a, pbx, "2001");
    hang_up(a, pbx);
    EXPECT_FALSE(record().charged);
    EXPECT_TRUE(authority.asked.empty());
}

TEST_F(CreditOfCalls, OfAGroupOnlyTheChargeableMemberIsLeftOut) {
    model::RingGroup group;
    group.name = "both";
    group.number = "1500";
    group.members = {{.destination = {.user = "1002", .domain = {}, .group = {}}},
                     {.destination = {.user = "2001", .domain = {}, .group = {}}}};
    model.ring_groups["both"] = group;
    apply();
    authority.answer(call("1500"), 0);
    EXPECT_TRUE(pbx.quiet());
    answer_as(c);
    hang_up(a, c);
    EXPECT_FALSE(record().charged);
}

// The caller transfers the chargeable leg to another phone: it is paid for as one.
TEST_F(CreditOfCalls, AccountsMoveWithTheirLeg) {
    authority.answer(call(), 60);
    answer_as(pbx);
    pass(20 * kSecond);
    say(a, a.in_dialog("REFER", "", "Refer-To: <sip:1002@lab.example>\r\n"));
    a.take("SIP/2.0 202");
    say(a, a.respond(a.take("NOTIFY"), 200));
    const auto target = c.take("INVITE");
    c.learn(target);
    say(c, c.respond(target, 200, audio(c.media_address, 4200)));
    const auto offer = pbx.take("INVITE");
    say(pbx, pbx.respond(offer, 200, audio(pbx.media_address, 6000)));
    pbx.take("ACK");
    c.take("ACK");
    say(a, a.respond(a.take("NOTIFY"), 200));
    say(a, a.respond(a.take("BYE"), 200));
    media_events();
    EXPECT_TRUE(authority.asked.empty()) << "the leg lives on";
    pass(38 * kSecond);
    authority.answer(authority.take(Event::renew), 60);
    say(pbx, pbx.in_dialog("BYE"));
    pbx.take("SIP/2.0 200");
    say(c, c.respond(c.take("BYE"), 200));
    media_events();
    EXPECT_NEAR(authority.take(Event::report).used_s, 58, 1.5);
    EXPECT_TRUE(record().charged);
    EXPECT_EQ(record().rate, "national");
}

}  // namespace
}  // namespace strowger::test
