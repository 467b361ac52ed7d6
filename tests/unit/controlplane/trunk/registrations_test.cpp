#include "trunk/registrations.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace strowger::trunk {
namespace {

using State = RegistrationState;

std::string header(const std::string& message, const std::string& name) {
    const auto at = message.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return message.substr(from, message.find("\r\n", from) - from);
}

struct RegistrationsTest : testing::Test, net::Transport, transaction::Dispatcher {
    RegistrationsTest() {
        model.trunks["carrier"] = {.name = "carrier"};
        auto& carrier = model.trunks["carrier"];
        carrier.realm.name = "core";
        carrier.probe_interval = model::Duration{0};
        carrier.targets = {{.remote = *wire::parse_endpoint("192.0.2.1:5060")},
                           {.remote = *wire::parse_endpoint("192.0.2.2:5060"), .weight = 0}};
        model.accounts["line"] = {.name = "line"};
        auto& line = model.accounts["line"];
        line.trunk.name = "carrier";
        line.user = "4930123";
        line.domain = "carrier.example";
        line.password.value = "secret";
        apply();
    }
    ~RegistrationsTest() override {
        model.accounts.clear();
        apply();
        inbox.clear();
        pass(200 * kSecond);
        EXPECT_EQ(layer.counts().clients, 0u);
        EXPECT_EQ(wheel.running(), 0u);
    }
    bool send(const net::Flow& flow, const message::Outgoing& message) override {
        inbox.emplace_back(message.text());
        to = wire::to_string(flow.remote);
        return true;
    }
    bool flow_to(RealmId realm, net::TransportKind kind, const wire::Endpoint& remote, net::Flow& out) const override {
        out = {.transport = kind,
               .realm = realm,
               .listener = ListenerId{0},
               .local = *wire::parse_endpoint("192.0.2.9:5060"),
               .remote = remote};
        return true;
    }
    void on_request(transaction::ServerId, const message::Incoming&) override {}
    void on_ack(const message::Incoming&) override {}
    void on_stray_response(const message::Incoming&) override {}

    void apply() {
        trunks.configure(model, ids);
        logins.configure(model);
        registrations.configure(model);
        pass(10 * kMillisecond);
    }
    void pass(Nanoseconds time) {
        const auto end = wheel.now() + time;
        while (wheel.now() < end) wheel.advance(std::min(end, wheel.now() + 50 * kMillisecond));
    }
    std::string take() {
        if (inbox.empty()) {
            ADD_FAILURE() << "nothing was sent";
            return "\r\n\r\n";
        }
        auto first = inbox.front();
        inbox.erase(inbox.begin());
        return first;
    }
    void respond(const std::string& request, int status, const std::string& more = "") {
        const auto text = fmt::format(
            "SIP/2.0 {} X\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=r\r\nCall-ID: {}\r\nCSeq: {}\r\n{}Content-Length: "
            "0\r\n\r\n",
            status, header(request, "Via"), header(request, "From"), header(request, "To"),
            header(request, "Call-ID"), header(request, "CSeq"), more);
        net::Flow flow{.realm = RealmId{0}, .remote = *wire::parse_endpoint("192.0.2.1:5060")};
        wire::TokeniseStatus status_of_text;
        layer.receive(message::Incoming::parse(flow, text, wheel.now(), status_of_text));
    }
    const Registration& line() { return registrations.all().at(0); }
    static std::string challenge(const char* nonce, const char* more = "") {
        return fmt::format("WWW-Authenticate: Digest realm=\"c\", nonce=\"{}\", qop=\"auth\"{}\r\n", nonce, more);
    }

