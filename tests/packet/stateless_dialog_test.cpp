// Requests within dialogs of stateless calls: along the Route tokens, from either side (RFC
// 3261 16.4, 16.12).
#include <gtest/gtest.h>

#include "sip_lines.hpp"
#include "stateless_realms.hpp"
#include "worker_fixture.hpp"

namespace strowger::test {
namespace {

// 1001 at 10.10.0.99 has called 2000 at the PBX, 10.20.0.10.
class StatelessDialog : public WorkerTest {
  protected:
    struct Left {
        PortId port{};
        Parsed frame;
        std::string text;
    };
    StatelessDialog() { stateless_realms(tables); }

    std::vector<Left> pass(PortId port, const char* source, const char* ours, std::string_view text) {
        run(port, eth().ip(source, ours).udp(5060, 5060).payload(text));
        std::vector<Left> out;
        for (const PortId p : {kAccessPort, kCorePort})
            for (const std::string& frame : sent(p)) {
                Left left{p, parse(frame), {}};
                EXPECT_EQ(left.frame.error, "");
                left.text = left.frame.payload;
                out.push_back(left);
            }
        return out;
    }
    Left phone(std::string_view text) { return only(pass(kAccessPort, "10.10.0.99", "10.10.0.1", text)); }
    Left pbx(std::string_view text) { return only(pass(kCorePort, "10.20.0.10", "10.20.0.1", text)); }
    static Left only(std::vector<Left> all) {
        EXPECT_EQ(all.size(), 1u);
        return all.empty() ? Left{} : all[0];
    }

    void call(const RequestOptions& options = {}) {
        invite = phone(request("INVITE", "sip:2000@lab.example", options));
        route_set = headers(invite.text, "Record-Route");
        ASSERT_EQ(route_set.size(), 2u);
    }
    // In-dialog requests: the caller's route set is the callee's in the opposite order (12.1.2).
    std::string of_caller(std::string_view method, const char* uri = "sip:2000@10.20.0.10:5060") {
        return request(method, uri, {.to_tag = "uas", .extra = routes(route_set[1], route_set[0])});
    }
    std::string of_callee(std::string_view method, const char* uri = "sip:1001@10.10.0.99") {
        return request(method, uri,
                       {.from_tag = "uas",
                        .to_tag = "a",
                        .extra = routes(route_set[0], route_set[1]),
                        .contact = "<sip:2000@10.20.0.10>",
                        .via_host = "10.20.0.10:5060"});
    }
    static std::string routes(const std::string& first, const std::string& second) {
        return "Route: " + first + "\r\nRoute: " + second + "\r\n";
    }
    void expect_forged(PortId port, const std::string& text) {
        const bool access = port == kAccessPort;
        const Left left =
            only(pass(port, access ? "10.10.0.99" : "10.20.0.10", access ? "10.10.0.1" : "10.20.0.1", text));
        EXPECT_EQ(first_line(left.text), "SIP/2.0 403 Route Is Not Ours");
        EXPECT_EQ(moved(Counter::route_forged_tokens), 1u);
        EXPECT_EQ(punted().size(), 0u);
    }

