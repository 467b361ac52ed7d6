// A store in a directory of the test's own, and rows to put into it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite_store.hpp"

namespace strowger::store {

class StoreTest : public ::testing::Test {
  protected:
    void SetUp() override {
        char pattern[] = "/tmp/strowger-store-XXXXXX";
        ASSERT_NE(mkdtemp(pattern), nullptr);
        directory_ = pattern;
        options_.path = directory_ + "/strowger.db";
    }
    void TearDown() override {
        store_.reset();
        std::filesystem::remove_all(directory_);
    }

    void open() {
        store_.reset();
        std::string error;
        store_ = open_sqlite(options_, {}, error);
        ASSERT_NE(store_, nullptr) << error;
    }
    std::string open_error() const {
        std::string error;
        EXPECT_EQ(open_sqlite(options_, {}, error), nullptr);
        return error;
    }
    Outcome write(Batch batch) {
        Outcome out{Status::unavailable, "not called"};
        EXPECT_TRUE(store_->submit(std::move(batch), [&](const Outcome& o) { out = o; }));
        store_->drain();
        return out;
    }
    Answer read(Query query) {
        Answer out;
        EXPECT_TRUE(store_->read(std::move(query), [&](const Outcome& o, Answer a) {
            EXPECT_TRUE(o.ok()) << o.reason;
            out = std::move(a);
        }));
        store_->drain();
        return out;
    }
    std::vector<BindingRow> bindings() {
        std::vector<BindingRow> out;
        store_->load_bindings([&](const BindingRow& row) { out.push_back(row); });
        return out;
    }

    std::string directory_;
    SqliteOptions options_;
    std::unique_ptr<Store> store_;
};

inline BindingRow sample_binding(std::int64_t id) {
    BindingRow row;
    row.id = id;
    row.tenant = "default";
    row.aor = "1001@lab.example";
    row.contact = "sip:1001@10.10.0.100:5062;transport=udp";
    row.parameters = ";+sip.instance=\"<urn:uuid:1>\";reg-id=1";
    row.call_id = "a84b4c76e66710";
    row.path = "<sip:edge.lab.example;lr>";
    row.user_agent = "phone/1.0";
    row.realm = "access";
    row.cseq = 0x7fffffff;
    row.branch = 0xfffffffe;
    row.q = 500;
    row.flags = 5;
    row.transport = net::TransportKind::tls;
    row.local = *wire::parse_endpoint("[fd10:a::1]:5061");
    row.remote = *wire::parse_endpoint("[fd10:a::100]:40000");
    row.expires = 1'900'000'000;
    row.updated = 1'800'000'000;
    return row;
}

inline bool operator==(const BindingRow& a, const BindingRow& b) {
    const auto tie = [](const BindingRow& r) {
        return std::tie(r.id, r.tenant, r.aor, r.contact, r.parameters, r.call_id, r.path, r.user_agent,
                        r.realm, r.cseq, r.branch, r.q, r.flags, r.transport, r.local, r.remote, r.expires,
                        r.updated);
    };
    return tie(a) == tie(b);
}

}  // namespace strowger::store
