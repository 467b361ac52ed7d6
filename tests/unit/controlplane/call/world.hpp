// Two sides and the appliance between them: the real transaction layer, media sessions and calls, over a
// network, a dataplane and a clock of the test's own. After each test nothing may be left, and nothing of one
// side may have been seen by the other.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "call/calls.hpp"
#include "fake_dataplane.hpp"
#include "message/incoming.hpp"
#include "model/resources.hpp"
#include "transaction/layer.hpp"

namespace strowger::test {

inline constexpr RealmId kAccess{0};
inline constexpr RealmId kCore{1};
inline constexpr TrunkId kPbx{0};

// Value of the first header of that name in a message; "" when absent.
std::string header(const std::string& message, std::string_view name);
std::string body_of(const std::string& message);
std::string start_line(const std::string& message);
int status_of(const std::string& message);
// The value of ";tag=" in a From or To value.
std::string tag_of(const std::string& value);
std::string uri_in(const std::string& value);
std::string audio(std::string_view address, int port, std::string_view more = "");

// A user agent that is scripted: it writes what it is told and keeps what it gets.
struct Party {
    std::string user;
    RealmId realm{};
    wire::Endpoint address;
    wire::Endpoint ours;  // the listener it talks to
    std::string media_address;

    std::string call_id;
    std::string local_tag;
    std::string remote_tag;
    std::string local;  // URI
    std::string remote;
    std::string target;       // our Contact
    std::string invite_text;  // received
    int cseq = 0;
    int branch = 0;

    std::vector<std::string> inbox;
    std::string all;                   // every byte ever received
    std::vector<std::string> secrets;  // what no other party may see
    bool reachable = true;

    // A new INVITE (or other request outside a dialog) to `called`.
    std::string request(std::string_view method, const std::string& called, const std::string& body = "",
                        const std::string& more = "");
    // Within the dialog.
    std::string in_dialog(std::string_view method, const std::string& body = "", const std::string& more = "",
                          int with_cseq = 0);
    std::string cancel(const std::string& invite) const;
    std::string ack_refusal(const std::string& invite, const std::string& refusal) const;
    std::string respond(const std::string& request, int status, const std::string& body = "",
                        const std::string& more = "");
    // Takes the dialog from a 1xx/2xx to its own INVITE, or from an INVITE that came.
    void learn(const std::string& message);
    // The next message that came; fails the test when there is none.
    std::string take();
    // The next one, which must start so.
    std::string take(std::string_view start);
    [[nodiscard]] bool quiet() const { return inbox.empty(); }

  private:
    std::string head(std::string_view method, const std::string& uri, const std::string& to, int number);
};

struct FakeDirectory final : call::Directory {
    call::Caller identify(const message::Incoming& request) override;
    TrunkId trunk_of(const net::Flow& flow) override { return flow.realm == kCore ? kPbx : kNone<TrunkId>; }
    bool find_subscriber(RealmId, std::string_view host, std::string_view user, const wire::Endpoint&,
                         call::Callee& out) override;
    std::size_t contacts(const call::Callee& callee, Nanoseconds,
                         std::vector<registrar::Binding>& out) override;
    bool find_domain(RealmId, std::string_view host, const wire::Endpoint& local, std::string& domain,
                     std::string& tenant) override;
    bool is_ours(RealmId, std::string_view host, const wire::Endpoint& local) override;
    void order_targets(TrunkId trunk, std::uint64_t, std::vector<call::TrunkTarget>& out) override;
    void least_cost(std::string_view, std::string_view, std::vector<TrunkId>& out) override {
        out.push_back(kPbx);
    }
    std::uint16_t take_trunk(TrunkId, const trunk::Load& load) override;
    void release_trunk(TrunkId, const trunk::Load&) override { --trunk_calls; }
    bool target_begins(TrunkId, std::uint16_t target) override { return target != resting; }
    std::string credentials(std::string_view account, std::string_view method, std::string_view uri) override;
    bool challenged(std::string_view account, const wire::SipMessage& response, bool answered) override;
    void target_result(TrunkId, std::uint16_t target, bool alive, std::uint16_t status) override {
        results.push_back({target, alive, status});
    }

    void target_setup(TrunkId, std::uint16_t target, const trunk::Setup& setup) override {
        setups.emplace_back(target, setup);
    }
    void target_media(TrunkId, std::uint16_t target, const trunk::Media& of_call) override {
        media.emplace_back(target, of_call);
    }
    resolver::Enumerated enumerate(std::string_view number, std::string_view suffix) override {
        enumerated.push_back(std::string(number) + " in " + std::string(suffix));
        return dns;
    }

