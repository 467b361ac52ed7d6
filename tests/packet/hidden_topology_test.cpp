// Calls through the stateless proxy whose sides are hidden from each other: every message of every dialog
// reaches the other side as if nothing were hidden, and shows nothing
// (docs/decisions/0060-hidden-topology.md).
#include <gtest/gtest.h>

#include "hidden_call.hpp"

namespace strowger::test {
namespace {

class HiddenTopology : public HiddenCall {
  protected:
    void call() { answer(begin(), 200); }
    void expect_refused(const Side& from, const std::string& text, std::uint16_t status, Counter counter) {
        const Left left = only(from, text);
        EXPECT_EQ(left.port, from.port);
        EXPECT_EQ(left.text.rfind("SIP/2.0 " + std::to_string(status) + " ", 0), 0u) << left.text;
        EXPECT_EQ(moved(counter), 1u);
        EXPECT_EQ(punted().size(), 0u);
    }
    static std::string branch_of(const Left& left) {
        const std::string via = header(left.text, "Via");
        return via.substr(0, via.find(";hidden="));
    }
    // Changes one character of the first token that follows `start`.
    static std::string flipped(std::string text, const std::string& start, std::size_t further = 30) {
        const std::size_t at = text.find(start);
        EXPECT_NE(at, std::string::npos) << text;
        char& c = text[at + start.size() + further];
        c = c == 'A' ? 'B' : 'A';
        return text;
    }
};

TEST_F(HiddenTopology, TheOtherSideSeesOneViaOneRouteAndOurContact) {
    const Left invite = begin();
    EXPECT_EQ(invite.port, kCorePort);
    EXPECT_EQ(headers(invite.text, "Via").size(), 1u);
    EXPECT_EQ(header(invite.text, "Via").rfind("SIP/2.0/UDP 10.20.0.1:5060;branch=z9hG4bK", 0), 0u);
    EXPECT_EQ(headers(invite.text, "Record-Route").size(), 1u);
    EXPECT_NE(header(invite.text, "Record-Route").find("@10.20.0.1:5060;lr>"), std::string::npos);
    const std::string contact = header(invite.text, "Contact");
    EXPECT_EQ(contact.rfind("<sip:c.3", 0), 0u) << contact;
    EXPECT_NE(contact.find("@10.20.0.1:5060>;isfocus"), std::string::npos) << contact;
    EXPECT_EQ(contact.find("alice"), std::string::npos);
    expect_nothing_of(caller, invite.text);
    const Left ok = answer(invite, 200);
    expect_nothing_of(callee, ok.text);
    const auto vias = headers(ok.text, "Via");
    ASSERT_EQ(vias.size(), 3u);
    EXPECT_EQ(vias[0], "SIP/2.0/UDP 10.10.0.99:5060;branch=z9hG4bKtest;received=10.10.0.99;rport=5060");
    EXPECT_EQ(vias[1], caller.vias[0]);
    EXPECT_EQ(vias[2], caller.vias[1]);
    const auto routes = headers(ok.text, "Record-Route");
    ASSERT_EQ(routes.size(), 3u) << ok.text;
    EXPECT_NE(routes[0].find("@10.10.0.1:5060;lr>"), std::string::npos);
    EXPECT_EQ(routes[1], caller.record_routes[0]);
    EXPECT_EQ(routes[2], caller.record_routes[1]);
    EXPECT_EQ(moved(Counter::route_requests), 1u);
    EXPECT_EQ(moved(Counter::route_responses), 1u);
}

TEST_F(HiddenTopology, EveryMethodPassesFromEitherSideWhoeverIsHidden) {
    for (const auto& [access, core] : {std::pair{true, true}, {true, false}, {false, true}}) {
        hide(access, core);
        const Left invite = begin();
        expect_hidden(caller, callee, invite);
        for (const int status : {180, 183, 200}) expect_hidden(callee, caller, answer(invite, status));
        for (const char* method :
             {"ACK", "PRACK", "UPDATE", "INVITE", "REFER", "INFO", "MESSAGE", "NOTIFY", "SUBSCRIBE", "BYE"}) {
            const Left out = send_within(caller, callee, method);
            const Left back = send_within(callee, caller, method);
            EXPECT_TRUE(headers(out.text, "Record-Route").empty());
            EXPECT_TRUE(headers(back.text, "Record-Route").empty());
            if (std::string_view(method) == "ACK") continue;
            answer_within(callee, caller, out);
            answer_within(caller, callee, back);
        }
    }
    EXPECT_EQ(moved(Counter::route_in_dialog), 60u);
    EXPECT_EQ(punted().size(), 0u);
}

TEST_F(HiddenTopology, ACallFromTheOtherRealmIsHiddenTheSameWay) {
    std::swap(caller, callee);
    // Each side's values with its proxies in the other order: the nearest to us first for the caller.
    caller.record_routes = {"<sip:10.20.0.10:5060;lr>", "<sip:q2.b-side.example;lr>"};
    callee.record_routes = {"<sip:p1.a-side.example;lr>, <sip:10.10.0.98;lr;ftag=a>", "<sip:10.10.0.99;lr>"};
    register_contact(tables, "1001@lab.example", "sip:1001@10.10.0.99", ListenerId{0}, "10.10.0.99:5060");
    const Left invite = begin("INVITE", "sip:1001@lab.example");
    EXPECT_EQ(invite.port, kAccessPort);
    expect_nothing_of(caller, invite.text);
    answer(invite, 200);
    answer_within(callee, caller, send_within(caller, callee, "BYE"));
    answer_within(caller, callee, send_within(callee, caller, "BYE"));
}

TEST_F(HiddenTopology, WithinOneRealmToo) {
    register_contact(tables, "1002@lab.example", "sip:1002@10.10.0.10:5060", ListenerId{0},
                     "10.10.0.10:5060");
    callee.port = kAccessPort;
    callee.realm = kAccess;
    callee.source = "10.10.0.10";
    callee.ours = "10.10.0.1";
    callee.record_routes = {"<sip:10.10.0.10;lr>"};
    callee.marks = {"10.10.0.10", "fd10:b:"};
    caller.marks = {"10.10.0.7", "10.10.0.9", "a-side"};
    const Left invite = begin("INVITE", "sip:1002@lab.example");
    expect_nothing_of(caller, invite.text);
    expect_nothing_of(callee, answer(invite, 200).text);
    answer_within(callee, caller, send_within(caller, callee, "BYE"));
    answer_within(caller, callee, send_within(callee, caller, "BYE"));
}

TEST_F(HiddenTopology, CancelAndTheAckToARefusalBelongToTheirInvite) {
    const Left invite = begin();
    EXPECT_EQ(invite.text, begin().text) << "a retransmission is the same, byte for byte";
    const RequestOptions own{.contact = caller.contact};
    const Left cancel = only(caller, request("CANCEL", "sip:2000@lab.example", own));
    EXPECT_EQ(branch_of(cancel), branch_of(invite));
    EXPECT_EQ(first_line(cancel.text), "CANCEL " + first_line(invite.text).substr(7));
    EXPECT_EQ(headers(only(callee, response(cancel.text, 200)).text, "Via").size(), 1u);
    const Left refused = answer(invite, 487);
    EXPECT_EQ(headers(refused.text, "Via").size(), 3u);
    const Left ack = only(caller, request("ACK", "sip:2000@lab.example", {.to_tag = "uas"}));
    EXPECT_EQ(branch_of(ack), branch_of(invite));
    EXPECT_EQ(ack.frame.destination, invite.frame.destination);
    // Those of a re-INVITE, too.
    call();
    const Left again = send_within(caller, callee, "INVITE");
    std::string text = within(caller, "CANCEL");
    replace(text, "z9hG4bKCANCEL", "z9hG4bKINVITE");
    EXPECT_EQ(branch_of(only(caller, text)), branch_of(again));
    text = within(caller, "ACK");
    replace(text, "z9hG4bKACK", "z9hG4bKINVITE");
    EXPECT_EQ(branch_of(only(caller, text)), branch_of(again));
}

TEST_F(HiddenTopology, ForksAreDialogsOfTheirOwn) {
    const Left invite = begin();
    struct Fork {
        Side caller;
        Side callee;
    };
    std::vector<Fork> forks;
    for (const char* tag : {"fork-1", "fork-2", "fork-3"}) {
        callee.tag = tag;
        callee.uri = std::string("sip:bob@10.20.0.") + tag[5];
        callee.contact = "<" + callee.uri + ">";
        callee.record_routes = {"<sip:10.20.0.99;lr;for=" + std::string(tag) + ">"};
        answer(invite, 183);
        forks.push_back({caller, callee});
    }
    EXPECT_NE(forks[0].caller.target, forks[1].caller.target);
    for (const Fork& fork : forks) {
        caller = fork.caller;
        callee = fork.callee;
        answer_within(callee, caller, send_within(caller, callee, "PRACK"));
        answer_within(caller, callee, send_within(callee, caller, "UPDATE"));
        answer_within(callee, caller, send_within(caller, callee, "BYE"));
    }
}

TEST_F(HiddenTopology, ATargetRefreshIsFollowed) {
    call();
    caller.contact = "<sip:moved@10.10.0.66:5099>";
    caller.uri = "sip:moved@10.10.0.66:5099";
    const Left refresh = send_within(caller, callee, "UPDATE");
    const std::string before = callee.target;
    callee.target = header(refresh.text, "Contact");
    callee.target = callee.target.substr(1, callee.target.find('>') - 1);
    EXPECT_NE(callee.target, before);
    callee.contact = "<sip:away@10.20.0.44>";
    callee.uri = "sip:away@10.20.0.44";
    const Left ok = answer_within(callee, caller, refresh);
    caller.target = header(ok.text, "Contact");
    caller.target = caller.target.substr(1, caller.target.find('>') - 1);
    send_within(callee, caller, "BYE");
    send_within(caller, callee, "BYE");
}

TEST_F(HiddenTopology, ASubscriptionIsADialogEvenWhenItsNotifyComesFirst) {
    const Left subscribe = begin("SUBSCRIBE", "sip:2000@lab.example", "Event: dialog\r\n");
    expect_nothing_of(caller, subscribe.text);
    answer_within(caller, callee, send_within(callee, caller, "NOTIFY"));
    answer(subscribe, 202);
    answer_within(callee, caller, send_within(caller, callee, "SUBSCRIBE"));
    answer_within(caller, callee, send_within(callee, caller, "NOTIFY"));
}

TEST_F(HiddenTopology, RecordRoutesWithinADialogAreLeftOut) {
    call();
    send_within(caller, callee, "INVITE", "Record-Route: <sip:10.10.0.98;lr>\r\n");
    Left reinvite = send_within(caller, callee, "INVITE");
    reinvite.text.insert(reinvite.text.find("\r\n") + 2, "Record-Route: <sip:q2.b-side.example;lr>\r\n");
    EXPECT_TRUE(headers(answer_within(callee, caller, reinvite).text, "Record-Route").empty());
}

TEST_F(HiddenTopology, AStrictRouterBehindUsIsUnderstood) {
    call();
    // Our token in the Request-URI, the remote target at the end of the route (RFC 3261 16.12.1.2).
    const std::string mine = caller.route_set.at(0);
    const Left left = only(caller, request("BYE", mine.substr(1, mine.find('>') - 1),
                                           {.to_tag = "uas", .extra = "Route: <" + caller.target + ">\r\n"}));
    EXPECT_EQ(first_line(left.text), "BYE " + callee.uri + " SIP/2.0");
    EXPECT_EQ(header(left.text, "Route"), "<sip:10.20.0.10:5060;lr>, <sip:q2.b-side.example;lr>");
}

TEST_F(HiddenTopology, AStrictRouterBehindTheTokenGetsItsUri) {
    caller.record_routes = {"<sip:10.10.0.99>"};
    call();
    const Left left = only(callee, within(callee, "BYE"));
    EXPECT_EQ(first_line(left.text), "BYE sip:10.10.0.99 SIP/2.0");
    EXPECT_EQ(header(left.text, "Route"), "<" + caller.uri + ">");
    EXPECT_EQ(wire::to_string(left.frame.destination), "10.10.0.99:5060");
}

TEST_F(HiddenTopology, APeerBehindNatIsReachedWhereItCalledFromAndItsAddressIsHidden) {
    caller.record_routes.clear();
    caller.contact = "<sip:1001@192.168.1.5:5060>";
    caller.uri = "sip:1001@192.168.1.5:5060";
    caller.marks.emplace_back("192.168.");
    // As hexadecimal digits, which a token without hiding shows.
    caller.marks.emplace_back("0a0a0063");
    const Left invite = begin();
    expect_nothing_of(caller, invite.text);
    answer(invite, 200);
    const Left bye = send_within(callee, caller, "BYE");
    EXPECT_EQ(wire::to_string(bye.frame.destination), "10.10.0.99:5060");
}

TEST_F(HiddenTopology, WhatAContactSaysOfItselfStays) {
    caller.contact =
        "<sip:alice@10.10.0.77>;q=0.5;expires=60;isfocus;audio;methods=\"INVITE,BYE\";"
        "+sip.instance=\"<urn:uuid:f81d4fae>\";pub-gruu=\"sip:a@10.10.0.5;gr\", <tel:+4930123>, "
        "<http://10.10.0.9/>";
    const std::string contact = header(begin().text, "Contact");
    EXPECT_NE(contact.find(">;q=0.5;expires=60;isfocus;audio;methods=\"INVITE,BYE\", <tel:+4930123>"),
              std::string::npos)
        << contact;
    EXPECT_EQ(contact.find("http"), std::string::npos);
    EXPECT_EQ(contact.find("uuid"), std::string::npos);
    expect_nothing_of(caller, contact);
}

TEST_F(HiddenTopology, ARedirectionIsHiddenAndCanBeFollowed) {
    const Left invite = begin();
    callee.contact = "<sip:3000@10.20.0.99>;q=0.8, <sip:3001@[fd10:b::9]>;q=0.5";
    const Left moved_to = answer(invite, 302);
    expect_nothing_of(callee, moved_to.text);
    const auto contacts = elements(headers(moved_to.text, "Contact"));
    ASSERT_EQ(contacts.size(), 2u);
    // Its token is no way around the dial plan: the URI goes there as if the caller had known it.
    const std::string uri = contacts[0].substr(1, contacts[0].find('>') - 1);
    const Left again = only(caller, request("INVITE", uri, {.branch = "z9hG4bKagain"}));
    EXPECT_EQ(first_line(again.text), "INVITE sip:3000@10.20.0.99 SIP/2.0");
    EXPECT_EQ(wire::to_string(again.frame.destination), "10.20.0.10:5060") << "the trunk of the dial plan";
}

TEST_F(HiddenTopology, ReferToIsTranslated) {
    call();
    // An address of the sender's own side.
    const Left one =
        only(caller,
             within(caller, "REFER", "Refer-To: <sip:c@10.10.0.55:5070?Replaces=x%40y>;method=INVITE\r\n"));
    expect_nothing_of(caller, one.text);
    const std::string hidden = header(one.text, "Refer-To");
    EXPECT_EQ(hidden.rfind("<sip:c.3", 0), 0u) << hidden;
    EXPECT_NE(hidden.find("@10.20.0.1:5060?Replaces=x%40y>;method=INVITE"), std::string::npos) << hidden;
    // The token comes back with the URI in it, as the side that it hides knows it.
    const Left back = only(callee, within(callee, "REFER", "Refer-To: " + hidden + "\r\n"));
    const std::string again = header(back.text, "Refer-To");
    EXPECT_NE(again.find("@10.10.0.1:5060?Replaces=x%40y>"), std::string::npos) << again;
    hide(false, true);
    const Left open = only(callee, within(callee, "REFER", "Refer-To: " + hidden + "\r\n"));
    EXPECT_EQ(header(open.text, "Refer-To"), "<sip:c@10.10.0.55:5070?Replaces=x%40y>;method=INVITE");
    // Names are no addresses.
    EXPECT_EQ(
        header(only(caller, within(caller, "REFER", "Refer-To: sip:1002@lab.example\r\n")).text, "Refer-To"),
        "sip:1002@lab.example");
}

TEST_F(HiddenTopology, OtherHeadersThatNameTheSenderNameUs) {
    tables.proxy.realms[0].trusted = true;
    const std::string extra =
        "Diversion: <sip:1@10.10.0.99>;reason=busy\r\nHistory-Info: <sip:2@10.10.0.99>;index=1, "
        "<sip:3@10.10.0.99:5070>;index=1.1\r\nReferred-By: <sip:4@10.10.0.99>\r\nP-Asserted-Identity: "
        "<sip:5@10.10.0.99>\r\nWarning: 399 10.10.0.99 \"a, b\", 307 a-side.example \"c\"\r\n";
    const Left left = begin("INVITE", "sip:2000@lab.example", extra);
    expect_nothing_of(caller, left.text);
    EXPECT_EQ(header(left.text, "Diversion"), "<sip:1@10.20.0.1>;reason=busy");
    EXPECT_EQ(header(left.text, "History-Info"),
              "<sip:2@10.20.0.1>;index=1, <sip:3@10.20.0.1:5070>;index=1.1");
    EXPECT_EQ(header(left.text, "Warning"), "399 10.20.0.1:5060 \"a, b\", 307 10.20.0.1:5060 \"c\"");
    EXPECT_EQ(header(left.text, "P-Asserted-Identity"), "<sip:5@10.20.0.1>");
    // Not a part of another address; and the other family is written as a host, too.
    EXPECT_EQ(header(begin("INVITE", "sip:2000@lab.example",
                           "Diversion: <sip:1@110.10.0.99>, <sip:2@10.10.0.990>\r\n")
                         .text,
                     "Diversion"),
              "<sip:1@110.10.0.99>, <sip:2@10.10.0.990>");
    Side six = caller;
    six.source = "fd10:a::99";
    six.ours = "fd10:a::1";
    EXPECT_EQ(header(only(six, request("INVITE", "sip:2000@lab.example",
                                       {.extra = "Diversion: <sip:1@[fd10:a::99]:5060>\r\n"}))
                         .text,
                     "Diversion"),
              "<sip:1@10.20.0.1:5060>");
    // What is taken out altogether is not changed too.
    tables.proxy.realms[1].remove_headers = {"Diversion", "Warning", "Refer-To"};
    EXPECT_TRUE(
        headers(begin("INVITE", "sip:2000@lab.example", extra + "Refer-To: <sip:a@10.10.0.4>\r\n").text,
                "Diversion")
            .empty());
}

TEST_F(HiddenTopology, ATrunksWordOutweighsItsRealms) {
    hide(false, false);
    tables.proxy.realms[1].sources = {{*wire::parse_prefix("10.20.0.10"), TrunkId{0}, 0, true, true}};
    expect_nothing_of(caller, begin().text);
    tables.proxy.realms[1].sources[0].hides = false;
    tables.proxy.realms[1].hides = true;
    EXPECT_NE(begin().text.find("10.10.0.99"), std::string::npos);
}

TEST_F(HiddenTopology, ForgedAndForeignTokensAreRefused) {
    call();
    expect_refused(caller, flipped(within(caller, "BYE"), "sip:rc."), 403, Counter::route_forged_tokens);
    expect_refused(caller, flipped(within(caller, "BYE"), "sip:c."), 403, Counter::route_forged_tokens);
    // Cut short, but still long enough to be one.
    std::string cut = within(caller, "BYE");
    cut.erase(cut.find("sip:c.") + 40, 5);
    expect_refused(caller, cut, 403, Counter::route_forged_tokens);
    std::string other_call = within(caller, "BYE");
    replace(other_call, "Call-ID: call-1", "Call-ID: call-2");
    expect_refused(caller, other_call, 403, Counter::route_forged_tokens);
    std::string other_tag = within(caller, "BYE");
    replace(other_tag, ";tag=a\r\n", ";tag=b\r\n");
    expect_refused(caller, other_tag, 403, Counter::route_forged_tokens);
    // One side's tokens used by the other.
    Side thief = callee;
    thief.route_set = caller.route_set;
    expect_refused(thief, within(thief, "BYE"), 403, Counter::route_forged_tokens);
    thief = callee;
    thief.target = caller.target;
    expect_refused(
        thief,
        request("BYE", thief.target,
                {.from_tag = "uas", .to_tag = "a", .extra = "Route: " + callee.route_set[0] + "\r\n"}),
        403, Counter::route_forged_tokens);
    // Outside any dialog.
    expect_refused(caller, flipped(request("INVITE", caller.target), "sip:c."), 403,
                   Counter::route_forged_tokens);
    expect_none(caller, flipped(within(caller, "ACK"), "sip:c."));
    EXPECT_EQ(dropped(Drop::route_unanswerable), 1u) << "an ACK gets no answer";
}

TEST_F(HiddenTopology, ForgedViasAreDropped) {
    const Left invite = begin();
    const std::string good = response(invite.text, 200);
    expect_none(callee, flipped(good, ";hidden="));
    EXPECT_EQ(dropped(Drop::route_forged_hidden), 1u);
    std::string cut = good;
    cut.erase(cut.find(";hidden=") + 30, 8);
    expect_none(callee, cut);
    std::string none = good;
    none.erase(none.find(";hidden="), none.find("\r\n", none.find(";hidden=")) - none.find(";hidden="));
    expect_none(callee, none);
    EXPECT_EQ(dropped(Drop::route_forged_hidden), 1u);
    EXPECT_EQ(dropped(Drop::route_bad_via), 1u) << "no Via below ours at all";
    // That of another request.
    branch = "z9hG4bKother";
    const Left other = begin();
    const std::string stolen = header(other.text, "Via").substr(header(other.text, "Via").find(";hidden="));
    std::string mixed = good;
    mixed.replace(mixed.find(";hidden="), mixed.find("\r\n", mixed.find(";hidden=")) - mixed.find(";hidden="),
                  stolen);
    expect_none(callee, mixed);
    EXPECT_EQ(dropped(Drop::route_forged_hidden), 1u);
    EXPECT_EQ(only(callee, good).port, kAccessPort);
}

TEST_F(HiddenTopology, WhatDoesNotFitIsRefusedByName) {
    // A stack that does not fit is longer than an answer with it may be.
    std::string vias;
    for (int i = 0; i < 17; ++i)
        vias += "Via: SIP/2.0/UDP a-very-long-host-name.a-side.example:5060;branch=z9hG4bK0123456789\r\n";
    expect_none(caller, request("INVITE", "sip:2000@lab.example", {.extra = vias}));
    EXPECT_EQ(dropped(Drop::route_hidden_too_big), 1u);
    expect_refused(
        caller,
        request("INVITE", "sip:2000@lab.example", {.contact = "<sip:" + std::string(1300, 'x') + "@h>"}), 513,
        Counter::route_too_large_to_hide);
    std::string routes = "Record-Route: <sip:proxy.a-side.example;lr>";
    for (int i = 0; i < 40; ++i) routes += ",<sip:proxy.a-side.example;lr>";
    routes += "\r\n";
    expect_refused(caller, request("INVITE", "sip:2000@lab.example", {.extra = routes}), 513,
                   Counter::route_too_large_to_hide);
    // More values than a request may have Routes.
    routes = "Record-Route: <sip:p.a;lr>";
    for (int i = 0; i < 16; ++i) routes += ",<sip:p.a;lr>";
    expect_refused(caller, request("INVITE", "sip:2000@lab.example", {.extra = routes + "\r\n"}), 513,
                   Counter::route_too_large_to_hide);
    // An answer can only be dropped.
    const Left invite = begin();
    std::string large = response(invite.text, 200);
    large.insert(large.find("Content-Length"), "Contact: <sip:" + std::string(1300, 'x') + "@h>\r\n");
    expect_none(callee, large);
    EXPECT_EQ(dropped(Drop::route_hidden_too_big), 1u);
}

TEST_F(HiddenTopology, AKeyThatWasRenewedIsStillGood) {
    const Left invite = begin();
    tables.proxy.keys[1] = tables.proxy.keys[0];
    tables.proxy.keys[0] = {4, true, {99, 100}};
    answer(invite, 200);
    const Left info = send_within(callee, caller, "INFO");
    answer_within(caller, callee, info);
    send_within(caller, callee, "BYE");
    tables.proxy.keys[1] = {5, true, {1, 2}};
    expect_refused(callee, within(callee, "BYE"), 403, Counter::route_forged_tokens);
    EXPECT_EQ(send_within(caller, callee, "BYE").port, kCorePort) << "its tokens are of the new key";
}

TEST_F(HiddenTopology, ALoopIsFoundThroughWhatIsHidden) {
    const Left first = begin("INVITE", "sip:bob@elsewhere.example");
    // Back with another Request-URI: a spiral, which hides our first Via in the second.
    std::string spiral = first.text;
    replace(spiral, "sip:bob@", "sip:carol@");
    const Left second = only(caller, spiral);
    EXPECT_EQ(second.port, kCorePort);
    EXPECT_EQ(headers(second.text, "Via").size(), 1u);
    // And again as it came first: a loop.
    std::string loop = second.text;
    replace(loop, "sip:carol@", "sip:bob@");
    EXPECT_EQ(first_line(only(caller, loop).text), "SIP/2.0 482 Loop Detected");
}

TEST_F(HiddenTopology, ASpiralIsHiddenTwiceAndRestoredTwice) {
    // The callee's side sends the request back to us for a phone: two passes, each with tokens of its own.
    register_contact(tables, "1001@lab.example", "sip:1001@10.10.0.99", ListenerId{0}, "10.10.0.99:5060");
    const Left first = begin();
    std::string spiral = first.text;
    replace(spiral, first_line(spiral), "INVITE sip:1001@lab.example SIP/2.0");
    spiral.insert(
        spiral.find("\r\n") + 2,
        "Via: SIP/2.0/UDP 10.20.0.10:5060;branch=z9hG4bKmiddle\r\nRecord-Route: <sip:10.20.0.10;lr>\r\n");
    const Left second = only(callee, spiral);
    EXPECT_EQ(second.port, kAccessPort);
    EXPECT_EQ(headers(second.text, "Via").size(), 1u);
    EXPECT_EQ(headers(second.text, "Record-Route").size(), 1u);
    Side phone = caller;
    std::string ok = response(second.text, 200);
    ok.insert(ok.find("Content-Length"), "Contact: <sip:1001@10.10.0.99>\r\n");
    const Left middle = only(phone, ok);
    EXPECT_EQ(middle.port, kCorePort);
    EXPECT_EQ(headers(middle.text, "Record-Route").size(), 3u) << middle.text;
    std::string back = middle.text;
    back.erase(back.find("Via:"), back.find("\r\n", back.find("Via:")) + 2 - back.find("Via:"));
    const Left last = only(callee, back);
    EXPECT_EQ(last.port, kAccessPort);
    EXPECT_EQ(headers(last.text, "Via").size(), 3u) << last.text;
    const auto routes = headers(last.text, "Record-Route");
    ASSERT_EQ(routes.size(), 3u) << last.text;
    EXPECT_EQ(routes[1], caller.record_routes[0]);
    // The caller's BYE goes through both passes.
    std::string target = header(last.text, "Contact");
    target = target.substr(1, target.find('>') - 1);
    const Left bye =
        only(phone, request("BYE", target, {.to_tag = "uas", .extra = "Route: " + routes[0] + "\r\n"}));
    EXPECT_EQ(bye.port, kCorePort);
    const auto route = elements(headers(bye.text, "Route"));
    ASSERT_EQ(route.size(), 2u);
    EXPECT_EQ(route[0], "<sip:10.20.0.10;lr>");
    std::string onward = bye.text;
    replace(onward, route[0] + ", ", "");
    const Left end = only(callee, onward);
    EXPECT_EQ(first_line(end.text), "BYE sip:1001@10.10.0.99 SIP/2.0");
    EXPECT_EQ(end.port, kAccessPort);
}

}  // namespace
}  // namespace strowger::test
