// A registrar with a clock, a store and a network of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "held_store.hpp"
#include "model_fixture.hpp"
#include "support/digest_phone.hpp"
#include "registrar/registrar.hpp"
#include "sip_text.hpp"

namespace strowger::registrar {

using test::Phone;

struct Answered {
    std::uint16_t status = 0;
    std::string reason;
    std::string lines;
    [[nodiscard]] bool has(std::string_view text) const { return lines.find(text) != std::string::npos; }
};

class Recorder final : public Responder {
  public:
    std::map<std::uint64_t, Answered> answers;
    bool respond(transaction::ServerId server, std::uint16_t status, std::string_view reason,
                 std::string_view extra) override {
        EXPECT_FALSE(answers.contains(static_cast<std::uint64_t>(server))) << "answered twice";
        answers[static_cast<std::uint64_t>(server)] = {status, std::string(reason), std::string(extra)};
        return true;
    }
};

// What is lost when the process dies; the store and the clock are the test's.
struct Node {
    Node(const model::Model& model, store::Store* store, Nanoseconds now, const std::int64_t& unix_ms)
        : wheel(now) {
        accounts.configure(model, sample_realms());
        registrar = std::make_unique<Registrar>(recorder, wheel, location, accounts, authenticator, store,
                                                [&unix_ms] { return unix_ms; });
    }
    Recorder recorder;
    transaction::TimerWheel wheel;
    Location location;
    Accounts accounts;
    Authenticator authenticator{accounts, NonceKey{1, 2, 3}};
    std::unique_ptr<Registrar> registrar;
};

class RegistrarTest : public ::testing::Test {
  protected:
    void SetUp() override {
        flow_.realm = kCore;  // trusted: most rules are not about authentication
        flow_.listener = ListenerId{1};
        flow_.local = *wire::parse_endpoint("10.20.0.1:5060");
        flow_.remote = *wire::parse_endpoint("10.20.0.50:5062");
        start();
    }
    // A new process.
    void start() {
        node_.reset();
        node_ = std::make_unique<Node>(model_, use_store_ ? &store_ : nullptr, now_, unix_ms_);
    }
    // Sends, and lets the store commit. The request text is whole, lines end in "\n".
    Answered send_text(std::string_view text) {
        const std::uint64_t server = hand_over(text);
        store_.poll();
        return answer_of(server);
    }
    std::uint64_t hand_over(std::string_view text) {
        wire::TokeniseStatus status{};
        const message::Incoming request = message::Incoming::parse(flow_, with_crlf(text), now_, status);
        EXPECT_EQ(status, wire::TokeniseStatus::ok) << text;
        const std::uint64_t server = ++last_server_;
        node_->registrar->on_request(static_cast<transaction::ServerId>(server), request);
        return server;
    }
    Answered answer_of(std::uint64_t server) const {
        const auto found = node_->recorder.answers.find(server);
        return found == node_->recorder.answers.end() ? Answered{} : found->second;
    }
    // A REGISTER of 1001@lab.example with the next CSeq.
    Answered send(std::string_view lines) {
        return send_text(register_text(lines, "call-1", ++cseq_, branch()));
    }
    std::string branch() const { return "z9hG4bK" + std::to_string(cseq_); }
    void pass(Nanoseconds time) {
        const Nanoseconds until = now_ + time;
        while (now_ < until) {
            now_ = std::min(until, now_ + kSecond);
            unix_ms_ = kStart + (now_ - kFirst) / kMillisecond;
            node_->wheel.advance(now_);
        }
        store_.poll();
    }
    std::size_t bindings(std::string_view aor = "1001@lab.example",
                         std::string_view tenant = "default") const {
        std::vector<Binding> out;
        return node_->location.lookup(tenant, aor, now_, out);
    }
    Binding only() {
        std::vector<Binding> out;
        node_->location.lookup("default", "1001@lab.example", now_, out);
        EXPECT_EQ(out.size(), 1u);
        return out.empty() ? Binding{} : out.front();
    }

    static constexpr std::int64_t kStart = 1'800'000'000'000;
    static constexpr Nanoseconds kFirst = 5000 * kSecond;
    model::Model model_ = sample_model();
    bool use_store_ = true;
    HeldStore store_;
    Nanoseconds now_ = kFirst;
    std::int64_t unix_ms_ = kStart;
    net::Flow flow_;
    std::unique_ptr<Node> node_;
    std::uint64_t last_server_ = 0;
    int cseq_ = 0;
};

}  // namespace strowger::registrar
