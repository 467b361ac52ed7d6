// RFC 4028: each side of a call has a session timer of its own.
#include "world.hpp"

namespace strowger::test {
namespace {

struct SessionTimer : World {
    SessionTimer() {
        model.realms["access"].session_expires = std::chrono::seconds(600);
        model.trunks["pbx"].session_expires = std::chrono::seconds(1800);
        apply();
    }
    // a calls the PBX; each says what it knows of timers.
    void call(const std::string& asks, const std::string& answers) {
        say(a, a.request("INVITE", "2001", audio(a.media_address, 4000), asks));
        a.take("SIP/2.0 100");
        invite = pbx.take("INVITE");
        pbx.learn(invite);
        say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 6000), answers));
        ok = a.take("SIP/2.0 200");
        a.learn(ok);
        say(a, a.in_dialog("ACK", "", "", a.cseq));
        pbx.take("ACK");
    }
    std::string invite;
    std::string ok;
};

constexpr auto kMoment = 100 * kMillisecond;  // less than T1
constexpr auto kUpdateAllowed = "Allow: INVITE, ACK, BYE, UPDATE\r\n";

TEST_F(SessionTimer, EachSideHasItsOwn) {
    call("Supported: timer, 100rel\r\nSession-Expires: 900;refresher=uac\r\nMin-SE: 120\r\n",
         "Require: timer\r\nSession-Expires: 1200;refresher=uas\r\n");
    EXPECT_EQ(header(invite, "Session-Expires"), "1800") << "ours, not the caller's";
    EXPECT_EQ(header(invite, "Min-SE"), "");
    EXPECT_NE(invite.find("Supported: 100rel\r\n"), std::string::npos);
    EXPECT_NE(invite.find("Supported: timer\r\n"), std::string::npos);
    EXPECT_EQ(header(ok, "Session-Expires"), "600;refresher=uac");
    EXPECT_EQ(header(ok, "Require"), "timer");
    hang_up(a, pbx);
}

TEST_F(SessionTimer, PeersThatRefreshKeepTheCallAndSilenceEndsIt) {
    call("Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n",
         "Require: timer\r\nSession-Expires: 9000;refresher=uas\r\n");
    for (int i = 0; i < 3; ++i) {
        pass(500 * kSecond);
        say(a, a.in_dialog("UPDATE", "", "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n"));
        const auto refreshed = a.take("SIP/2.0 200");
        EXPECT_EQ(header(refreshed, "Session-Expires"), "600;refresher=uac");
        EXPECT_TRUE(pbx.quiet()) << "a refresh stays on its side";
    }
    // The caller falls silent: 600 s less 32.
    pass(566 * kSecond);
    EXPECT_TRUE(a.quiet() && pbx.quiet());
    pass(3 * kSecond);
    EXPECT_EQ(header(a.take("BYE"), "Reason"), "SIP;cause=408;text=\"Session expired\"");
    say(pbx, pbx.respond(pbx.take("BYE"), 200));
    media_events();
    pass(40 * kSecond);
    EXPECT_EQ(record().reason, "session expired");
    EXPECT_EQ(record().ended_by, call::EndedBy::appliance);
}

TEST_F(SessionTimer, WeRefreshByUpdate) {
    model.realms["access"].session_expires = std::chrono::seconds(0);
    apply();
    call("Supported: timer\r\nSession-Expires: 300\r\n",
         std::string(kUpdateAllowed) + "Supported: timer\r\nSession-Expires: 1800;refresher=uac\r\n");
    EXPECT_EQ(header(ok, "Session-Expires"), "") << "on this side there is none";
    for (int i = 0; i < 5; ++i) {
        pass(900 * kSecond + kMoment);
        const auto update = pbx.take("UPDATE");
        EXPECT_EQ(header(update, "Session-Expires"), "1800;refresher=uac");
        EXPECT_EQ(body_of(update), "");
        say(pbx, pbx.respond(update, 200, "", "Session-Expires: 1800;refresher=uac\r\n"));
    }
    EXPECT_TRUE(a.quiet());
    hang_up(pbx, a);
}

TEST_F(SessionTimer, WhoDoesNotTakeUpdateIsAskedByReinvite) {
    call("Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n" + std::string(kUpdateAllowed), "");
    EXPECT_EQ(header(ok, "Session-Expires"), "600;refresher=uas");
    pass(300 * kSecond + kMoment);
    const auto update = a.take("UPDATE");
    EXPECT_EQ(header(update, "Session-Expires"), "600;refresher=uac");
    say(a, a.respond(update, 501));
    const auto reinvite = a.take("INVITE");
    EXPECT_EQ(body_of(reinvite), body_of(ok));
    say(a, a.respond(reinvite, 200, audio(a.media_address, 4000),
                     "Require: timer\r\nSession-Expires: 600;refresher=uac\r\n"));
    a.take("ACK");
    pass(299 * kSecond);
    EXPECT_TRUE(a.quiet());
    hang_up(a, pbx);
}

