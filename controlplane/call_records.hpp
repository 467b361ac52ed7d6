// Finished calls become call detail records: one JSON line each; and their two Call-IDs stay linked in the
// trace.
#pragma once

#include <string>

#include "call/call_record.hpp"
#include "observe/cdr.hpp"
#include "observe/trace.hpp"

namespace strowger {

class CallRecords final : public call::RecordSink {
  public:
    // `cdr` may be nullptr: nothing is written.
    CallRecords(observe::CdrWriter* cdr, observe::Trace& trace) : cdr_(cdr), trace_(trace) {}
    void on_record(const call::CallRecord& record) override;

  private:
    observe::CdrWriter* cdr_;
    observe::Trace& trace_;
};

// One line without its end. Times are UTC, RFC 3339 with milliseconds; what did not happen is null.
[[nodiscard]] std::string to_json(const call::CallRecord& record);

}  // namespace strowger
