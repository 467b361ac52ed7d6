// The layer against scripted text: a user agent on each side, a clock of our own, and a network that can
// lose.
#include "transaction/layer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace strowger::transaction {
namespace {

struct Net : net::Transport {
    bool send(const net::Flow&, const message::Outgoing& message) override {
        if (broken) return false;
        sent.emplace_back(message.text());
        return true;
    }
    bool flow_to(RealmId, net::TransportKind, const wire::Endpoint&, net::Flow&) const override {
        return false;
    }
    std::vector<std::string> sent;
    bool broken = false;
    std::vector<std::string> take() { return std::exchange(sent, {}); }
};

struct Up : Dispatcher, User {
    void on_request(ServerId server, const message::Incoming& request) override {
        requests.push_back(server);
        last = request;
    }
    void on_ack(const message::Incoming&) override { ++acks; }
    void on_stray_response(const message::Incoming&) override { ++strays; }
    void on_response(const Owner&, ClientId, const message::Incoming& r) override {
        responses.push_back(r.sip().status());
    }
    void on_failure(const Owner&, ClientId, Failure f) override { failures.push_back(f); }
    void on_cancel(const Owner&, ServerId server, const message::Incoming&) override {
        cancelled.push_back(server);
    }
    void on_acknowledged(const Owner&, ServerId, bool yes) override { acknowledged.push_back(yes); }
    std::vector<ServerId> requests;
    std::vector<ServerId> cancelled;
    std::vector<std::uint16_t> responses;
    std::vector<Failure> failures;
    std::vector<bool> acknowledged;
    message::Incoming last;
    int acks = 0;
    int strays = 0;
};

class LayerTest : public ::testing::Test {
  protected:
    LayerTest() {
        layer.attach(OwnerKind::call, up);
        flow.remote = *wire::parse_endpoint("10.10.0.99:5070");
        flow.local = *wire::parse_endpoint("10.10.0.1:5060");
    }
    ~LayerTest() override {
        pass(300 * kSecond);
        EXPECT_EQ(layer.counts().servers, 0u) << "server transactions leak";
        EXPECT_EQ(layer.counts().clients, 0u) << "client transactions leak";
        EXPECT_EQ(wheel.running(), 0u) << "timers leak";
    }
    void receive(const std::string& text) {
        wire::TokeniseStatus status;
        const auto message = message::Incoming::parse(flow, text, wheel.now(), status);
        ASSERT_TRUE(message) << wire::describe(status) << "\n" << text;
        layer.receive(message);
    }
    void pass(Nanoseconds time) {
        for (const Nanoseconds end = wheel.now() + time; wheel.now() < end;)
            wheel.advance(std::min(end, std::max(wheel.now() + kMillisecond, std::min(wheel.next(), end))));
    }
    static std::string request(std::string_view method, std::string_view branch = "z9hG4bKa",
                               std::string_view to_tag = "", std::string_view cseq_method = "") {
        return fmt::format(
            "{} sip:1002@lab.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.99:5070;branch={};rport\r\n"
            "From: <sip:1001@lab.example>;tag=f\r\nTo: <sip:1002@lab.example>{}\r\nCall-ID: c1\r\nCSeq: 1 "
            "{}\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            method, branch, to_tag, cseq_method.empty() ? method : cseq_method);
    }
    // Starts a client transaction of ours and returns its id.
    ClientId send(std::string_view method) {
        char buffer[64];
        branch = std::string(buffer, layer.new_branch(buffer));
        const std::string text = fmt::format(
            "{0} sip:peer@10.10.0.99 SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.1:5060;branch={1}\r\nRoute: "
            "<sip:edge;lr>\r\n"
            "From: <sip:us@x>;tag=u\r\nTo: <sip:peer@x>\r\nCall-ID: c2\r\nCSeq: 5 {0}\r\nContent-Length: "
            "0\r\n\r\n",
            method, branch);
        return layer.send_request(flow, branch, method, message::Outgoing::copy(text),
                                  {OwnerKind::call, 0, 7});
    }
    void answer(std::uint16_t status, std::string_view method, std::string_view tag = "r") {
        receive(fmt::format(
            "SIP/2.0 {} X\r\nVia: SIP/2.0/UDP 10.10.0.1:5060;branch={}\r\nFrom: <sip:us@x>;tag=u\r\n"
            "To: <sip:peer@x>;tag={}\r\nCall-ID: c2\r\nCSeq: 5 {}\r\nContent-Length: 0\r\n\r\n",
            status, branch, tag, method));
    }
    ServerId take_invite() {
        receive(request("INVITE"));
        layer.own(up.requests.back(), {OwnerKind::call, 0, 1});
        return up.requests.back();
    }

    TimerWheel wheel{kSecond};
    Net net;
    Up up;
    Layer layer{wheel, net, up, nullptr};
    net::Flow flow;
    std::string branch;
};

bool is(const std::string& text, std::string_view start) {
    return text.rfind(start, 0) == 0;
}

TEST_F(LayerTest, AnInviteGetsTryingAtOnceAndRepetitionsAreAbsorbed) {
    const ServerId server = take_invite();
    auto out = net.take();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_TRUE(is(out[0], "SIP/2.0 100 Trying")) << out[0];
    EXPECT_NE(out[0].find(";branch=z9hG4bKa;received=10.10.0.99;rport=5070"), std::string::npos) << out[0];
    receive(request("INVITE"));
    EXPECT_EQ(up.requests.size(), 1u);
    EXPECT_EQ(net.take().size(), 1u) << "the last response again";
    layer.respond(server, 180);
    EXPECT_NE(net.take().at(0).find("To: <sip:1002@lab.example>;tag="), std::string::npos);
    layer.respond(server, 486);
    pass(64 * 500 * kMillisecond + kSecond);
    EXPECT_EQ(up.acknowledged, std::vector<bool>{false}) << "nobody acknowledged";
    EXPECT_EQ(net.take().size(), 11u) << "0, .5, 1.5, 3.5, 7.5, 11.5 … 31.5 s";
}

TEST_F(LayerTest, TheAckEndsRetransmissions) {
    const ServerId server = take_invite();
    layer.respond(server, 404);
    net.take();
    pass(600 * kMillisecond);
    EXPECT_EQ(net.take().size(), 1u);
    receive(request("ACK", "z9hG4bKa", ";tag=x"));
    EXPECT_EQ(up.acknowledged, std::vector<bool>{true});
    EXPECT_EQ(up.acks, 0);
    pass(3 * kSecond);
    receive(request("ACK", "z9hG4bKa", ";tag=x"));
    EXPECT_TRUE(net.take().empty());
}

TEST_F(LayerTest, A2xxIsRepeatedUntilAcknowledged) {
    const ServerId server = take_invite();
    layer.respond(server, 200);
    net.take();
    pass(1600 * kMillisecond);
    EXPECT_EQ(net.take().size(), 2u);
    receive(request("ACK", "z9hG4bKother", ";tag=x"));
    EXPECT_EQ(up.acks, 1);
    layer.acknowledge(server);
    receive(request("INVITE"));
    pass(10 * kSecond);
    EXPECT_TRUE(net.take().empty());
    EXPECT_EQ(up.requests.size(), 1u) << "a late repetition of the INVITE is absorbed";
    pass(60 * kSecond);
    EXPECT_TRUE(up.acknowledged.empty());
}

TEST_F(LayerTest, CancelBeforeAndAfterTheFinalResponse) {
    const ServerId server = take_invite();
    net.take();
    receive(request("CANCEL"));
    ASSERT_EQ(up.cancelled.size(), 1u);
    EXPECT_EQ(up.cancelled[0], server);
    EXPECT_TRUE(is(net.take().at(0), "SIP/2.0 200"));
    receive(request("CANCEL"));
    EXPECT_EQ(up.cancelled.size(), 1u) << "a repetition";
    layer.respond(server, 487);
    net.take();
    receive(request("ACK", "z9hG4bKa", ";tag=x"));
    receive(request("CANCEL", "z9hG4bKunknown"));
    EXPECT_TRUE(is(net.take().at(0), "SIP/2.0 481"));
}

TEST_F(LayerTest, CancelAfterTheAnswerHasNoEffect) {
    const ServerId server = take_invite();
    layer.respond(server, 200);
    net.take();
    receive(request("CANCEL"));
    EXPECT_TRUE(up.cancelled.empty());
    EXPECT_TRUE(is(net.take().at(0), "SIP/2.0 200"));
    layer.acknowledge(server);
}

TEST_F(LayerTest, AllResponsesBearTheOwnersTag) {
    receive(request("INVITE"));
    const ServerId server = up.requests.at(0);
    layer.own(server, {OwnerKind::call, 0, 1}, "sixteen-letters-");
    layer.respond(server, 180);
    receive(request("CANCEL"));
    layer.respond(server, 487);
    const auto out = net.take();
    ASSERT_EQ(out.size(), 4u) << "100, 180, 200 to CANCEL, 487";
    for (std::size_t i = 1; i < out.size(); ++i)
        EXPECT_NE(out[i].find("To: <sip:1002@lab.example>;tag=sixteen-letters-\r\n"), std::string::npos)
            << out[i];
    receive(request("ACK", "z9hG4bKa", ";tag=sixteen-letters-"));
}

TEST_F(LayerTest, ASentBysCaseDoesNotCount) {
    const auto from_host = [](std::string text, std::string_view host) {
        return text.replace(text.find("10.10.0.99"), std::string_view("10.10.0.99").size(), host);
    };
    receive(from_host(request("INVITE"), "Phone.Lab.example"));
    receive(from_host(request("INVITE"), "phone.lab.EXAMPLE"));
    ASSERT_EQ(up.requests.size(), 1u);
    layer.own(up.requests[0], {OwnerKind::call, 0, 1});
    receive(from_host(request("INVITE"), "other.lab.example"));
    EXPECT_TRUE(is(net.take().back(), "SIP/2.0 482")) << "another transaction, of the same request";
    layer.respond(up.requests[0], 486);
    receive(from_host(request("ACK", "z9hG4bKa", ";tag=x"), "PHONE.lab.example"));
    EXPECT_EQ(up.acknowledged, std::vector<bool>{true});
}

TEST_F(LayerTest, MergedRequestsGet482) {
    receive(request("OPTIONS", "z9hG4bKone"));
    receive(request("OPTIONS", "z9hG4bKtwo"));
    EXPECT_EQ(up.requests.size(), 1u);
    EXPECT_TRUE(is(net.take().at(0), "SIP/2.0 482"));
    layer.respond(up.requests[0], 200);
}

TEST_F(LayerTest, OtherRequestsAreAnsweredOnceMore) {
    receive(request("OPTIONS"));
    receive(request("OPTIONS"));
    EXPECT_TRUE(net.take().empty()) << "no response yet";
    layer.respond(up.requests.at(0), 200);
    receive(request("OPTIONS"));
    EXPECT_EQ(net.take().size(), 2u);
    EXPECT_FALSE(layer.respond(up.requests[0], 500)) << "it has its final response";
}

TEST_F(LayerTest, OfARegisterNothingIsKeptOnceItIsAnswered) {
    receive(request("REGISTER"));
    receive(request("REGISTER"));
    EXPECT_EQ(up.requests.size(), 1u) << "absorbed while there is no answer";
    layer.respond(up.requests.at(0), 200);
    EXPECT_EQ(net.take().size(), 1u);
    EXPECT_EQ(layer.counts().servers, 0u);
    receive(request("REGISTER"));
    EXPECT_EQ(up.requests.size(), 2u) << "the registrar knows a repetition";
    layer.respond(up.requests.at(1), 200);
}

TEST_F(LayerTest, Rfc2543BranchesMatchToo) {
    receive(request("INVITE", "1"));
    layer.own(up.requests.at(0), {OwnerKind::call, 0, 1});
    receive(request("INVITE", "1"));
    EXPECT_EQ(up.requests.size(), 1u);
    layer.respond(up.requests[0], 486);
    receive(request("ACK", "1", ";tag=x"));
    EXPECT_EQ(up.acknowledged, std::vector<bool>{true});
}

TEST_F(LayerTest, AnUnansweredInviteIsRepeatedAndGivenUp) {
    send("INVITE");
    pass(32 * kSecond + 10 * kMillisecond);
    EXPECT_EQ(net.take().size(), 7u) << "0, .5, 1.5, 3.5, 7.5, 15.5, 31.5 s";
    EXPECT_EQ(up.failures, std::vector<Failure>{Failure::timeout});
}

TEST_F(LayerTest, AProvisionalResponseStopsRepetition) {
    send("INVITE");
    answer(100, "INVITE");
    answer(180, "INVITE");
    net.take();
    pass(20 * kSecond);
    EXPECT_TRUE(net.take().empty());
    EXPECT_EQ(up.responses, std::vector<std::uint16_t>{180}) << "100 is the transaction's own";
    pass(180 * kSecond);
    EXPECT_EQ(up.failures, std::vector<Failure>{Failure::timeout}) << "timer C";
}

TEST_F(LayerTest, ANon2xxIsAcknowledgedByTheLayer) {
    send("INVITE");
    net.take();
    answer(486, "INVITE");
    auto out = net.take();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_TRUE(is(out[0], "ACK sip:peer@10.10.0.99 SIP/2.0"));
    EXPECT_NE(out[0].find("Route: <sip:edge;lr>"), std::string::npos);
    EXPECT_NE(out[0].find("To: <sip:peer@x>;tag=r"), std::string::npos);
    EXPECT_NE(out[0].find("CSeq: 5 ACK"), std::string::npos);
    EXPECT_NE(out[0].find("branch=" + branch), std::string::npos);
    answer(486, "INVITE");
    EXPECT_EQ(net.take().size(), 1u) << "the ACK again";
    EXPECT_EQ(up.responses.size(), 1u) << "delivered once";
}

TEST_F(LayerTest, Every2xxIsTheOwners) {
    send("INVITE");
    answer(200, "INVITE", "one");
    answer(200, "INVITE", "two");
    EXPECT_EQ(up.responses.size(), 2u);
    pass(40 * kSecond);
    answer(200, "INVITE", "late");
    EXPECT_EQ(up.strays, 1);
}

TEST_F(LayerTest, CancelWaitsForAProvisionalResponse) {
    const ClientId client = send("INVITE");
    net.take();
    EXPECT_TRUE(layer.cancel(client, "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"));
    EXPECT_TRUE(net.take().empty());
    answer(100, "INVITE");
    auto out = net.take();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_TRUE(is(out[0], "CANCEL sip:peer@10.10.0.99 SIP/2.0"));
    EXPECT_NE(out[0].find("branch=" + branch), std::string::npos);
    EXPECT_NE(out[0].find("CSeq: 5 CANCEL"), std::string::npos);
    EXPECT_NE(out[0].find("Reason: SIP;cause=200"), std::string::npos);
    EXPECT_FALSE(layer.cancel(client)) << "once";
    answer(200, "CANCEL");
    answer(487, "INVITE");
    EXPECT_EQ(up.responses, std::vector<std::uint16_t>{487}) << "nobody hears of the CANCEL's answer";
}

TEST_F(LayerTest, A2xxThatCrossesTheCancelStillArrives) {
    const ClientId client = send("INVITE");
    answer(180, "INVITE");
    layer.cancel(client);
    answer(200, "INVITE");
    answer(200, "CANCEL");
    EXPECT_EQ(up.responses, (std::vector<std::uint16_t>{180, 200}));
}

TEST_F(LayerTest, ACancelledInviteWithoutAnswerEnds) {
    const ClientId client = send("INVITE");
    answer(180, "INVITE");
    layer.cancel(client);
    pass(33 * kSecond);
    EXPECT_EQ(up.failures, std::vector<Failure>{Failure::timeout});
}

TEST_F(LayerTest, NonInviteTimers) {
    send("OPTIONS");
    pass(33 * kSecond);
    EXPECT_EQ(net.take().size(), 11u) << "0, .5, 1.5, 3.5, 7.5, 11.5 … 31.5 s";
    EXPECT_EQ(up.failures, std::vector<Failure>{Failure::timeout});
}

TEST_F(LayerTest, ReliableTransportsDoNotRepeat) {
    flow.transport = net::TransportKind::tcp;
    send("OPTIONS");
    pass(5 * kSecond);
    EXPECT_EQ(net.take().size(), 1u);
    answer(200, "OPTIONS");
    EXPECT_EQ(layer.counts().clients, 0u) << "K is zero";
}

TEST_F(LayerTest, ATransportThatRefusesIsToldAtOnce) {
    net.broken = true;
    EXPECT_EQ(send("INVITE"), ClientId{});
    EXPECT_EQ(layer.counts().clients, 0u);
}

TEST_F(LayerTest, AboveTheLimitRequestsGet503AndKeepNothing) {
    layer.limit(1);
    receive(request("OPTIONS", "z9hG4bKone"));
    receive(request("INVITE", "z9hG4bKtwo"));
    EXPECT_EQ(up.requests.size(), 1u);
    EXPECT_EQ(layer.counts().servers, 1u);
    const auto out = net.take();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_TRUE(is(out[0], "SIP/2.0 503"));
    EXPECT_NE(out[0].find("Retry-After: "), std::string::npos);
    receive(request("OPTIONS", "z9hG4bKone"));
    EXPECT_EQ(layer.counts().retransmissions_absorbed, 1u) << "what is known is still served";
    layer.respond(up.requests[0], 200);
    send("OPTIONS");
    EXPECT_EQ(send("OPTIONS"), ClientId{});
    answer(200, "OPTIONS");
    pass(40 * kSecond);
}

TEST_F(LayerTest, AfterTimerCTheInviteIsCancelledAndIts487Acknowledged) {
    const ClientId client = send("INVITE");
    answer(180, "INVITE");
    pass(180 * kSecond);
    ASSERT_EQ(up.failures, std::vector<Failure>{Failure::timeout});
    EXPECT_FALSE(layer.cancel(client));
    EXPECT_TRUE(is(net.take().back(), "CANCEL"));
    answer(200, "CANCEL");
    answer(487, "INVITE");
    EXPECT_TRUE(is(net.take().back(), "ACK"));
    EXPECT_EQ(up.responses, std::vector<std::uint16_t>{180}) << "the owner has been told of the end";
    EXPECT_EQ(up.strays, 0);
}

TEST_F(LayerTest, AnAnswerThatCrossesTimerCIsNobodys) {
    send("INVITE");
    answer(180, "INVITE");
    pass(180 * kSecond);
    answer(200, "INVITE");
    EXPECT_EQ(up.strays, 1) << "to be acknowledged and released";
    EXPECT_EQ(up.responses, std::vector<std::uint16_t>{180});
    EXPECT_EQ(up.failures.size(), 1u);
}

TEST_F(LayerTest, AnInviteWithoutOwnerIsEndedByItsCancel) {
    receive(request("INVITE"));
    net.take();
    receive(request("CANCEL"));
    const auto out = net.take();
    ASSERT_EQ(out.size(), 2u);
    EXPECT_TRUE(is(out[0], "SIP/2.0 200"));
    EXPECT_TRUE(is(out[1], "SIP/2.0 487"));
    EXPECT_NE(out[1].find("CSeq: 1 INVITE"), std::string::npos);
}

TEST_F(LayerTest, AnAnswerThatIsNeverAcknowledgedIsTold) {
    const ServerId server = take_invite();
    layer.respond(server, 200);
    net.take();
    pass(32 * kSecond + 10 * kMillisecond);
    EXPECT_EQ(net.take().size(), 10u) << ".5, 1.5, 3.5, 7.5, 11.5 … 31.5 s";
    EXPECT_EQ(up.acknowledged, std::vector<bool>{false});
    EXPECT_FALSE(layer.request(server));
}

TEST_F(LayerTest, OverReliableTransportsTheAckEndsAll) {
    flow.transport = net::TransportKind::tcp;
    const ServerId server = take_invite();
    layer.respond(server, 486);
    net.take();
    pass(5 * kSecond);
    EXPECT_TRUE(net.take().empty()) << "G does not run";
    receive(request("ACK", "z9hG4bKa", ";tag=x"));
    EXPECT_EQ(up.acknowledged, std::vector<bool>{true});
    EXPECT_EQ(layer.counts().servers, 0u) << "I is zero";
}

TEST_F(LayerTest, ATransportThatBreaksLaterIsTold) {
    send("INVITE");
    net.broken = true;
    pass(600 * kMillisecond);
    EXPECT_EQ(up.failures, std::vector<Failure>{Failure::transport});
    EXPECT_EQ(layer.counts().clients, 0u);
}

TEST_F(LayerTest, EachProvisionalResponseStartsTimerCAnew) {
    send("INVITE");
    answer(180, "INVITE");
    pass(150 * kSecond);
    answer(183, "INVITE");
    pass(150 * kSecond);
    EXPECT_TRUE(up.failures.empty());
    answer(100, "INVITE");
    pass(40 * kSecond);
    EXPECT_EQ(up.failures.size(), 1u) << "100 does not count";
}

TEST_F(LayerTest, HandlesOfEndedTransactionsNameNothing) {
    receive(request("OPTIONS"));
    const ServerId old = up.requests[0];
    layer.respond(old, 200);
    pass(40 * kSecond);
    EXPECT_FALSE(layer.respond(old, 200));
    EXPECT_FALSE(layer.request(old));
    receive(request("OPTIONS"));
    EXPECT_NE(up.requests.back(), old);
    EXPECT_FALSE(layer.respond(old, 200)) << "the slot is another's now";
    layer.respond(up.requests.back(), 200);
}

}  // namespace
}  // namespace strowger::transaction
