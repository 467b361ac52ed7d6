#include "registrar/update_plan.hpp"

#include <gtest/gtest.h>

#include "sip_text.hpp"

namespace strowger::registrar {
namespace {

constexpr std::int64_t kUnix = 1'800'000'000;
constexpr Nanoseconds kNow = 1000 * kSecond;

// One AoR, its bindings as rows, and requests that change them.
class UpdatePlanTest : public ::testing::Test {
  protected:
    void SetUp() override {
        flow_.realm = RealmId{1};
        flow_.local = *wire::parse_endpoint("10.10.0.1:5060");
        flow_.remote = *wire::parse_endpoint("10.10.0.100:5062");
    }
    // Plans, and applies what was planned to rows_.
    UpdatePlan send(std::string_view lines, std::string_view call_id = "call-1", int cseq = 1,
                    std::string_view branch = "z9hG4bK1") {
        const SipText text(register_text(lines, call_id, cseq, branch));
        RegisterRequest request;
        const Refusal refusal = read_register(text.sip(), {60, 3600, 3600}, request);
        EXPECT_FALSE(refusal) << refusal.reason;
        std::vector<Binding> current;
        for (const store::BindingRow& row : rows_) {
            current.push_back(from_row(row));
            current.back().flow = flows_[row.id];
            current.back().expires = kNow + (row.expires - kUnix) * kSecond;
        }
        const PlanInput input{request, current, "default", "1001@lab.example", "access",
                              flow_,   kNow,    kUnix,     max_contacts_};
        UpdatePlan plan = plan_update(input, [this] { return next_id_++; });
        for (const store::Write& write : plan.writes) apply(write);
        return plan;
    }
    void apply(const store::Write& write) {
        if (const auto* put = std::get_if<store::PutBinding>(&write)) {
            rows_.push_back(put->row());
            flows_[put->row().id] = flow_;
        } else if (const auto* remove = std::get_if<store::RemoveBinding>(&write)) {
            EXPECT_EQ(std::erase_if(rows_, [&](const auto& row) { return row.id == remove->id; }), 1u);
        } else if (const auto* refresh = std::get_if<store::RefreshBinding>(&write)) {
            for (store::BindingRow& row : rows_)
                if (row.id == refresh->row.id) {
                    row.cseq = refresh->row.cseq;
                    row.branch = refresh->row.branch;
                    row.expires = refresh->row.expires;
                }
        }
    }
    std::string contacts() const {
        std::string out;
        for (const store::BindingRow& row : rows_) out += (out.empty() ? "" : " ") + row.contact;
        return out;
    }