    model::Model model;
    publish::Ids ids;
    resolver::Penalties penalties;
    Trunks trunks{penalties};
    Logins logins;
    transaction::TimerWheel wheel{kSecond};
    transaction::Layer layer{wheel, *this, *this, nullptr};
    Registrations registrations{trunks, logins, layer, wheel, *this};
    std::vector<std::string> inbox;
    std::string to;
};

TEST_F(RegistrationsTest, ChallengedAnsweredAndRefreshedInTime) {
    const auto first = take();
    EXPECT_TRUE(first.starts_with("REGISTER sip:carrier.example SIP/2.0"));
    EXPECT_EQ(header(first, "Contact"), "<sip:4930123@192.0.2.9:5060>;expires=600");
    EXPECT_EQ(header(first, "Authorization"), "");
    respond(first, 401, challenge("n1"));
    const auto second = take();
    EXPECT_NE(header(second, "Authorization").find("nonce=\"n1\""), std::string::npos);
    EXPECT_NE(header(second, "Authorization").find("nc=00000001"), std::string::npos);
    EXPECT_EQ(header(second, "Call-ID"), header(first, "Call-ID"));
    EXPECT_EQ(header(second, "CSeq"), "2 REGISTER");
    respond(second, 200, "Contact: <sip:4930123@192.0.2.9:5060>;expires=300, <sip:4930123@198.51.100.1>;expires=900\r\n");
    EXPECT_EQ(line().state, State::registered);
    EXPECT_EQ((line().expires - wheel.now()) / kSecond, 300) << "what it says of our own Contact";
    pass(229 * kSecond);
    EXPECT_TRUE(inbox.empty());
    pass(2 * kSecond);
    const auto refresh = take();
    EXPECT_NE(header(refresh, "Authorization").find("nc=00000002"), std::string::npos) << "the nonce serves again";
    respond(refresh, 401, challenge("n2", ", stale=true"));
    respond(take(), 200, "Expires: 600\r\n");
    EXPECT_EQ(line().state, State::registered);
}

TEST_F(RegistrationsTest, TooShortIsAskedForLonger) {
    respond(take(), 423, "Min-Expires: 1800\r\n");
    const auto longer = take();
    EXPECT_EQ(header(longer, "Expires"), "1800");
    respond(longer, 200, "Expires: 1800\r\n");
    EXPECT_EQ(line().state, State::registered);
}

TEST_F(RegistrationsTest, AWrongPasswordIsNotHammered) {
    respond(take(), 401, challenge("n1"));
    respond(take(), 401, challenge("n2"));
    EXPECT_EQ(line().state, State::refused);
    EXPECT_EQ(line().status, 401);
    pass(59 * kSecond);
    EXPECT_TRUE(inbox.empty());
    pass(2 * kSecond);
    EXPECT_EQ(header(take(), "Authorization"), "");
    inbox.clear();
}

TEST_F(RegistrationsTest, TheNextTargetWhenOneIsSilent) {
    take();
    EXPECT_EQ(to, "192.0.2.1:5060");
    inbox.clear();
    pass(33 * kSecond);
    ASSERT_FALSE(inbox.empty());
    EXPECT_EQ(to, "192.0.2.2:5060");
    respond(inbox.back(), 200, "Expires: 600\r\n");
    inbox.clear();
    EXPECT_EQ(line().state, State::registered);
    pass(531 * kSecond);
    take();
    EXPECT_EQ(to, "192.0.2.2:5060") << "it stays where it is registered";
    inbox.clear();
}

TEST_F(RegistrationsTest, ARoundThatFailedIsRepeatedEverLater) {
    respond(take(), 500);
    respond(take(), 503);
    EXPECT_EQ(line().state, State::refused);
    for (const int pause : {5, 10, 20}) {
        pass(pause * kSecond - 200 * kMillisecond);
        EXPECT_TRUE(inbox.empty()) << pause;
        pass(300 * kMillisecond);
        respond(take(), 500);
        respond(take(), 500);
    }
}

TEST_F(RegistrationsTest, AnAccountThatGoesTakesItsRegistrationBack) {
    respond(take(), 200, "Expires: 600\r\n");
    model.accounts.clear();
    apply();
    const auto last = take();
    EXPECT_EQ(header(last, "Expires"), "0");
    EXPECT_TRUE(registrations.all().empty());
    respond(last, 200);
}

TEST_F(RegistrationsTest, AnotherModelLeavesARegistrationAlone) {
    respond(take(), 200, "Expires: 600\r\n");
    apply();
    EXPECT_TRUE(inbox.empty());
    EXPECT_EQ(line().state, State::registered);
    model.accounts["line"].registers = false;
    apply();
    EXPECT_EQ(header(take(), "Expires"), "0");
}

}  // namespace
}  // namespace strowger::trunk
