#include "registrar/registrar.hpp"

#include "registrar_fixture.hpp"

namespace strowger::registrar {
namespace {

TEST_F(RegistrarTest, ABindingIsMadeRefreshedListedAndRemoved) {
    Answered answer = send("Contact: <sip:a@10.20.0.50:5062>;expires=100\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.has("Contact: <sip:a@10.20.0.50:5062>;expires=100\r\n"));
    EXPECT_TRUE(answer.has("Date: "));
    EXPECT_TRUE(only().flow == flow_);
    EXPECT_EQ(only().expires, now_ + 100 * kSecond);
    pass(40 * kSecond);
    EXPECT_TRUE(send("").has(";expires=60\r\n"));
    answer = send("Contact: <sip:a@10.20.0.50:5062>;expires=200, <sip:b@10.20.0.50:5062>;q=0.5\n");
    EXPECT_TRUE(
        answer.has("Contact: <sip:a@10.20.0.50:5062>;expires=200\r\nContact: "
                   "<sip:b@10.20.0.50:5062>;expires=3600;q=0.500\r\n"));
    EXPECT_FALSE(send("Contact: <sip:a@10.20.0.50:5062>\nExpires: 0\n").has("sip:a@"));
    EXPECT_EQ(bindings(), 1u);
    answer = send("Contact: *\nExpires: 0\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.has("Contact"));
    EXPECT_EQ(bindings(), 0u);
    EXPECT_TRUE(store_.rows.empty());
    const RegistrarCounts& counts = node_->registrar->counts();
    EXPECT_EQ(counts.added, 2u);
    EXPECT_EQ(counts.refreshed, 1u);
    EXPECT_EQ(counts.removed, 2u);
    EXPECT_EQ(counts.accepted, counts.requests);
}

TEST_F(RegistrarTest, NothingIsAcknowledgedNorVisibleBeforeTheCommit) {
    const std::uint64_t server = hand_over(register_text("Contact: <sip:a@h>\n"));
    EXPECT_EQ(answer_of(server).status, 0);
    EXPECT_EQ(bindings(), 0u);
    EXPECT_EQ(node_->registrar->counts().pending, 1u);
    store_.commit_one();
    EXPECT_EQ(answer_of(server).status, 200);
    EXPECT_EQ(bindings(), 1u);
    EXPECT_EQ(node_->registrar->counts().pending, 0u);
}

TEST_F(RegistrarTest, AFailedCommitChangesNothingAndIsTold) {
    send("Contact: <sip:a@h>;expires=100\n");
    store_.failing = true;
    const Answered answer = send("Contact: <sip:a@h>;expires=0, <sip:b@h>\n");
    EXPECT_EQ(answer.status, 500);
    EXPECT_TRUE(answer.has("Retry-After: 5\r\n"));
    EXPECT_EQ(only().contact, "sip:a@h");
    store_.failing = false;
    EXPECT_EQ(send("Contact: <sip:a@h>;expires=0, <sip:b@h>\n").status, 200);
    EXPECT_EQ(only().contact, "sip:b@h");
    store_.full = true;
    EXPECT_EQ(send("Contact: <sip:c@h>\n").status, 503);
    EXPECT_EQ(send("").status, 200);
}

TEST_F(RegistrarTest, RequestsOfOneAddressAreDoneInOrder) {
    const std::uint64_t a = hand_over(register_text("Contact: <sip:a@h>\n", "c", 1, "z1"));
    const std::uint64_t b =
        hand_over(register_text("Contact: <sip:a@h>;expires=0, <sip:b@h>\n", "c", 2, "z2"));
    const std::uint64_t fetch = hand_over(register_text("", "c", 3, "z3"));
    const std::uint64_t old = hand_over(register_text("Contact: <sip:b@h>\n", "c", 2, "z4"));
    EXPECT_EQ(store_.queued(), 1u);
    EXPECT_EQ(node_->registrar->counts().pending, 4u);
    store_.commit_one();
    EXPECT_EQ(answer_of(a).status, 200);
    EXPECT_EQ(answer_of(b).status, 0);
    store_.commit_one();
    EXPECT_EQ(answer_of(b).status, 200);
    EXPECT_TRUE(answer_of(fetch).has("sip:b@h"));
    EXPECT_EQ(answer_of(old).status, 500);
    EXPECT_EQ(only().contact, "sip:b@h");
    EXPECT_EQ(node_->registrar->counts().pending, 0u);
}

TEST_F(RegistrarTest, BindingsExpire) {
    send("Contact: <sip:a@h>;expires=60, <sip:b@h>;expires=120\n");
    pass(59 * kSecond);
    EXPECT_EQ(bindings(), 2u);
    pass(2 * kSecond);
    EXPECT_EQ(only().contact, "sip:b@h");
    EXPECT_EQ(store_.rows.size(), 1u);
    pass(60 * kSecond);
    EXPECT_EQ(node_->location.counts().bindings, 0u);
    EXPECT_TRUE(store_.rows.empty());
    EXPECT_EQ(node_->registrar->counts().expired, 2u);
    EXPECT_EQ(node_->wheel.running(), 0u);
}

TEST_F(RegistrarTest, BindingsSurviveARestart) {
    send(
        "Path: <sip:edge;lr>\nUser-Agent: u\nContact: <sip:a@192.168.0.9>;q=0.2;expires=1000, "
        "<sip:b@h>;expires=100\n");
    pass(200 * kSecond);
    send("Contact: <sip:a@192.168.0.9>;q=0.2;expires=1000\nPath: <sip:edge;lr>\nUser-Agent: u\n");
    const std::int64_t id = only().id;
    now_ = 77 * kSecond;  // another boot of the machine: monotonic time starts anew, the time of day goes on
    unix_ms_ += 300'000;
    start();
    EXPECT_EQ(bindings(), 0u);
    EXPECT_EQ(node_->registrar->restore([&](net::Flow& flow) {
        EXPECT_EQ(flow.realm, kCore);
        flow.listener = ListenerId{9};
        return true;
    }),
              1u);
    const Binding after = only();
    EXPECT_EQ(after.id, id);
    EXPECT_EQ(after.contact, "sip:a@192.168.0.9");
    EXPECT_EQ(after.path, "<sip:edge;lr>");
    EXPECT_EQ(after.user_agent, "u");
    EXPECT_EQ(after.q, 200);
    EXPECT_EQ(after.flags, kBehindNat);
    EXPECT_EQ(after.expires, now_ + 700 * kSecond);
    EXPECT_EQ(after.flow.remote, flow_.remote);
    EXPECT_EQ(after.flow.listener, ListenerId{9});
    // New ids are above all old ones.
    send("Contact: <sip:new@h>\n");
    EXPECT_GT(store_.rows.rbegin()->first, id);
}

TEST_F(RegistrarTest, RestoreDropsWhatExpiredAndLeavesUnknownRealmsInTheStore) {
    send("Contact: <sip:a@h>;expires=60\n");
    store_.rows[500] = store_.rows.begin()->second;
    store_.rows[500].id = 500;
    store_.rows[500].realm = "gone";
    store_.rows[500].expires += 10'000;
    store_.rows[501] = store_.rows[500];
    store_.rows[501].id = 501;
    store_.rows[501].realm = "core";
    store_.rows[501].transport = net::TransportKind::tcp;
    unix_ms_ += 61'000;
    start();
    EXPECT_EQ(node_->registrar->restore([](net::Flow&) { return false; }), 1u);
    store_.poll();
    EXPECT_EQ(store_.rows.size(), 2u);
    EXPECT_TRUE(store_.rows.contains(500));
    EXPECT_NE(only().flags & kFlowLost, 0);
    EXPECT_EQ(only().flow.realm, kCore);
}

TEST_F(RegistrarTest, ARepeatedRequestAfterACrashIsAcknowledged) {
    const std::string text = register_text("Contact: <sip:a@h>\n", "c", 7, "z9hG4bKsame");
    hand_over(text);
    store_.poll();
    start();  // the 200 was lost with the process
    node_->registrar->restore([](net::Flow&) { return true; });
    EXPECT_EQ(send_text(text).status, 200);
    EXPECT_EQ(send_text(register_text("Contact: <sip:a@h>\n", "c", 7, "z9hG4bKother")).status, 500);
    EXPECT_EQ(bindings(), 1u);
}

TEST_F(RegistrarTest, WhatIsNotOursIsRefused) {
    const auto to = [](std::string_view target, std::string_view address) {
        return "REGISTER " + std::string(target) +
               " SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:1001@lab.example>;tag=a\nTo: " +
               std::string(address) +
               "\nCall-ID: c\nCSeq: 1 REGISTER\nContact: <sip:a@h>\nContent-Length: 0\n\n";
    };
    EXPECT_EQ(send_text(to("sip:elsewhere.example", "<sip:1001@lab.example>")).status, 404);
    EXPECT_EQ(send_text(to("sip:lab.example", "<sip:1001@elsewhere.example>")).status, 404);
    EXPECT_EQ(send_text(to("sip:lab.example", "<sip:9999@lab.example>")).status, 404);
    EXPECT_EQ(send_text(to("sip:lab.example", "<sip:10%301@lab.example>")).status, 200);  // %30 is 0
    EXPECT_EQ(send_text(to("sip:lab.example", "<sip:1001%00@lab.example>")).status, 400);
    EXPECT_EQ(send_text(to("sip:lab.example", "<tel:1001>")).status, 400);
    EXPECT_EQ(send_text(to("tel:1001", "<sip:1001@lab.example>")).status, 416);
    EXPECT_EQ(send_text(to("sips:LAB.example:5061", "<sip:1001@Second.Example>")).status, 200);
    EXPECT_EQ(bindings(), 1u);
    const Answered unsupported = send("Require: gruu\nContact: <sip:b@h>\n");
    EXPECT_EQ(unsupported.status, 420);
    EXPECT_TRUE(unsupported.has("Unsupported: gruu\r\n"));
    EXPECT_EQ(node_->registrar->counts().refused, 7u);
}

TEST_F(RegistrarTest, TooBriefTooManyAndMalformed) {
    const Answered brief = send("Contact: <sip:a@h>;expires=30\n");
    EXPECT_EQ(brief.status, 423);
    EXPECT_TRUE(brief.has("Min-Expires: 60\r\n"));
    EXPECT_EQ(send("Contact: <sip:a@h>, <sip:b@h>, <sip:c@h>, <sip:d@h>\n").status, 403);
    EXPECT_EQ(send("Contact: *\n").status, 400);
    EXPECT_EQ(bindings(), 0u);
}

TEST_F(RegistrarTest, TenantsHaveTheirOwnAddressesAndLimits) {
    send("Contact: <sip:a@h>\n");
    const Answered answer = send_text(
        "REGISTER sip:acme.example SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: "
        "<sip:1001@acme.example>;tag=a\n"
        "To: <sip:1001@acme.example>\nCall-ID: c\nCSeq: 1 REGISTER\nContact: <sip:z@h>\nContent-Length: "
        "0\n\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.has("Contact: <sip:z@h>;expires=300\r\n"));
    EXPECT_FALSE(answer.has("sip:a@h"));
    EXPECT_EQ(bindings("1001@acme.example", "acme"), 1u);
    EXPECT_EQ(bindings("1001@acme.example", "default"), 0u);
    EXPECT_EQ(bindings(), 1u);
}

TEST_F(RegistrarTest, PathAndOutboundAreConfirmed) {
    const Answered answer = send(
        "Supported: path, outbound\nPath: <sip:edge;lr>\nContact: "
        "<sip:a@h>;+sip.instance=\"<urn:uuid:1>\";reg-id=1\n");
    EXPECT_TRUE(answer.has("Path: <sip:edge;lr>\r\n"));
    EXPECT_TRUE(answer.has("Require: outbound\r\n"));
    EXPECT_EQ(only().path, "<sip:edge;lr>");
}

TEST_F(RegistrarTest, TheOperatorRemovesBindings) {
    send("Contact: <sip:a@h>, <sip:b@h>, <sip:c@h>\n");
    EXPECT_EQ(node_->registrar->unregister("default", "1001@lab.example", "sip:B@h"), 0u);
    EXPECT_EQ(node_->registrar->unregister("default", "1001@lab.example", "sip:b@H"), 1u);
    EXPECT_EQ(node_->registrar->unregister("default", "1001@lab.example", ""), 2u);
    EXPECT_EQ(node_->registrar->unregister("default", "1001@lab.example", ""), 0u);
    store_.poll();
    EXPECT_TRUE(store_.rows.empty());
}

TEST_F(RegistrarTest, ABindingThatIsRemovedWhileItsRefreshCommitsIsNotAcknowledged) {
    send("Contact: <sip:a@h>\n");
    const std::uint64_t server =
        hand_over(register_text("Contact: <sip:a@h>\n", "call-1", ++cseq_, branch()));
    node_->registrar->unregister("default", "1001@lab.example", "");
    store_.poll();
    EXPECT_EQ(answer_of(server).status, 500);
    EXPECT_EQ(bindings(), 0u);
    EXPECT_TRUE(store_.rows.empty());
}

TEST_F(RegistrarTest, WithoutAStoreBindingsLiveInMemory) {
    use_store_ = false;
    start();
    EXPECT_EQ(send("Contact: <sip:a@h>;expires=60\n").status, 200);
    EXPECT_EQ(bindings(), 1u);
    pass(61 * kSecond);
    EXPECT_EQ(node_->location.counts().bindings, 0u);
}

TEST_F(RegistrarTest, WhatIsPendingIsWaitedForAtTheEnd) {
    hand_over(register_text("Contact: <sip:a@h>\n"));
    node_->registrar.reset();
    EXPECT_EQ(store_.queued(), 0u);
    EXPECT_EQ(store_.rows.size(), 1u);
    EXPECT_EQ(answer_of(last_server_).status, 200);
}

class AuthenticatedRegistrar : public RegistrarTest {
  protected:
    void SetUp() override {
        RegistrarTest::SetUp();
        flow_.realm = kAccess;
        flow_.local = *wire::parse_endpoint("10.10.0.1:5060");
        flow_.remote = *wire::parse_endpoint("10.10.0.100:5062");
    }
};

TEST_F(AuthenticatedRegistrar, TheChallengeIsAnsweredAndTheBindingMade) {
    Phone phone;
    const Answered challenge = send("Contact: <sip:a@h>\n");
    EXPECT_EQ(challenge.status, 401);
    EXPECT_EQ(bindings(), 0u);
    ASSERT_TRUE(phone.take(challenge.lines));
    EXPECT_EQ(send("Contact: <sip:a@h>\n" + phone.authorization()).status, 200);
    EXPECT_EQ(send("Contact: <sip:a@h>\n" + phone.authorization()).status, 200);
    EXPECT_EQ(bindings(), 1u);
    pass(301 * kSecond);
    const Answered stale = send("Contact: <sip:a@h>\n" + phone.authorization());
    EXPECT_EQ(stale.status, 401);
    EXPECT_TRUE(stale.has("stale=true"));
    ASSERT_TRUE(phone.take(stale.lines));
    EXPECT_EQ(send("Contact: <sip:a@h>\n" + phone.authorization()).status, 200);
}

TEST_F(AuthenticatedRegistrar, FetchAndRemovalAreAuthenticatedToo) {
    EXPECT_EQ(send("").status, 401);
    EXPECT_EQ(send("Contact: *\nExpires: 0\n").status, 401);
}

TEST_F(AuthenticatedRegistrar, UnknownSubscribersAreChallengedLikeKnownOnes) {
    const std::string text = register_text("Contact: <sip:a@h>\n");
    std::string other = text;
    for (std::size_t at = other.find("1001"); at != std::string::npos; at = other.find("1001"))
        other.replace(at, 4, "9999");
    const Answered known = send_text(text);
    const Answered unknown = send_text(other);
    EXPECT_EQ(unknown.status, known.status);
    EXPECT_EQ(unknown.reason, known.reason);
    EXPECT_EQ(unknown.lines.size(), known.lines.size());
}

// Its transaction is gone with the 200; the network may double a datagram.
TEST_F(AuthenticatedRegistrar, ARepetitionIsAnsweredAndChangesNothing) {
    Phone phone;
    ASSERT_TRUE(phone.take(send_text(register_text("", "c", 1, "z9hG4bK1")).lines));
    const std::string credentials = phone.authorization();
    const std::string text = register_text("Contact: <sip:a@h>\n" + credentials, "c", 2, "z9hG4bK2");
    EXPECT_EQ(send_text(text).status, 200);
    const Answered again = send_text(text);
    EXPECT_EQ(again.status, 200);
    EXPECT_TRUE(again.has("Contact: <sip:a@h>"));
    EXPECT_EQ(bindings(), 1u);
    // Somebody who has read it and puts in his own Contact is told the phone's, and gets no binding.
    const Answered stolen =
        send_text(register_text("Contact: <sip:thief@h>\n" + credentials, "c", 2, "z9hG4bK2"));
    EXPECT_FALSE(stolen.has("thief"));
    EXPECT_EQ(bindings(), 1u);
    EXPECT_EQ(send_text(register_text("Contact: <sip:thief@h>\n" + credentials, "c", 3, "z9hG4bK3")).status,
              401);
    EXPECT_EQ(bindings(), 1u);
}

TEST_F(AuthenticatedRegistrar, AnothersAddressIsForbidden) {
    Phone phone;
    phone.username = "1002";
    phone.password = "secret-1002";
    ASSERT_TRUE(phone.take(send("Contact: <sip:a@h>\n").lines));
    EXPECT_EQ(send("Contact: <sip:a@h>\n" + phone.authorization()).status, 403);
    EXPECT_EQ(bindings(), 0u);
}

TEST_F(AuthenticatedRegistrar, AWrongPasswordIsChallengedAnew) {
    Phone phone;
    phone.password = "guess";
    ASSERT_TRUE(phone.take(send("Contact: <sip:a@h>\n").lines));
    const Answered answer = send("Contact: <sip:a@h>\n" + phone.authorization());
    EXPECT_EQ(answer.status, 401);
    EXPECT_FALSE(answer.has("stale"));
    EXPECT_EQ(bindings(), 0u);
    EXPECT_EQ(send("Authorization: Digest nonsense\n").status, 400);
}

}  // namespace
}  // namespace strowger::registrar