    net::Flow flow_;
    std::uint16_t max_contacts_ = 3;
    std::int64_t next_id_ = 1;
    std::vector<store::BindingRow> rows_;
    std::map<std::int64_t, net::Flow> flows_;
};

TEST_F(UpdatePlanTest, ANewContactIsARowWithAllItsTexts) {
    const UpdatePlan plan = send(
        "Path: <sip:edge;lr>\nUser-Agent: phone/1\nContact: "
        "<sip:a@10.10.0.100:5062>;q=0.3;expires=120;audio\n");
    ASSERT_EQ(plan.writes.size(), 1u);
    ASSERT_EQ(rows_.size(), 1u);
    const store::BindingRow& row = rows_[0];
    EXPECT_EQ(row.tenant, "default");
    EXPECT_EQ(row.aor, "1001@lab.example");
    EXPECT_EQ(row.contact, "sip:a@10.10.0.100:5062");
    EXPECT_EQ(row.parameters, ";audio");
    EXPECT_EQ(row.call_id, "call-1");
    EXPECT_EQ(row.path, "<sip:edge;lr>");
    EXPECT_EQ(row.user_agent, "phone/1");
    EXPECT_EQ(row.realm, "access");
    EXPECT_EQ(row.q, 300);
    EXPECT_EQ(row.flags, 0);
    EXPECT_EQ(row.expires, kUnix + 120);
    EXPECT_EQ(row.updated, kUnix);
    EXPECT_EQ(row.remote, flow_.remote);
    EXPECT_EQ(row.local, flow_.local);
}

TEST_F(UpdatePlanTest, ARefreshOnlyMovesTheExpiry) {
    send("Contact: <sip:a@h>;expires=100\n");
    const UpdatePlan plan = send("Contact: <sip:a@h>;expires=200\n", "call-1", 2, "z9hG4bK2");
    ASSERT_EQ(plan.writes.size(), 1u);
    ASSERT_TRUE(std::holds_alternative<store::RefreshBinding>(plan.writes[0]));
    EXPECT_EQ(rows_[0].id, 1);
    EXPECT_EQ(rows_[0].cseq, 2u);
    EXPECT_EQ(rows_[0].expires, kUnix + 200);
}

TEST_F(UpdatePlanTest, WhateverElseChangesMakesANewRow) {
    send("Contact: <sip:a@h>\n");
    int cseq = 1;
    const auto replaces = [&](std::string_view lines, std::string_view call_id) {
        const std::int64_t before = rows_.at(0).id;
        send(lines, call_id, ++cseq);
        ASSERT_EQ(rows_.size(), 1u);
        EXPECT_NE(rows_[0].id, before) << lines;
    };
    replaces("Contact: <sip:a@h>;q=0.1\n", "call-1");
    replaces("Contact: <sip:a@h>;q=0.1;video\n", "call-1");
    replaces("Contact: <sip:a@h;x=1>;q=0.1;video\n", "call-1");
    replaces("Contact: <sip:a@h;x=1>;q=0.1;video\nPath: <sip:edge;lr>\n", "call-1");
    replaces("Contact: <sip:a@h;x=1>;q=0.1;video\nPath: <sip:edge;lr>\nUser-Agent: u\n", "call-1");
    replaces("Contact: <sip:a@h;x=1>;q=0.1;video\nPath: <sip:edge;lr>\nUser-Agent: u\n", "call-2");
    flow_.remote.port = wire::be16::from_host(40'000);  // the NAT's mapping changed
    replaces("Contact: <sip:a@h;x=1>;q=0.1;video\nPath: <sip:edge;lr>\nUser-Agent: u\n", "call-2");
    EXPECT_EQ(rows_[0].remote, flow_.remote);
}

TEST_F(UpdatePlanTest, ARowNearItsEndIsNotRefreshed) {
    send("Contact: <sip:a@h>;expires=60\n");
    rows_[0].expires = kUnix + 20;
    send("Contact: <sip:a@h>;expires=60\n", "call-1", 2);
    ASSERT_EQ(rows_.size(), 1u);
    EXPECT_EQ(rows_[0].id, 2);
}

TEST_F(UpdatePlanTest, EqualUrisAreOneContact) {
    send("Contact: <sip:%61@H.example;transport=UDP>\n");
    send("Contact: <sip:a@h.EXAMPLE;transport=udp>\n", "call-1", 2);
    EXPECT_EQ(rows_.size(), 1u);
    send("Contact: <sip:a@h.example:5060;transport=udp>\n", "call-1", 3);
    EXPECT_EQ(rows_.size(), 2u);
}

TEST_F(UpdatePlanTest, ExpiresZeroRemovesThatContactAlone) {
    send("Contact: <sip:a@h>, <sip:b@h>\n");
    send("Contact: <sip:a@h>;expires=0, <sip:never@h>;expires=0\n", "other", 1);
    EXPECT_EQ(contacts(), "sip:b@h");
}

TEST_F(UpdatePlanTest, StarRemovesAll) {
    send("Contact: <sip:a@h>, <sip:b@h>\n", "call-1", 5);
    EXPECT_EQ(send("Contact: *\nExpires: 0\n", "call-1", 5, "other").refusal.status, 500);
    EXPECT_EQ(rows_.size(), 2u);
    EXPECT_FALSE(send("Contact: *\nExpires: 0\n", "call-1", 6).refusal);
    EXPECT_EQ(rows_.size(), 0u);
    EXPECT_FALSE(send("Contact: *\nExpires: 0\n", "call-1", 6).refusal);
}

TEST_F(UpdatePlanTest, OneOldSequenceNumberAbortsAll) {
    send("Contact: <sip:a@h>\n", "call-1", 10);
    const UpdatePlan plan = send("Contact: <sip:new@h>, <sip:a@h>;expires=0\n", "call-1", 9);
    EXPECT_EQ(plan.refusal.status, 500);
    EXPECT_TRUE(plan.writes.empty());
    EXPECT_EQ(contacts(), "sip:a@h");
    EXPECT_EQ(send("Contact: <sip:a@h>\n", "call-1", 10, "z9hG4bKother").refusal.status, 500);
    // Another Call-ID: a phone that was started again.
    EXPECT_FALSE(send("Contact: <sip:a@h>\n", "call-2", 1).refusal);
    EXPECT_EQ(rows_[0].call_id, "call-2");
}

TEST_F(UpdatePlanTest, TheSameRequestAgainIsNoChangeAndNoError) {
    send("Contact: <sip:a@h>\n", "call-1", 10, "z9hG4bKx");
    const UpdatePlan plan = send("Contact: <sip:a@h>\n", "call-1", 10, "z9hG4bKx");
    EXPECT_TRUE(plan.repetition);
    EXPECT_FALSE(plan.refusal);
    EXPECT_TRUE(plan.writes.empty());
}

TEST_F(UpdatePlanTest, TooManyContactsAreRefusedWhole) {
    send("Contact: <sip:a@h>, <sip:b@h>\n");
    EXPECT_EQ(send("Contact: <sip:c@h>, <sip:d@h>\n", "call-1", 2).refusal.status, 403);
    EXPECT_EQ(contacts(), "sip:a@h sip:b@h");
    EXPECT_FALSE(send("Contact: <sip:c@h>, <sip:d@h>, <sip:a@h>;expires=0\n", "call-1", 3).refusal);
    EXPECT_EQ(rows_.size(), 3u);
    // A limit that was lowered meanwhile does not take what is there.
    max_contacts_ = 1;
    EXPECT_FALSE(send("Contact: <sip:b@h>\n", "call-1", 4).refusal);
    EXPECT_EQ(send("Contact: <sip:e@h>\n", "call-1", 5).refusal.status, 403);
    EXPECT_FALSE(send("Contact: <sip:b@h>;expires=0\n", "call-1", 6).refusal);
    EXPECT_EQ(rows_.size(), 2u);
}

TEST_F(UpdatePlanTest, AContactTwiceInOneRequestIsTakenOnce) {
    send("Contact: <sip:a@h>;expires=100, <sip:a@h>;expires=200\n");
    ASSERT_EQ(rows_.size(), 1u);
    EXPECT_EQ(rows_[0].expires, kUnix + 200);
    send("Contact: <sip:a@h>;expires=300, <sip:a@h>;expires=0\n", "call-1", 2);
    EXPECT_EQ(rows_.size(), 0u);
}

TEST_F(UpdatePlanTest, OutboundBindingsAreKeyedByInstanceAndRegId) {
    const std::string instance = ";+sip.instance=\"<urn:uuid:1>\";reg-id=";
    send("Supported: outbound\nContact: <sip:a@10.0.0.1:1000>" + instance + "1\n");
    EXPECT_NE(rows_.at(0).flags & kOutbound, 0);
    send("Supported: outbound\nContact: <sip:a@10.0.0.2:2000>" + instance + "1\n", "call-2", 1);
    EXPECT_EQ(contacts(), "sip:a@10.0.0.2:2000");
    send("Supported: outbound\nContact: <sip:a@10.0.0.2:2000>" + instance + "2\n", "call-3", 1);
    EXPECT_EQ(rows_.size(), 2u);
    // Without outbound the URI is the key (10.3).
    send("Contact: <sip:a@10.0.0.3:3000>" + instance + "1\n", "call-4", 1);
    EXPECT_EQ(rows_.size(), 3u);
}

TEST_F(UpdatePlanTest, NatIsToldByTheSource) {
    EXPECT_FALSE(behind_nat("sip:a@10.10.0.100:5062", flow_));
    EXPECT_TRUE(behind_nat("sip:a@10.10.0.100", flow_));
    EXPECT_TRUE(behind_nat("sip:a@192.168.1.2:5062", flow_));
    EXPECT_TRUE(behind_nat("sip:a@phone.example:5062", flow_));
    flow_.remote.port = wire::be16::from_host(5060);
    EXPECT_FALSE(behind_nat("sip:a@10.10.0.100", flow_));
    flow_.transport = net::TransportKind::tcp;
    flow_.remote.port = wire::be16::from_host(49'152);
    EXPECT_FALSE(behind_nat("sip:a@10.10.0.100", flow_));
    flow_.remote = *wire::parse_endpoint("[fd10:a::100]:5060");
    EXPECT_FALSE(behind_nat("sip:a@[FD10:A:0::100]:5060", flow_));
}

}  // namespace
}  // namespace strowger::registrar
