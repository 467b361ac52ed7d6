// What the management API shows, read from the real objects.
#pragma once

#include "manage/provider.hpp"
#include "strowger/time.hpp"

namespace strowger {

struct DaemonParts;

class Overview final : public manage::Provider {
  public:
    explicit Overview(DaemonParts& parts);

    manage::StatusRow status() override;
    std::vector<manage::PortRow> ports() override;
    std::vector<manage::WorkerRow> workers() override;
    std::vector<manage::CallRow> calls(std::string_view number, std::size_t limit) override;
    std::optional<manage::CallDetail> call(std::string_view id) override;
    std::vector<manage::RegistrationRow> registrations(std::string_view user, std::size_t limit) override;
    std::vector<manage::TrunkRow> trunks() override;
    std::vector<manage::AccountRow> accounts() override;
    std::vector<manage::LcrRow> lcr() override;
    bool reload(std::string_view table) override;
    std::vector<manage::LegRow> legs(std::string_view call, std::size_t limit) override;
    manage::Trace trace(std::string_view what, bool with_text) override;
    std::string trace_pcapng(std::string_view what) override;
    manage::WhyAnswer why(const manage::WhyQuery& query) override;
    manage::WhyAnswer why_call(const manage::WhyCallQuery& query) override;
    std::vector<manage::FeatureRow> features(std::string_view subscriber) override;
    std::vector<const CounterBlock*> counters() override;
    std::vector<manage::Gauge> gauges() override;

  private:
    // Links the Call-IDs of calls in progress, so that a trace shows both sides.
    void link_live_calls();

    DaemonParts& parts_;
    const Nanoseconds started_;
};

}  // namespace strowger
