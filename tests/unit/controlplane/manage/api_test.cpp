#include "manage/api.hpp"

#include <gtest/gtest.h>

#include "fake_provider.hpp"
#include "manage/metrics.hpp"

namespace strowger::manage {
namespace {

constexpr std::string_view kFile = R"(
kind: port
name: lan
interface: eth0
---
kind: realm
name: a
port: lan
addresses: [10.0.0.1]
listeners: ["udp:10.0.0.1:5060"]
trusted: true
---
kind: trunk
name: pbx
realm: a
targets: [10.0.0.9]
)";

class ApiTest : public ::testing::Test {
  protected:
    ApiTest()
        : configuration({.publish = [](const model::Model&,
                                       const std::vector<model::Change>&) { return std::string(); },
                         .applied = {},
                         .unix_ms = [] { return std::int64_t{0}; },
                         .store = nullptr}) {
        EXPECT_TRUE(configuration.start(kFile, "a.yaml").applied);
        serve(router, configuration, provider, events);
    }
    HttpAnswer ask(std::string method, std::string_view target, std::string body = {}) {
        HttpRequest request;
        request.method = std::move(method);
        request.body = std::move(body);
        request.author = "test";
        EXPECT_TRUE(parse_target(target, request)) << target;
        std::optional<HttpAnswer> answer;
        router.route(std::move(request), [&](HttpAnswer done) { answer = std::move(done); });
        return answer.value_or(HttpAnswer{.status = 0, .type = {}, .body = {}});
    }

