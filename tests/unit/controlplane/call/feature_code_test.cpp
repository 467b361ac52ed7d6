// Features that subscribers set from their phones.
#include "call/feature_settings.hpp"
#include "memory_store.hpp"
#include "world.hpp"

namespace strowger::test {
namespace {

using call::FeatureRequest;
using model::Feature;

const model::FeatureCodes kCodes{{Feature::forward_always, "21"}, {Feature::forward_no_answer, "61"},
                                 {Feature::do_not_disturb, "26"}};

std::string read(std::string_view dialled) {
    const auto r = call::read_feature_code(kCodes, dialled);
    if (!r) return "none";
    constexpr const char* what[] = {"set", "off", "reset", "ask"};
    return std::string(what[static_cast<std::size_t>(r->what)]) + " " + std::string(model::name_of(r->feature)) +
           (r->number.empty() ? "" : " " + r->number);
}

TEST(FeatureCode, AsPhonesDialThem) {
    EXPECT_EQ(read("*21*2001#"), "set forward_always 2001");
    EXPECT_EQ(read("**21*+4930#"), "set forward_always +4930");
    EXPECT_EQ(read("*21*2001"), "set forward_always 2001");
    EXPECT_EQ(read("*26#"), "set do_not_disturb");
    EXPECT_EQ(read("*26"), "set do_not_disturb");
    EXPECT_EQ(read("#21#"), "off forward_always");
    EXPECT_EQ(read("##61#"), "reset forward_no_answer");
    EXPECT_EQ(read("*#61#"), "ask forward_no_answer");
    for (const char* other : {"", "2001", "*", "#", "*2", "*211#", "*99#", "*21#x", "*21*2#3", "#21*2#", "*81002"})
        EXPECT_EQ(read(other), "none") << other;
}

struct FeatureCalls : World {
    FeatureCalls() {
        model.system.feature_codes = kCodes;
        apply();
        calls.give_settings(settings);
    }
    // a's phone dials the code and gets that answer; "" when it is answered and ended: then what its display says.
    std::string dial(const std::string& code, int status = 200) {
        a.call_id += "x";
        const auto asked = a.request("INVITE", code, audio(a.media_address, 4000));
        say(a, asked);
        if (a.inbox.size() == 1 && status_of(a.inbox.front()) == 100) a.take("SIP/2.0 100");
        store.poll();
        const auto answer = a.take("SIP/2.0 " + std::to_string(status));
        if (status != 200) {
            say(a, a.ack_refusal(asked, answer));
            return start_line(answer).substr(12);
        }
        a.learn(answer);
        EXPECT_TRUE(a.quiet());
        say(a, a.in_dialog("ACK", "", "", a.cseq));
        say(a, a.respond(a.take("BYE"), 200));
        media_events();
        const auto identity = header(answer, "P-Asserted-Identity");
        return identity.substr(1, identity.find('"', 1) - 1);
    }
    // What becomes of a call to 1001.
    std::string called() {
        c.call_id += "y";
        const auto asked = c.request("INVITE", "1001", audio(c.media_address, 4000));
        say(c, asked);
        while (!c.quiet() && status_of(c.inbox.front()) == 100) c.take();
        std::string where = "nobody";
        for (auto* party : {&a, &pbx})
            if (!party->quiet()) {
                const auto invite = party->take("INVITE");
                where = start_line(invite).substr(7, 8);
                say(*party, party->respond(invite, 603));
                party->take("ACK");
            }
        const auto refusal = c.take("SIP/2.0");
        say(c, c.ack_refusal(asked, refusal));
        media_events();
        return where == "nobody" ? std::to_string(status_of(refusal)) : where;
    }
    config::MemoryStore store;
    call::FeatureSettings settings{&store};
};

TEST_F(FeatureCalls, ForwardingIsSetSwitchedOffAndReset) {
    EXPECT_EQ(called(), "sip:1001");
    EXPECT_EQ(dial("*21*2001%23"), "forward_always: 2001");
    EXPECT_EQ(record().reason, "feature set (forward_always: 2001)");
    EXPECT_EQ(called(), "sip:2001");
    EXPECT_EQ(dial("*%2321%23"), "forward_always: 2001");
    EXPECT_EQ(dial("%2321%23"), "forward_always: off");
    EXPECT_EQ(called(), "sip:1001");
    model.subscribers["1001"].name = "1001";
    model.subscribers["1001"].forward_always.user = "2002";
    apply();
    EXPECT_EQ(called(), "sip:1001") << "off on the phone goes before the resource";
    EXPECT_EQ(dial("%23%2321%23"), "forward_always: 2002");
    EXPECT_EQ(called(), "sip:2002");
    EXPECT_TRUE(store.values.empty());
}

TEST_F(FeatureCalls, DoNotDisturbIsOnAndOff) {
    EXPECT_EQ(dial("*26%23"), "do_not_disturb: on");
    EXPECT_EQ(called(), "486");
    EXPECT_EQ(dial("%2326%23"), "do_not_disturb: off");
    EXPECT_EQ(called(), "sip:1001");
}

TEST_F(FeatureCalls, WhatIsConfirmedIsCommittedAndComesBackAfterARestart) {
    a.call_id += "x";
    say(a, a.request("INVITE", "*21*2001", audio(a.media_address, 4000)));
    a.take("SIP/2.0 100");
    EXPECT_TRUE(a.quiet()) << "nothing is confirmed before it is committed";
    EXPECT_EQ(called(), "sip:1001");
    store.poll();
    a.learn(a.take("SIP/2.0 200"));
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    say(a, a.respond(a.take("BYE"), 200));
    media_events();
    call::FeatureSettings restarted{&store};
    EXPECT_EQ(restarted.restore(), 1u);
    EXPECT_EQ(restarted.find("1001@lab.example", Feature::forward_always), "2001");
    EXPECT_EQ(restarted.effective("1001@lab.example", {}).always.user, "2001");
}

TEST_F(FeatureCalls, TwoAtOnceDoNotForgetEachOther) {
    int committed = 0;
    const auto count = [&](bool ok) { committed += ok ? 1 : 0; };
    ASSERT_TRUE(settings.set("x@y", Feature::do_not_disturb, "on", count));
    ASSERT_TRUE(settings.set("x@y", Feature::forward_busy, "2001", count));
    EXPECT_EQ(settings.find("x@y"), nullptr);
    store.poll();
    EXPECT_EQ(committed, 2);
    EXPECT_EQ(settings.find("x@y", Feature::do_not_disturb), "on");
    EXPECT_EQ(settings.find("x@y", Feature::forward_busy), "2001");
}

TEST_F(FeatureCalls, WhatCannotBeSetIsRefused) {
    EXPECT_EQ(dial("*21%23", 484), "A Number Is Needed");
    EXPECT_EQ(dial("*21*1001%23", 482), "The Number Is Its Own");
    EXPECT_EQ(dial("*21*9%23", 404), "no route");
    store.failing = true;
    EXPECT_EQ(dial("*21*2001%23", 500), "The Setting Cannot Be Recorded");
    store.failing = false;
    store.full = true;
    EXPECT_EQ(dial("*21*2001%23", 503), "The Database Is Behind");
    EXPECT_EQ(called(), "sip:1001");
}

TEST_F(FeatureCalls, ACallerWhoGivesUpStillHasItsSetting) {
    a.call_id += "x";
    const auto asked = a.request("INVITE", "*21*2001", audio(a.media_address, 4000));
    say(a, asked);
    a.take("SIP/2.0 100");
    say(a, a.cancel(asked));
    a.take("SIP/2.0 200");
    say(a, a.ack_refusal(asked, a.take("SIP/2.0 487")));
    store.poll();
    EXPECT_TRUE(a.quiet());
    EXPECT_EQ(called(), "sip:2001");
}

TEST_F(FeatureCalls, ATrunkSetsNothing) {
    const auto asked = pbx.request("INVITE", "*21*2001", audio(pbx.media_address, 4000));
    say(pbx, asked);
    while (!pbx.quiet() && status_of(pbx.inbox.front()) == 100) pbx.take();
    const auto refusal = pbx.take("SIP/2.0 403");
    say(pbx, pbx.ack_refusal(asked, refusal));
    EXPECT_TRUE(store.values.empty());
}

}  // namespace
}  // namespace strowger::test
