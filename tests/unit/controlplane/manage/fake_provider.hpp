// A provider with one of everything.
#pragma once

#include <memory>

#include "manage/provider.hpp"

namespace strowger::manage {

class FakeProvider : public Provider {
  public:
    CounterBlock first{};
    CounterBlock second{};
    std::string last_why_realm;

    StatusRow status() override {
        return {.software = "0.1.0", .calls = 1, .warnings = {"trunk pbx is down"}};
    }
    std::vector<PortRow> ports() override { return {{.name = "access", .link = "up"}}; }
    std::vector<WorkerRow> workers() override { return {{.worker = 0}, {.worker = 1}}; }
    std::vector<CallRow> calls(std::string_view number, std::size_t limit) override {
        std::vector<CallRow> rows{{.id = "1", .from = "1001", .to = "1002", .mos = 4.4},
                                  {.id = "2", .from = "1003"}};
        if (!number.empty()) std::erase_if(rows, [&](const CallRow& row) { return row.from != number; });
        if (rows.size() > limit) rows.resize(limit);
        return rows;
    }
    std::optional<CallDetail> call(std::string_view id) override {
        if (id != "1") return std::nullopt;
        return CallDetail{
            .call = {.id = "1"}, .legs = {{.side = "caller"}, {.side = "called"}}, .ladder = "INVITE -->\n"};
    }
    std::vector<RegistrationRow> registrations(std::string_view user, std::size_t) override {
        return {{.aor = std::string(user) + "@lab.example"}};
    }
    std::vector<LcrRow> lcr() override { return {}; }
    bool reload(std::string_view table) override { return table == "rates"; }
    std::vector<AccountRow> accounts() override { return {}; }
    std::vector<TrunkRow> trunks() override { return {}; }
    std::vector<LegRow> legs(std::string_view, std::size_t) override { return {}; }
    Trace trace(std::string_view what, bool with_text) override {
        if (what != "a/b@host") return {};
        return {.messages = {{.summary = "INVITE", .text = with_text ? "INVITE sip:x SIP/2.0" : ""}},
                .ladder = "INVITE -->\n"};
    }
    std::string trace_pcapng(std::string_view) override { return std::string("\x0a\x0d\x0d\x0a\0x", 6); }
    WhyAnswer why(const WhyQuery& query) override {
        last_why_realm = query.realm;
        if (query.body == "bad") return {.error = "neither a pcap file nor a SIP message"};
        return {.decisions = {
                    {.stage = "screen", .decision = "denied", .detail = "realm access: deny 10.0.0.0/8"}}};
    }
    WhyAnswer why_call(const WhyCallQuery& query) override {
        if (query.from == "9") return {.error = "9 is no subscriber"};
        return {.decisions = {{.stage = "plan", .decision = "rings", .detail = query.to + " at " + query.at}}};
    }
    std::vector<FeatureRow> features(std::string_view subscriber) override {
        if (subscriber != "anna") return {};
        return {{.aor = "3001@lab.example", .feature = "forward_always", .value = "2001"}};
    }
    std::vector<const CounterBlock*> counters() override { return {&first, &second}; }
    std::vector<Gauge> gauges() override {
        return {{.name = "calls", .help = "Calls in progress", .value = 3},
                {.name = "trunk_up",
                 .help = "1 when it lives",
                 .label = "trunk",
                 .label_value = "p\"b",
                 .value = 1}};
    }
};

}  // namespace strowger::manage