    Left invite;
    std::vector<std::string> route_set;
};

TEST_F(StatelessDialog, EveryMethodPassesFromEitherSide) {
    call();
    for (const char* method :
         {"ACK", "BYE", "INVITE", "UPDATE", "PRACK", "REFER", "INFO", "MESSAGE", "NOTIFY", "CANCEL"}) {
        const Left out = phone(of_caller(method));
        EXPECT_EQ(out.port, kCorePort) << method;
        EXPECT_EQ(wire::to_string(out.frame.destination), "10.20.0.10:5060");
        EXPECT_EQ(first_line(out.text), std::string(method) + " sip:2000@10.20.0.10:5060 SIP/2.0");
        EXPECT_TRUE(headers(out.text, "Route").empty());
        EXPECT_TRUE(headers(out.text, "Record-Route").empty())
            << "a dialog's route set does not change (12.2)";
        const Left back = pbx(of_callee(method));
        EXPECT_EQ(back.port, kAccessPort) << method;
        EXPECT_EQ(wire::to_string(back.frame.destination), "10.10.0.99:5060");
        EXPECT_EQ(first_line(back.text), std::string(method) + " sip:1001@10.10.0.99 SIP/2.0");
    }
    EXPECT_EQ(moved(Counter::route_in_dialog), 20u);
    EXPECT_EQ(punted().size(), 0u);
}

TEST_F(StatelessDialog, ForksOfOneCallAreDialogsOfTheirOwn) {
    call();
    std::string other = of_caller("BYE", "sip:2000@10.20.0.99");
    replace(other, ";tag=uas", ";tag=fork-2");
    EXPECT_EQ(wire::to_string(phone(other).frame.destination), "10.20.0.99:5060");
}

TEST_F(StatelessDialog, ResponsesWithinTheDialogComeBack) {
    call();
    const Left bye = phone(of_caller("BYE"));
    EXPECT_EQ(wire::to_string(pbx(response(bye.text, 200)).frame.destination), "10.10.0.99:5060");
}

TEST_F(StatelessDialog, RealmsNeedNotBeStatelessForAToken) {
    call();
    tables.proxy.realms[1].stateless = false;  // the PBX's realm: only its own new calls end here
    EXPECT_EQ(pbx(of_callee("BYE")).port, kAccessPort);
}

TEST_F(StatelessDialog, RoutesAheadAreFollowed) {
    call();
    const std::string ahead = "<sip:10.20.0.99:5080;lr>";
    std::string text = of_caller("BYE", "sip:2000@far.example");
    replace(text, "Contact:", "Route: " + ahead + ", <sip:next.example;lr>\r\nContact:");
    // Ours stand above the others.
    text = request(
        "BYE", "sip:2000@far.example",
        {.to_tag = "uas",
         .extra = routes(route_set[1], route_set[0]) + "Route: " + ahead + ", <sip:next.example;lr>\r\n"});
    const Left left = phone(text);
    EXPECT_EQ(wire::to_string(left.frame.destination), "10.20.0.99:5080");
    EXPECT_EQ(header(left.text, "Route"), ahead + ", <sip:next.example;lr>");
    EXPECT_EQ(first_line(left.text), "BYE sip:2000@far.example SIP/2.0");
}

TEST_F(StatelessDialog, AStrictRouterAheadGetsItsUriInTheRequestLine) {
    call();
    const Left left = phone(request(
        "BYE", "sip:2000@far.example",
        {.to_tag = "uas", .extra = routes(route_set[1], route_set[0]) + "Route: <sip:10.20.0.99:5080>\r\n"}));
    EXPECT_EQ(wire::to_string(left.frame.destination), "10.20.0.99:5080");
    EXPECT_EQ(first_line(left.text), "BYE sip:10.20.0.99:5080 SIP/2.0");
    EXPECT_EQ(header(left.text, "Route"), "<sip:2000@far.example>");
}

TEST_F(StatelessDialog, AStrictRouterBehindUsIsUnderstood) {
    call();
    // It put our URI into the Request-URI and the remote target at the end (RFC 3261 16.12.1.2).
    const std::string mine = route_set[1].substr(1, route_set[1].find('>') - 1);
    const Left left = phone(request(
        "BYE", mine, {.to_tag = "uas", .extra = "Route: " + route_set[0] + ", <sip:2000@10.20.0.10>\r\n"}));
    EXPECT_EQ(first_line(left.text), "BYE sip:2000@10.20.0.10 SIP/2.0");
    EXPECT_TRUE(headers(left.text, "Route").empty());
    EXPECT_EQ(left.port, kCorePort);
    expect_forged(kAccessPort, request("BYE", mine, {.to_tag = "uas"}));
}

TEST_F(StatelessDialog, ForgedAndForeignTokensAreRefused) {
    call();
    std::string changed = of_caller("BYE");
    const std::size_t at = changed.find("<sip:r") + 20;
    changed[at] = changed[at] == '0' ? '1' : '0';
    expect_forged(kAccessPort, changed);
    std::string other_call = of_caller("BYE");
    replace(other_call, "Call-ID: call-1", "Call-ID: call-2");
    expect_forged(kAccessPort, other_call);
    std::string other_caller = of_caller("BYE");
    replace(other_caller, ";tag=a\r\n", ";tag=b\r\n");
    expect_forged(kAccessPort, other_caller);
    std::string new_call = of_caller("INVITE");
    replace(new_call, ";tag=uas", "");
    expect_forged(kAccessPort, new_call);
    // The caller's token used from the other side.
    expect_forged(kCorePort,
                  request("BYE", "sip:1001@10.10.0.99",
                          {.from_tag = "uas", .to_tag = "a", .extra = "Route: " + route_set[1] + "\r\n"}));
    EXPECT_TRUE(pass(kAccessPort, "10.10.0.99", "10.10.0.1",
                     [&] {
                         std::string ack = of_caller("ACK");
                         replace(ack, "Call-ID: call-1", "Call-ID: call-2");
                         return ack;
                     }())
                    .empty());
    EXPECT_EQ(dropped(Drop::route_unanswerable), 1u) << "an ACK gets no answer";
}

TEST_F(StatelessDialog, AKeyThatWasRenewedIsStillGood) {
    call();
    const Left before = phone(of_caller("INFO"));
    tables.proxy.keys[1] = tables.proxy.keys[0];
    tables.proxy.keys[0] = {4, true, {99, 100}};
    EXPECT_EQ(phone(of_caller("BYE")).port, kCorePort);
    EXPECT_EQ(pbx(response(before.text, 200)).port, kAccessPort);
    tables.proxy.keys[1] = {5, true, {1, 2}};
    expect_forged(kAccessPort, of_caller("BYE"));
}

TEST_F(StatelessDialog, APhoneBehindNatIsReachedWhereItCalledFrom) {
    const RequestOptions behind{.contact = "<sip:1001@192.168.1.5:5060>", .via_host = "192.168.1.5:5060"};
    call(behind);
    const Left left = pbx(of_callee("BYE", "sip:1001@192.168.1.5:5060"));
    EXPECT_EQ(wire::to_string(left.frame.destination), "10.10.0.99:5060");
    EXPECT_EQ(first_line(left.text), "BYE sip:1001@192.168.1.5:5060 SIP/2.0");
    // The PBX's side is trusted: there the Contact counts.
    EXPECT_EQ(wire::to_string(phone(of_caller("BYE", "sip:2000@10.20.0.99:5062")).frame.destination),
              "10.20.0.99:5062");
}

TEST_F(StatelessDialog, WithoutNatTheContactCounts) {
    tables.proxy.realms[0].nat = tables::ProxyNat::off;
    call();
    EXPECT_EQ(wire::to_string(pbx(of_callee("BYE", "sip:1001@10.10.0.10:5099")).frame.destination),
              "10.10.0.10:5099");
}

TEST_F(StatelessDialog, ARemovedListenerEndsItsDialogs) {
    call();
    tables.proxy.name_listener(ListenerId{2}, 0xbbbbbbbb, tables.listeners[2].local);
    EXPECT_EQ(first_line(phone(of_caller("BYE")).text), "SIP/2.0 481 Call/Transaction Does Not Exist");
}

TEST_F(StatelessDialog, TheOutboundProxysRouteIsTakenOff) {
    const Left left =
        phone(request("INVITE", "sip:2000@lab.example", {.extra = "Route: <sip:10.10.0.1;lr>\r\n"}));
    EXPECT_EQ(left.port, kCorePort);
    EXPECT_TRUE(headers(left.text, "Route").empty());
}

TEST_F(StatelessDialog, ARegisteredPathBecomesTheRoute) {
    register_contact(tables, "1004@lab.example", "sip:1004@192.168.9.9", ListenerId{0}, "10.10.0.10:5060",
                     "<sip:10.10.0.10;lr>, <sip:edge.example;lr>");
    const Left left = pbx(request("INVITE", "sip:1004@lab.example"));
    EXPECT_EQ(wire::to_string(left.frame.destination), "10.10.0.10:5060");
    EXPECT_EQ(header(left.text, "Route"), "<sip:10.10.0.10;lr>, <sip:edge.example;lr>");
    EXPECT_EQ(first_line(left.text), "INVITE sip:1004@192.168.9.9 SIP/2.0");
}

TEST_F(StatelessDialog, WhatAsksForTlsDoesNotLeaveOverUdp) {
    call();
    EXPECT_EQ(first_line(phone(of_caller("BYE", "sips:2000@10.20.0.10:5061")).text),
              "SIP/2.0 416 No TLS From Here");
    EXPECT_EQ(moved(Counter::route_refused), 1u);
}

TEST_F(StatelessDialog, TooManyRoutesAreRefused) {
    std::string many;
    for (int i = 0; i < 20; ++i) many += "Route: <sip:10.20.0.99;lr>\r\n";
    const Left left = phone(request("INVITE", "sip:2000@lab.example", {.extra = many}));
    EXPECT_EQ(left.text.rfind("SIP/2.0 400 ", 0), 0u);
}

}  // namespace
}  // namespace strowger::test
