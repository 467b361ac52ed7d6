// Calls that come back to us: from a proxy, from another back-to-back user agent, by forwarding.
#include "world.hpp"

namespace strowger::test {
namespace {

struct Loop : World {
    // The PBX is a proxy that sends the INVITE back, to that number: our headers with a Via of its own on top.
    std::string sent_back(const std::string& invite, const std::string& number) {
        auto text = invite;
        pbx.remote = "sip:" + number + "@lab.example";
        const auto uri = text.find("sip:");
        text.replace(uri, text.find(' ', uri) - uri, pbx.remote);
        text.insert(text.find("\r\n") + 2, "Via: SIP/2.0/UDP 10.1.0.5:5060;branch=z9hG4bK-proxy-" + number + "\r\n");
        return text;
    }
};

TEST_F(Loop, AProxyThatSendsTheCallBackEndsIt) {
    const auto asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    const auto back = sent_back(invite, "2001");
    say(pbx, back);
    while (!pbx.quiet() && status_of(pbx.inbox.front()) == 100) pbx.take();
    const auto refusal = pbx.take("SIP/2.0 482");
    say(pbx, pbx.ack_refusal(back, refusal));
    say(pbx, pbx.respond(invite, 482));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 482")));
    media_events();
}

TEST_F(Loop, ASpiralGoesOn) {
    const auto asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    const auto back = sent_back(invite, "1002");  // the PBX leads the call on to a phone of ours
    say(pbx, back);
    while (!pbx.quiet() && status_of(pbx.inbox.front()) == 100) pbx.take();
    const auto rings = c.take("INVITE");
    say(c, c.respond(rings, 486));
    c.take("ACK");
    say(pbx, pbx.ack_refusal(back, pbx.take("SIP/2.0 486")));
    say(pbx, pbx.respond(invite, 486));
    pbx.take("ACK");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 486")));
    media_events();
}

TEST_F(Loop, AHistoryThatOnlyALoopHasEndsIt) {
    const auto call = [&](int entries) {
        std::string history;
        for (int i = 1; i <= entries; ++i) history += "History-Info: <sip:2001@x>;index=" + std::to_string(i) + "\r\n";
        a.call_id += "h";
        const auto asked = a.request("INVITE", "2001", audio(a.media_address, 4000), history);
        say(a, asked);
        while (!a.quiet() && status_of(a.inbox.front()) == 100) a.take();
        if (!pbx.quiet()) {
            say(pbx, pbx.respond(pbx.take("INVITE"), 486));
            pbx.take("ACK");
        }
        const auto refusal = a.take("SIP/2.0");
        say(a, a.ack_refusal(asked, refusal));
        media_events();
        return status_of(refusal);
    };
    EXPECT_EQ(call(32), 486);
    EXPECT_EQ(call(33), 482);
}

TEST_F(Loop, NoForwardsAreLeft) {
    auto asked = a.request("INVITE", "2001", audio(a.media_address, 4000));
    asked.replace(asked.find("Max-Forwards: 70"), 16, "Max-Forwards: 0");
    say(a, asked);
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 483")));
    EXPECT_TRUE(pbx.quiet());
}

// Thirty-two subscribers, each forwarding to the next, the last to the first.
TEST_F(Loop, ThirtyTwoForwardsInACircleEnd) {
    for (int i = 0; i < 32; ++i) {
        const auto name = std::to_string(1060 + i);
        auto& s = model.subscribers[name];
        s.name = name;
        s.forward_always.user = std::to_string(1060 + (i + 1) % 32);
    }
    apply();
    const auto asked = a.request("INVITE", "1060", audio(a.media_address, 4000));
    say(a, asked);
    while (!a.quiet() && status_of(a.inbox.front()) == 100) a.take();
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 482")));
    EXPECT_EQ(record().reason, "forwarded too often");
}

}  // namespace
}  // namespace strowger::test
