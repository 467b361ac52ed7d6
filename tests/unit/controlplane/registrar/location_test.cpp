#include "registrar/location.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace strowger::registrar {
namespace {

class LocationTest : public ::testing::Test, public LocationObserver {
  protected:
    void on_binding(Change change, const Binding& binding) override {
        changes_.emplace_back(change, binding.id);
    }

    static Binding binding(std::int64_t id, std::string_view aor = "1001@lab.example",
                           Nanoseconds expires = 100 * kSecond) {
        Binding b;
        b.id = id;
        b.tenant = "default";
        b.aor = aor;
        b.contact = "sip:1001@10.10.0.100:5062";
        b.parameters = ";+sip.instance=\"<urn:uuid:abc>\";reg-id=2";
        b.call_id = "call-1";
        b.path = "<sip:edge;lr>";
        b.user_agent = "phone/1";
        b.cseq = 5;
        b.branch = 6;
        b.q = 700;
        b.flags = kBehindNat;
        b.flow.transport = net::TransportKind::tcp;
        b.flow.realm = RealmId{1};
        b.flow.listener = ListenerId{2};
        b.flow.worker = WorkerId{3};
        b.flow.local = *wire::parse_endpoint("10.10.0.1:5060");
        b.flow.remote = *wire::parse_endpoint("10.10.0.100:5062");
        b.flow.connection = 77;
        b.expires = expires;
        b.updated = 1'800'000'000;
        return b;
    }
    std::vector<std::int64_t> ids(std::string_view aor, Nanoseconds now = 0,
                                  std::string_view tenant = "default") const {
        std::vector<Binding> found;
        const std::size_t count = location_.lookup(tenant, aor, now, found);
        EXPECT_EQ(count, found.size());
        std::vector<std::int64_t> out;
        for (const Binding& b : found) out.push_back(b.id);
        return out;
    }
    std::vector<std::int64_t> expire(Nanoseconds now, std::size_t limit = 1'000'000) {
        std::vector<std::int64_t> out;
        location_.expire(now, limit, [&](std::int64_t id) { out.push_back(id); });
        std::ranges::sort(out);
        return out;
    }