    struct Result {
        std::uint16_t target;
        bool alive;
        std::uint16_t status;
    };
    std::map<std::string, std::vector<registrar::Binding>> bindings;  // by user
    std::vector<std::uint16_t> order{0, 1};
    std::vector<Result> results;
    int trunk_calls = 0;
    int trunk_max = 1'000;
    std::uint16_t full_code = 503;  // answer to calls above it
    bool challenges = false;
    std::uint16_t resting = 0xffff;  // target whose circuit is open
    std::vector<trunk::Load> loads;  // of every call that was taken
    bool knows_nonce = false;        // of the trunk's peer
    std::string password = "right";
    std::vector<std::pair<std::uint16_t, trunk::Setup>> setups;
    std::vector<std::pair<std::uint16_t, trunk::Media>> media;
    std::uint16_t last_resort = 0xffff;    // target that was left for its quality
    std::vector<std::string> enumerated;   // what was asked of DNS
    resolver::Enumerated dns;              // what it answers
};

// Grants what it is told to, when it is told to.
struct FakeAuthority final : credit::Authority {
    void tell(Done told) override { done = std::move(told); }
    void ask(credit::Question question) override { asked.push_back(std::move(question)); }
    // The oldest question, which must be of that kind.
    credit::Question take(credit::Event event);
    void answer(const credit::Question& question, std::uint32_t grant_s, std::uint16_t code = 0);
    void fail(const credit::Question& question);
    Done done;
    std::deque<credit::Question> asked;
};

struct World : testing::Test, transaction::Dispatcher, net::Transport, call::RecordSink {
    World();
    ~World() override;

    // What a party says reaches the appliance.
    void say(Party& party, const std::string& message);
    void pass(Nanoseconds time);
    // Gives the worker's events to the calls.
    void media_events();
    // Puts a registered contact of `user` at the party.
    void enroll(const std::string& user, Party& party, std::uint16_t q = 1000);
    void apply() { calls.configure(call::compile(model, {"access", "core"}, {"pbx"})); }
    // What becomes of a call of subscriber 1001, at `a`, to that number.
    std::vector<call::Explanation> explain(const std::string& called);

    // Both parties talk: INVITE, 180, 200, ACK. `a` calls `called`, which reaches `b`.
    void establish(Party& a, Party& b, const std::string& called, const std::string& more = "");
    // BYE from `from`, answered by `to`.
    void hang_up(Party& from, Party& to);
    [[nodiscard]] const call::CallRecord& record() const { return records.back(); }
    // The dataplane's leg toward a party, by the c= and m= that the party was told.
    const rings::Command* leg_told(const std::string& sdp) const;

    // Dispatcher
    void on_request(transaction::ServerId server, const message::Incoming& request) override {
        calls.on_request(server, request);
    }
    void on_ack(const message::Incoming& ack) override { calls.on_ack(ack); }
    void on_stray_response(const message::Incoming& response) override { calls.on_stray_response(response); }
    // Transport
    bool send(const net::Flow& flow, const message::Outgoing& message) override;
    bool flow_to(RealmId realm, net::TransportKind kind, const wire::Endpoint& remote,
                 net::Flow& out) const override;
    void on_record(const call::CallRecord& record) override { records.push_back(record); }

    model::Model model;
    transaction::TimerWheel wheel{kSecond};
    FakeDataplane dataplane;
    FakeHops hops;
    media::Sessions sessions{dataplane, hops};
    FakeDirectory directory;
    transaction::Layer layer{wheel, *this, *this, nullptr};
    std::int64_t unix_ns = 1'700'000'000'000'000'000;
    call::Calls calls{
        layer, *this, wheel, sessions, directory, *this, [this] { return unix_ns + wheel.now(); }};
    std::vector<call::CallRecord> records;
    FakeAuthority authority;

    Party a;      // a phone in `access`: 1001
    Party c;      // another: 1002
    Party d;      // another phone of 1002
    Party pbx;    // in `core`, target 0 of the trunk
    Party spare;  // in `core`, target 1
    Party six;    // a phone over IPv6: 1006
    std::vector<Party*> parties{&a, &c, &d, &six, &pbx, &spare};
};

}  // namespace strowger::test