    config::Configuration configuration;
    FakeProvider provider;
    observe::Events events{100, [] { return std::int64_t{5}; }};
    Router router;
};

TEST_F(ApiTest, EveryCommandIsAnswered) {
    for (const CommandRow& row : kCommandRows) {
        std::string path(row.path);
        for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{'))
            path.replace(at, path.find('}') - at + 1, "x");
        EXPECT_NE(ask(std::string(row.method), path).status, 501U) << row.name;
        EXPECT_NE(ask(std::string(row.method), path).status, 0U) << row.name;
    }
}

TEST_F(ApiTest, UnknownPathsAndMethodsSaySo) {
    EXPECT_EQ(ask("GET", "/v2").status, 404U);
    EXPECT_EQ(ask("GET", "/v1/calls/1/2").status, 404U);
    EXPECT_EQ(ask("DELETE", "/v1/status").status, 405U);
    EXPECT_EQ(ask("DELETE", "/v1/resources/trunk").status, 400U);
}

TEST_F(ApiTest, EventsAreAListOrAStream) {
    events.tell(observe::CallRing{.call = "7", .to = "sip:1002@x"});
    events.tell(observe::TargetUp{.trunk = "pbx", .target = "10.0.0.9:5060"});
    EXPECT_EQ(
        ask("GET", "/v1/events/call").body,
        R"([{"sequence":1,"time_ms":5,"kind":"call_ring","data":{"call":"7","to":"sip:1002@x","trunk":""}}])");
    EXPECT_EQ(ask("GET", "/v1/events?after=2").body, "[]");
    EXPECT_EQ(ask("GET", "/v1/events?after=x").status, 400U);
    EXPECT_EQ(ask("GET", "/v1/events/nothing").status, 404U);

    const HttpAnswer answer = ask("GET", "/v1/events/call?follow=1");
    EXPECT_EQ(answer.type, "text/event-stream");
    ASSERT_NE(answer.stream, nullptr);
    EXPECT_EQ(answer.stream->take(), "") << "what was before is not sent";
    int more = 0;
    answer.stream->on_more([&] { ++more; });
    events.tell(observe::CallAnswer{.call = "7", .to = "sip:1002@x"});
    EXPECT_EQ(more, 1);
    EXPECT_EQ(answer.stream->take(),
              "id: 3\nevent: call_answer\ndata: {\"sequence\":3,\"time_ms\":5,\"kind\":\"call_answer\","
              "\"data\":{\"call\":\"7\",\"to\":\"sip:1002@x\",\"trunk\":\"\"}}\n\n");
    EXPECT_EQ(answer.stream->take(), "");
    EXPECT_NE(ask("GET", "/v1/events?follow=1&after=1").stream->take().find("id: 2\n"), std::string::npos)
        << "a client that comes back goes on where it was";
}

TEST_F(ApiTest, ShowsRowsAsJson) {
    const std::string calls = ask("GET", "/v1/calls?number=1001").body;
    EXPECT_NE(calls.find(R"("from":"1001","to":"1002")"), std::string::npos) << calls;
    EXPECT_EQ(calls.find("1003"), std::string::npos);
    EXPECT_EQ(ask("GET", "/v1/calls?limit=1").body.find("1003"), std::string::npos);
    EXPECT_NE(ask("GET", "/v1/status").body.find(R"("warnings":["trunk pbx is down"])"), std::string::npos);
    EXPECT_NE(ask("GET", "/v1/registrations/1001").body.find("1001@lab.example"), std::string::npos);
}

TEST_F(ApiTest, ACallThatIsGoneSaysWhereToLook) {
    EXPECT_NE(ask("GET", "/v1/calls/1").body.find(R"("ladder":"INVITE -->\n")"), std::string::npos);
    const HttpAnswer gone = ask("GET", "/v1/calls/7");
    EXPECT_EQ(gone.status, 404U);
    EXPECT_NE(gone.body.find("strowger trace"), std::string::npos);
}

TEST_F(ApiTest, ACallIdMayHaveASlash) {
    EXPECT_EQ(ask("GET", "/v1/trace/a%2Fb%40host").status, 200U);
    EXPECT_NE(ask("GET", "/v1/trace/a%2Fb%40host?messages=1").body.find("SIP/2.0"), std::string::npos);
    EXPECT_EQ(ask("GET", "/v1/trace/other").status, 404U);
    EXPECT_EQ(ask("GET", "/v1/trace/x?pcapng=1").body.size(), 6U);
}

TEST_F(ApiTest, SumsCountersOverWorkers) {
    provider.first.counters[static_cast<std::size_t>(Counter::rx_packets)] = 5;
    provider.second.counters[static_cast<std::size_t>(Counter::rx_packets)] = 7;
    provider.second.drops[static_cast<std::size_t>(Drop::screen_denied)] = 2;
    EXPECT_NE(ask("GET", "/v1/counters").body.find(R"("name":"rx.packets","value":12)"), std::string::npos);
    EXPECT_NE(ask("GET", "/v1/counters?worker=1").body.find(R"("name":"rx.packets","value":7)"),
              std::string::npos);
    EXPECT_EQ(ask("GET", "/v1/counters?worker=2").status, 404U);
    const std::string screen = ask("GET", "/v1/counters/screen").body;
    EXPECT_NE(screen.find(R"("name":"screen.denied","value":2)"), std::string::npos);
    EXPECT_EQ(screen.find("rx."), std::string::npos);
    EXPECT_EQ(screen.find("screen.not_sip"), std::string::npos);
    EXPECT_NE(ask("GET", "/v1/counters/screen?all=1").body.find("screen.not_sip"), std::string::npos);
}

TEST_F(ApiTest, MetricsHaveEveryRow) {
    provider.first.drops[static_cast<std::size_t>(Drop::screen_denied)] = 2;
    const std::string text = ask("GET", "/metrics").body;
    for (const CounterRow& row : kCounterRows) {
        std::string name = "strowger_" + std::string(row.name) + "_total{worker=\"1\"} 0\n";
        name.replace(name.find('.'), 1, "_");
        EXPECT_NE(text.find(name), std::string::npos) << name;
    }
    EXPECT_NE(text.find("strowger_drops_total{worker=\"0\",reason=\"screen.denied\"} 2\n"),
              std::string::npos);
    EXPECT_NE(text.find("# TYPE strowger_calls gauge\nstrowger_calls 3\n"), std::string::npos);
    EXPECT_NE(text.find("strowger_trunk_up{trunk=\"p\\\"b\"} 1\n"), std::string::npos);
}

TEST_F(ApiTest, WhyAsksTheProvider) {
    EXPECT_NE(ask("POST", "/v1/why?realm=access", "INVITE").body.find(R"("decision":"denied")"),
              std::string::npos);
    EXPECT_EQ(provider.last_why_realm, "access");
    EXPECT_EQ(ask("POST", "/v1/why", "bad").status, 422U);
    EXPECT_EQ(ask("POST", "/v1/why").status, 400U);
    EXPECT_EQ(ask("GET", "/v1/why/call/1001/1002?at=2026-12-24T18:30").body,
              R"([{"stage":"plan","decision":"rings","detail":"1002 at 2026-12-24T18:30"}])");
    EXPECT_EQ(ask("GET", "/v1/why/call/9/1002").status, 422U);
    EXPECT_EQ(ask("GET", "/v1/why/call/1001").status, 400U);
}

TEST_F(ApiTest, DescribesWhatSubscribersSetThemselves) {
    ask("POST", "/v1/apply?file=x.yaml",
        "kind: tenant\nname: default\ndomains: [lab.example]\n---\n"
        "kind: subscriber\nname: anna\nuser: '3001'\npassword: secret\n---\n"
        "kind: subscriber\nname: berta\nuser: '3002'\npassword: secret\n");
    EXPECT_NE(ask("GET", "/v1/describe/subscriber/anna")
                  .body.find(R"("option":"3001@lab.example forward_always","value":"2001")"),
              std::string::npos);
    EXPECT_EQ(ask("GET", "/v1/describe/subscriber/berta").body.find("forward_always\",\"value\":\"2001"),
              std::string::npos);
}

TEST_F(ApiTest, GetsAndDescribesResources) {
    EXPECT_EQ(ask("GET", "/v1/resources/trunks").body,
              R"([{"kind":"trunk","name":"pbx","options":{"realm":"a","targets":["10.0.0.9:5060"]}}])");
    EXPECT_EQ(ask("GET", "/v1/resources/trunk/pbx?yaml=1").body,
              "kind: trunk\nname: pbx\nrealm: a\ntargets: [\"10.0.0.9:5060\"]\n");
    const HttpAnswer none = ask("GET", "/v1/resources/trunk/pbxx");
    EXPECT_EQ(none.status, 404U);
    EXPECT_NE(none.body.find("did you mean pbx? `strowger get trunks`"), std::string::npos) << none.body;
    EXPECT_EQ(ask("GET", "/v1/resources/trank").status, 404U);
    EXPECT_NE(ask("GET", "/v1/resources/all?yaml=1").body.find("kind: port\n"), std::string::npos);
    const std::string described = ask("GET", "/v1/describe/system").body;
    EXPECT_NE(described.find(R"("option":"t1","value":"500ms","default":"500ms")"), std::string::npos)
        << described;
    EXPECT_NE(ask("GET", "/v1/describe/trunk/pbx").body.find(R"("value":"10.0.0.9:5060")"),
              std::string::npos);
    EXPECT_NE(ask("GET", "/v1/describe/trunk").body.find(R"("option":"targets","value":"")"),
              std::string::npos);
    EXPECT_EQ(ask("GET", "/v1/describe/trunk/other").status, 404U);
    EXPECT_EQ(ask("GET", "/v1/describe/all").status, 400U);
}

TEST_F(ApiTest, AppliesDiffsAndDeletes) {
    const std::string text = "kind: trunk\nname: pbx\nrealm: a\ntargets: [10.0.0.9]\nmax_calls: 7\n";
    const std::string diff = ask("POST", "/v1/diff", text).body;
    EXPECT_NE(diff.find("max_calls: 0 -> 7"), std::string::npos) << diff;
    EXPECT_EQ(configuration.model().trunks.at("pbx").max_calls, 0U);
    EXPECT_NE(ask("POST", "/v1/apply", text).body.find(R"("version":1,"applied":true)"), std::string::npos);
    EXPECT_EQ(configuration.model().trunks.at("pbx").max_calls, 7U);
    const HttpAnswer bad = ask("POST", "/v1/apply?file=x.yaml", "kind: trunk\nname: pbx\nrealm: b\n");
    EXPECT_EQ(bad.status, 422U);
    EXPECT_NE(bad.body.find("x.yaml:3: trunk pbx: realm: b: no such realm"), std::string::npos) << bad.body;
    EXPECT_EQ(ask("POST", "/v1/apply").status, 400U);
    EXPECT_EQ(ask("DELETE", "/v1/resources/realm/a").status, 422U);
    EXPECT_EQ(ask("DELETE", "/v1/resources/trunk/pbx?dry_run=1").status, 200U);
    EXPECT_FALSE(configuration.model().trunks.empty());
    EXPECT_EQ(ask("DELETE", "/v1/resources/trunk/pbx").status, 200U);
    EXPECT_TRUE(configuration.model().trunks.empty());
}

TEST(ParseTarget, DecodesAndRefusesBrokenEscapes) {
    HttpRequest request;
    ASSERT_TRUE(parse_target("/v1/calls?number=%2B49+30&all&x=", request));
    EXPECT_EQ(request.path, "/v1/calls");
    EXPECT_EQ(request.flag("number"), "+49 30");
    EXPECT_EQ(request.flag("all"), "");
    for (const char* bad : {"/a%", "/a%2", "/a%zz", "/a?b=%4"}) {
        HttpRequest broken;
        EXPECT_FALSE(parse_target(bad, broken)) << bad;
    }
}

}  // namespace
}  // namespace strowger::manage