    Location location_;
    std::vector<std::pair<Change, std::int64_t>> changes_;
};

using Ids = std::vector<std::int64_t>;

TEST_F(LocationTest, ABindingComesBackAsItWas) {
    const Binding in = binding(7);
    ASSERT_TRUE(location_.put(in));
    Binding out;
    ASSERT_TRUE(location_.find(7, out));
    EXPECT_EQ(out.tenant, in.tenant);
    EXPECT_EQ(out.aor, in.aor);
    EXPECT_EQ(out.contact, in.contact);
    EXPECT_EQ(out.parameters, in.parameters);
    EXPECT_EQ(out.instance, "urn:uuid:abc");
    EXPECT_EQ(out.reg_id, 2u);
    EXPECT_EQ(out.call_id, in.call_id);
    EXPECT_EQ(out.path, in.path);
    EXPECT_EQ(out.user_agent, in.user_agent);
    EXPECT_EQ(out.cseq, in.cseq);
    EXPECT_EQ(out.branch, in.branch);
    EXPECT_EQ(out.q, in.q);
    EXPECT_EQ(out.flags, in.flags);
    EXPECT_TRUE(out.flow == in.flow);
    EXPECT_EQ(out.flow.realm, in.flow.realm);
    EXPECT_EQ(out.flow.worker, in.flow.worker);
    EXPECT_EQ(out.flow.local, in.flow.local);
    EXPECT_EQ(out.expires, in.expires);
    EXPECT_EQ(out.updated, in.updated);
}

TEST_F(LocationTest, HighestQFirstThenLatest) {
    for (const auto& [id, q, updated] :
         {std::tuple{1, 500, 10}, {2, 1000, 10}, {3, 1000, 20}, {4, 500, 10}, {5, 0, 99}}) {
        Binding b = binding(id);
        b.q = static_cast<std::uint16_t>(q);
        b.updated = updated;
        ASSERT_TRUE(location_.put(b));
    }
    EXPECT_EQ(ids("1001@lab.example"), (Ids{3, 2, 4, 1, 5}));
}

TEST_F(LocationTest, TenantsAreApart) {
    ASSERT_TRUE(location_.put(binding(1)));
    Binding other = binding(2);
    other.tenant = "acme";
    ASSERT_TRUE(location_.put(other));
    EXPECT_EQ(ids("1001@lab.example"), Ids{1});
    EXPECT_EQ(ids("1001@lab.example", 0, "acme"), Ids{2});
    EXPECT_EQ(ids("1001@lab.example", 0, "nobody"), Ids{});
    EXPECT_EQ(location_.counts().addresses, 2u);
    other.tenant = "";
    EXPECT_FALSE(location_.put(other));
}

TEST_F(LocationTest, ExpiredBindingsAreNotGivenOutEvenBeforeTheyAreRemoved) {
    ASSERT_TRUE(location_.put(binding(1, "a@h", 10 * kSecond)));
    ASSERT_TRUE(location_.put(binding(2, "a@h", 20 * kSecond)));
    EXPECT_EQ(ids("a@h", 10 * kSecond - 1), (Ids{2, 1}));
    EXPECT_EQ(ids("a@h", 10 * kSecond), Ids{2});
    Binding out;
    EXPECT_TRUE(location_.find_by_source(RealmId{1}, binding(1).flow.remote, 10 * kSecond, out));
    EXPECT_EQ(out.id, 2);
    EXPECT_FALSE(location_.find_by_source(RealmId{1}, binding(1).flow.remote, 20 * kSecond, out));
}

TEST_F(LocationTest, ExpiryTakesWhatIsDueInSlices) {
    location_.observe(*this);
    for (int i = 1; i <= 10; ++i) ASSERT_TRUE(location_.put(binding(i, "a@h", i * kSecond)));
    changes_.clear();
    EXPECT_EQ(expire(kSecond - 1), Ids{});
    EXPECT_EQ(expire(5 * kSecond, 3), (Ids{1, 2, 3}));
    EXPECT_EQ(expire(5 * kSecond, 3), (Ids{4, 5}));
    EXPECT_EQ(expire(5 * kSecond + 999 * kMillisecond), Ids{});
    EXPECT_EQ(expire(1000 * kSecond), (Ids{6, 7, 8, 9, 10}));
    EXPECT_EQ(changes_.size(), 10u);
    EXPECT_EQ(changes_.front().first, Change::expired);
    EXPECT_EQ(location_.counts().bindings, 0u);
    EXPECT_EQ(location_.counts().addresses, 0u);
}

TEST_F(LocationTest, ExpiryReachesOverItsRoundAndOverLongPauses) {
    ASSERT_TRUE(location_.put(binding(1, "a@h", 90'000 * kSecond)));
    ASSERT_TRUE(location_.put(binding(2, "a@h", 2 * kSecond + 1)));
    for (int second = 0; second < 9'000; ++second) {
        const Ids gone = expire(second * kSecond);
        EXPECT_EQ(gone, second == 3 ? Ids{2} : Ids{}) << second;
    }
    EXPECT_EQ(expire(89'999 * kSecond), Ids{});
    EXPECT_EQ(expire(200'000 * kSecond), Ids{1});
}

TEST_F(LocationTest, ARefreshMovesTheExpiry) {
    location_.observe(*this);
    ASSERT_TRUE(location_.put(binding(1, "a@h", 10 * kSecond)));
    EXPECT_TRUE(location_.refresh(1, 9, 8, 50 * kSecond, 1'800'000'040));
    EXPECT_EQ(expire(20 * kSecond), Ids{});
    Binding out;
    ASSERT_TRUE(location_.find(1, out));
    EXPECT_EQ(out.cseq, 9u);
    EXPECT_EQ(out.branch, 8u);
    EXPECT_EQ(out.updated, 1'800'000'040);
    EXPECT_EQ(expire(50 * kSecond), Ids{1});
    EXPECT_FALSE(location_.refresh(1, 9, 8, 50 * kSecond, 0));
    EXPECT_EQ(changes_, (std::vector<std::pair<Change, std::int64_t>>{
                            {Change::added, 1}, {Change::refreshed, 1}, {Change::expired, 1}}));
}

TEST_F(LocationTest, PutReplacesTheSameIdAndRemoveRemoves) {
    location_.observe(*this);
    ASSERT_TRUE(location_.put(binding(1)));
    Binding changed = binding(1, "1002@lab.example");
    changed.contact = "sip:elsewhere";
    ASSERT_TRUE(location_.put(changed));
    EXPECT_EQ(ids("1001@lab.example"), Ids{});
    EXPECT_EQ(ids("1002@lab.example"), Ids{1});
    EXPECT_TRUE(location_.remove(1));
    EXPECT_FALSE(location_.remove(1));
    EXPECT_EQ(changes_.back().first, Change::removed);
    EXPECT_EQ(location_.counts().bindings, 0u);
}

TEST_F(LocationTest, ACallerIsKnownByTheFlowOfItsRegistration) {
    ASSERT_TRUE(location_.put(binding(1, "1001@h")));
    const wire::Endpoint source = binding(1).flow.remote;
    Binding out;
    ASSERT_TRUE(location_.find_by_source(RealmId{1}, source, 0, out));
    EXPECT_EQ(out.aor, "1001@h");
    EXPECT_FALSE(location_.find_by_source(RealmId{2}, source, 0, out));
    EXPECT_FALSE(location_.find_by_source(RealmId{1}, *wire::parse_endpoint("10.10.0.100:5063"), 0, out));
    EXPECT_FALSE(location_.find_by_source(RealmId{1}, source, 0, out, "1002@h"));
    // Two phones behind one address: only the name tells.
    ASSERT_TRUE(location_.put(binding(2, "1002@h")));
    EXPECT_FALSE(location_.find_by_source(RealmId{1}, source, 0, out));
    ASSERT_TRUE(location_.find_by_source(RealmId{1}, source, 0, out, "1002@h"));
    EXPECT_EQ(out.id, 2);
    // Two contacts of one phone are the phone.
    location_.remove(2);
    ASSERT_TRUE(location_.put(binding(3, "1001@h")));
    EXPECT_TRUE(location_.find_by_source(RealmId{1}, source, 0, out));
}

TEST_F(LocationTest, ManyPhonesBehindOneSourceComeAndGo) {
    constexpr std::int64_t kPhones = 600;
    const auto aor = [](std::int64_t n) { return std::to_string(n) + "@h"; };
    const wire::Endpoint source = binding(1).flow.remote;
    for (std::int64_t n = 1; n <= kPhones; ++n) {
        const std::string name = aor(n);
        ASSERT_TRUE(location_.put(binding(n, name.c_str())));
    }
    Binding out;
    std::set<std::int64_t> left;
    for (std::int64_t n = 1; n <= kPhones; ++n) left.insert(n);
    // 7 and 600 have no common divisor but 1: every one once, from all over the chain.
    for (std::int64_t i = 0, n = 1; i + 1 < kPhones; ++i, n = (n + 6) % kPhones + 1) {
        ASSERT_TRUE(location_.remove(n)) << n;
        left.erase(n);
        EXPECT_FALSE(location_.find_by_source(RealmId{1}, source, 0, out, aor(n)));
        EXPECT_EQ(location_.find_by_source(RealmId{1}, source, 0, out), left.size() == 1);
        for (const std::int64_t one : {*left.begin(), *left.rbegin()}) {
            ASSERT_TRUE(location_.find_by_source(RealmId{1}, source, 0, out, aor(one)));
            EXPECT_EQ(out.id, one);
        }
    }
    EXPECT_EQ(left.size(), 1u);
}

TEST_F(LocationTest, FlowsFollowNewRealmNumbers) {
    ASSERT_TRUE(location_.put(binding(1, "1001@h")));
    Binding other = binding(2, "1002@h");
    other.flow.realm = RealmId{5};
    ASSERT_TRUE(location_.put(other));
    const Ids gone = location_.rebind([](net::Flow& flow) {
        if (flow.realm == RealmId{5}) return false;
        flow.realm = RealmId{9};
        flow.listener = ListenerId{4};
        return true;
    });
    EXPECT_EQ(gone, Ids{2});
    Binding out;
    ASSERT_TRUE(location_.find_by_source(RealmId{9}, other.flow.remote, 0, out));
    EXPECT_EQ(out.flow.listener, ListenerId{4});
    EXPECT_FALSE(location_.find_by_source(RealmId{1}, other.flow.remote, 0, out));
    EXPECT_EQ(location_.counts().bindings, 1u);
}

// Against a plain map, with enough bindings that the hash tables grow many times.
TEST_F(LocationTest, AgreesWithAMapOverManyChanges) {
    struct Plain {
        std::string aor;
        std::string contact;
        Nanoseconds expires;
    };
    std::map<std::int64_t, Plain> plain;
    std::mt19937 generator(11);
    const auto chance = [&] { return static_cast<std::uint32_t>(generator()); };
    Nanoseconds now = 0;
    std::int64_t next_id = 1;
    for (int round = 0; round < 60'000; ++round) {
        const auto pick = [&] {
            return std::next(plain.begin(),
                             static_cast<std::ptrdiff_t>(chance() % std::min<std::size_t>(plain.size(), 50)))
                ->first;
        };
        const unsigned what = chance() % 20;
        if (what < 14 || plain.empty()) {
            Plain p{fmt::format("{}@lab.example", chance() % 9000),
                    fmt::format("sip:{}@10.0.0.1:{}", next_id, chance() % 65536),
                    now + (1 + chance() % 8000) * kSecond};
            Binding b = binding(next_id, p.aor, p.expires);
            b.contact = p.contact;
            b.flow.remote.port = wire::be16::from_host(static_cast<std::uint16_t>(chance()));
            ASSERT_TRUE(location_.put(b));
            plain[next_id++] = p;
        } else if (what < 17) {
            const std::int64_t id = pick();
            plain[id].expires = now + (1 + chance() % 8000) * kSecond;
            ASSERT_TRUE(location_.refresh(id, 1, 1, plain[id].expires, 1));
        } else if (what < 19) {
            const std::int64_t id = pick();
            plain.erase(id);
            ASSERT_TRUE(location_.remove(id));
        } else {
            now += chance() % 1500 * kMillisecond;
            for (const std::int64_t id : expire(now)) {
                ASSERT_TRUE(plain.contains(id));
                ASSERT_LE(plain[id].expires, now);
                plain.erase(id);
            }
        }
    }
    expire(now);
    std::erase_if(plain, [&](const auto& entry) { return entry.second.expires <= now; });
    EXPECT_EQ(location_.counts().bindings, plain.size());
    EXPECT_GT(plain.size(), 20'000u);
    std::map<std::string, std::set<std::int64_t>> by_aor;
    for (const auto& [id, p] : plain) {
        Binding out;
        ASSERT_TRUE(location_.find(id, out)) << id;
        ASSERT_EQ(out.contact, p.contact);
        ASSERT_EQ(out.expires, p.expires);
        by_aor[p.aor].insert(id);
    }
    for (const auto& [aor, expected] : by_aor) {
        const Ids found = ids(aor, now);
        ASSERT_EQ(std::set<std::int64_t>(found.begin(), found.end()), expected);
    }
    EXPECT_EQ(location_.counts().addresses, by_aor.size());
    // A listing in slices sees each once.
    std::set<std::int64_t> walked;
    std::uint64_t position = 0;
    int slices = 0;
    do {
        int left = 500;
        position = location_.walk(position, [&](const Binding& b) {
            EXPECT_TRUE(walked.insert(b.id).second);
            return --left > 0;
        });
        ++slices;
    } while (position != 0);
    EXPECT_EQ(walked.size(), plain.size());
    EXPECT_GT(slices, 10);
    for (const auto& entry : plain) ASSERT_TRUE(location_.remove(entry.first));
    EXPECT_EQ(location_.counts().bindings, 0u);
    EXPECT_EQ(location_.counts().addresses, 0u);
}

TEST_F(LocationTest, ABindingCostsAtMost300Octets) {
    constexpr std::int64_t kBindings = 200'000;
    for (std::int64_t i = 1; i <= kBindings; ++i) {
        const std::string aor = fmt::format("{}@customer.example", 4'930'000'000 + i);
        const std::string contact = fmt::format("sip:{}@10.{}.{}.{}:5060;transport=udp", 4'930'000'000 + i,
                                                i >> 16, i >> 8 & 255, i & 255);
        const std::string call_id = fmt::format("{:016x}@10.20.30.40", i);
        Binding b = binding(i, aor);
        b.contact = contact;
        b.call_id = call_id;
        b.parameters = b.path = {};
        b.flow.remote.port = wire::be16::from_host(static_cast<std::uint16_t>(i));
        ASSERT_TRUE(location_.put(b));
    }
    EXPECT_LE(location_.counts().octets / kBindings, 300u);
}

}  // namespace
}  // namespace strowger::registrar
