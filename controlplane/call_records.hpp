// What calls tell: a CDR for each that is over, events on the way, and its two Call-IDs linked in the trace.
#pragma once

#include <string>

#include "call/call_record.hpp"
#include "observe/cdr.hpp"
#include "observe/events.hpp"
#include "observe/trace.hpp"

namespace strowger {

class CallRecords final : public call::RecordSink {
  public:
    // `cdr` may be nullptr: nothing is written.
    CallRecords(observe::CdrWriter* cdr, observe::Trace& trace, observe::Events& events)
        : cdr_(cdr), trace_(trace), events_(events) {}
    void on_start(const call::CallRecord& record) override;
    void on_ring(const call::CallRecord& record, std::string_view target, std::string_view trunk) override;
    void on_answer(const call::CallRecord& record, std::string_view target, std::string_view trunk) override;
    void on_led_on(const call::CallRecord& record, std::string_view by, std::string_view to,
                   std::string_view reason) override;
    void on_feature(std::uint64_t call, std::string_view aor, std::string_view feature, std::string_view value) override;
    void on_limit(std::string_view limit, std::string_view name, std::uint16_t status) override;
    void on_credit_refused(std::uint64_t call, double used_s, std::string_view rate) override;
    void on_credit_used_up(std::uint64_t call, double used_s, std::string_view rate) override;
    void on_credit_unanswered(std::uint64_t call, std::string_view question, std::string_view why) override;
    void on_record(const call::CallRecord& record) override;

  private:
    observe::CdrWriter* cdr_;
    observe::Trace& trace_;
    observe::Events& events_;
};

// One line without its end. Times are UTC, RFC 3339 with milliseconds; what did not happen is null.
[[nodiscard]] std::string to_json(const call::CallRecord& record);

}  // namespace strowger