TEST_F(SessionTimer, ShorterThanMinSeIs422) {
    model.realms["access"].min_se = std::chrono::seconds(300);
    apply();
    const auto asked = a.request("INVITE", "2001", audio(a.media_address, 4000),
                                 "Supported: timer\r\nSession-Expires: 120\r\nMin-SE: 120\r\n");
    say(a, asked);
    const auto refusal = a.take("SIP/2.0 422");
    EXPECT_EQ(header(refusal, "Min-SE"), "300");
    EXPECT_TRUE(pbx.quiet());
    say(a, a.ack_refusal(asked, refusal));
    media_events();
    EXPECT_EQ(record().sip_code, 422);
    // One that knows no timers would not understand (a proxy wrote the header).
    call("Session-Expires: 120\r\n", "");
    hang_up(a, pbx);
}

TEST_F(SessionTimer, The422OfThePeerIsMetByALongerSession) {
    const auto asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    const auto first = pbx.take("INVITE");
    say(pbx, pbx.respond(first, 422, "", "Min-SE: 3600\r\n"));
    pbx.take("ACK");
    const auto second = pbx.take("INVITE");
    EXPECT_EQ(header(second, "Session-Expires"), "3600");
    EXPECT_EQ(header(second, "Min-SE"), "3600");
    EXPECT_EQ(header(second, "Call-ID"), header(first, "Call-ID"));
    EXPECT_EQ(std::stoi(header(second, "CSeq")), std::stoi(header(first, "CSeq")) + 1);
    EXPECT_EQ(body_of(second), body_of(first));
    // Not for ever: a Min-SE that does not grow is a refusal like any other.
    say(pbx, pbx.respond(second, 422, "", "Min-SE: 3600\r\n"));
    pbx.take("ACK");
    const auto refusal = a.take("SIP/2.0 422");
    say(a, a.ack_refusal(asked, refusal));
    media_events();
}

TEST_F(SessionTimer, RefreshThatFindsNobodyEndsTheCall) {
    model.realms["access"].session_expires = std::chrono::seconds(0);
    apply();
    call("", std::string(kUpdateAllowed));
    pass(900 * kSecond + kMoment);
    const auto update = pbx.take("UPDATE");
    say(pbx, pbx.respond(update, 481));
    pbx.take("BYE");
    media_events();
    pass(40 * kSecond);
    EXPECT_EQ(record().reason, "dialog lost by the peer");
}

TEST_F(SessionTimer, NoResponseToARefreshEndsTheCall) {
    call("Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n" + std::string(kUpdateAllowed), "");
    pass(300 * kSecond + kMoment);
    a.take("UPDATE");
    pass(33 * kSecond);
    media_events();
    pass(40 * kSecond);
    EXPECT_EQ(record().reason, "no response to session refresh");
}

TEST_F(SessionTimer, AnyRefusalOfAPeerWithoutTimersIsLife) {
    model.realms["access"].session_expires = std::chrono::seconds(0);
    apply();
    call("", kUpdateAllowed);
    for (int i = 0; i < 4; ++i) {
        pass(900 * kSecond + kMoment);
        say(pbx, pbx.respond(pbx.take("UPDATE"), 500));
    }
    hang_up(a, pbx);
}

TEST_F(SessionTimer, AReofferIsARefreshToo) {
    call("Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n",
         "Require: timer\r\nSession-Expires: 1800;refresher=uas\r\n");
    pass(500 * kSecond);
    say(a, a.in_dialog("INVITE", audio(a.media_address, 4002),
                       "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n"));
    a.take("SIP/2.0 100");
    const auto reinvite = pbx.take("INVITE");
    EXPECT_EQ(header(reinvite, "Session-Expires"), "1800;refresher=uas") << "the roles stay";
    say(pbx, pbx.respond(reinvite, 200, audio(pbx.media_address, 6000),
                         "Require: timer\r\nSession-Expires: 1800;refresher=uas\r\n"));
    EXPECT_EQ(header(a.take("SIP/2.0 200"), "Session-Expires"), "600;refresher=uac");
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    pbx.take("ACK");
    pass(560 * kSecond);
    EXPECT_TRUE(a.quiet());
    hang_up(a, pbx);
}

TEST_F(SessionTimer, WithoutPolicyWhatThePeersSayPasses) {
    model.realms["access"].session_expires = std::chrono::seconds(0);
    model.trunks["pbx"].session_expires = std::chrono::seconds(0);
    apply();
    call("Supported: timer\r\nSession-Expires: 900\r\nMin-SE: 120\r\n",
         "Require: timer\r\nSession-Expires: 900;refresher=uac\r\n");
    EXPECT_EQ(header(invite, "Session-Expires"), "900");
    EXPECT_EQ(header(invite, "Min-SE"), "120");
    EXPECT_EQ(header(ok, "Session-Expires"), "900;refresher=uac");
    pass(3000 * kSecond);
    EXPECT_TRUE(a.quiet() && pbx.quiet());
    hang_up(a, pbx);
}

}  // namespace
}  // namespace strowger::test
