// Calls: the back-to-back user agent. Takes requests, responses, timers and media events, and hands each to
// the feature that it concerns (features.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "call/call_record.hpp"
#include "call/counts.hpp"
#include "call/directory.hpp"
#include "call/explain.hpp"
#include "call/policy.hpp"
#include "credit/credit.hpp"
#include "media/sessions.hpp"
#include "net/transport.hpp"
#include "transaction/layer.hpp"
#include "transaction/timer_wheel.hpp"

namespace strowger::call {

struct Call;
struct Engine;
class FeatureSettings;

// A call as listings show it. Views are valid until control returns to the event loop.
struct CallSummary {
    std::uint64_t id = 0;
    std::string_view state;              // "inviting", "ringing", "answered", "ending"
    const CallRecord* record = nullptr;  // facts so far
    std::string_view callee_call_id;
    std::string_view codec;
    bool on_hold = false;
    Nanoseconds answered = 0;  // monotonic; 0: not yet
    const media::Session* session = nullptr;
    const media::Side* caller_media = nullptr;
    const media::Side* callee_media = nullptr;  // null: no target yet
};

// Control thread only. All references outlive it; it attaches itself to layer and wheel as OwnerKind::call.
class Calls final : public transaction::User, public transaction::TimerUser {
  public:
    // `unix_ns`: the time of day in nanoseconds, for records.
    Calls(transaction::Layer& layer, net::Transport& transport, transaction::TimerWheel& wheel,
          media::Sessions& media, Directory& directory, RecordSink& records,
          std::function<std::int64_t()> unix_ns);
    ~Calls() override;

    // Holds for new calls at once, for running ones from their next message.
    void configure(Policies policies);
    [[nodiscard]] const Policies& policies() const;
    // What subscribers set from their phones; outlives this. Without it no feature code is served.
    void give_settings(FeatureSettings& settings);

    // Everything but REGISTER; the dispatcher's three entries.
    void on_request(transaction::ServerId server, const message::Incoming& request);
    void on_ack(const message::Incoming& ack);
    void on_stray_response(const message::Incoming& response);
    // A worker's event on a media leg.
    void on_media_event(const rings::Event& event);

    // Name servers have answered something.
    void on_names();
    // Who is asked for chargeable calls; outlives it.
    void give_credit(credit::Authority& authority);

    // By the operator: BYE to both sides, CANCEL to what still rings. False: no such call.
    bool end(std::uint64_t id, std::string_view why = "ended by the operator");
    // All of them; returns how many there were.
    std::size_t end_all(std::string_view why);

    void each(const std::function<void(const CallSummary&)>& visit) const;
    // Finds by id, or by the Call-ID of either side. False: none.
    bool find(std::string_view call_id, CallSummary& out) const;
    bool find(std::uint64_t id, CallSummary& out) const;

    // What would become of a call (`strowger why call`).
    [[nodiscard]] std::vector<Explanation> explain(const Question& question);

    [[nodiscard]] const Counts& counts() const;
    // Nothing is left: no call, dialog, limit. For leak checks.
    [[nodiscard]] bool idle() const;

    void on_response(const transaction::Owner& owner, transaction::ClientId client,
                     const message::Incoming& response) override;
    void on_failure(const transaction::Owner& owner, transaction::ClientId client,
                    transaction::Failure failure) override;
    void on_cancel(const transaction::Owner& owner, transaction::ServerId server,
                   const message::Incoming& cancel) override;
    void on_acknowledged(const transaction::Owner& owner, transaction::ServerId server,
                         bool acknowledged) override;
    void on_timer(const transaction::Owner& owner, Nanoseconds now) override;

  private:
    // The message as header rules of where it comes from leave it.
    [[nodiscard]] message::Incoming edited(const message::Incoming& message);

    std::unique_ptr<Engine> engine_;
};

}  // namespace strowger::call
