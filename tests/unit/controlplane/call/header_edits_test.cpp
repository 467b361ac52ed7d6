// Header rules: on a message alone, and on those of a call.
#include "call/header_edits.hpp"

#include "message/incoming.hpp"
#include "world.hpp"

namespace strowger::test {
namespace {

using model::HeaderAction;

std::string edited(const std::vector<call::HeaderEdit>& edits, const std::string& headers) {
    const std::string text =
        "INVITE sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@y>\r\n"
        "Call-ID: c\r\nCSeq: 1 INVITE\r\n" +
        headers + "Content-Length: 2\r\n\r\nhi";
    wire::TokeniseStatus status;
    const auto message = message::Incoming::parse({}, text, 0, status);
    EXPECT_TRUE(message) << wire::describe(status);
    call::HeaderEdits all;
    for (const auto& one : edits) all.push_back(std::make_shared<const call::HeaderEdit>(one));
    std::string out;
    if (!call::edit(all, message.sip(), out)) return "as it was";
    const auto again = message::Incoming::parse({}, out, 0, status);
    EXPECT_TRUE(again) << out;
    EXPECT_EQ(again.sip().body(), "hi");
    const auto from = out.find("CSeq: 1 INVITE\r\n") + 16;
    std::string changed = out.substr(from, out.find("\r\n\r\n") + 2 - from);
    const auto length = changed.find("Content-Length: 2\r\n");
    return length == std::string::npos ? changed : changed.erase(length, 19);
}

std::shared_ptr<const pattern::Expression> part(std::string_view text) {
    std::string problem;
    return pattern::Expression::compile(text, pattern::Extent::part, problem);
}

TEST(HeaderEdits, AddRemoveReplaceAndCopy) {
    EXPECT_EQ(edited({{.action = HeaderAction::add, .header = "X-A", .value = "1"}}, ""), "X-A: 1\r\n");
    EXPECT_EQ(edited({{.action = HeaderAction::remove, .header = "x-a"}}, "X-A: 1\r\nX-B: 2\r\nX-a: 3\r\n"),
              "X-B: 2\r\n");
    EXPECT_EQ(edited({{.action = HeaderAction::remove, .header = "Subject"}}, "s: hello\r\n"), "");
    EXPECT_EQ(edited({{.action = HeaderAction::replace, .header = "X-A", .value = "9"}}, "X-A: 1\r\nX-B: 2\r\nX-A: 3\r\n"),
              "X-A: 9\r\nX-B: 2\r\n");
    EXPECT_EQ(edited({{.action = HeaderAction::replace, .header = "X-A", .value = "9"}}, "X-B: 2\r\n"), "as it was");
    EXPECT_EQ(edited({{.action = HeaderAction::copy, .header = "X-C", .source = "X-A"}}, "X-A: 1\r\nX-A: 2\r\n"),
              "X-A: 1\r\nX-A: 2\r\nX-C: 1\r\nX-C: 2\r\n");
}

TEST(HeaderEdits, ConditionsAndWhatTheirGroupsMatched) {
    const call::HeaderEdit charge{.action = HeaderAction::add,
                                  .header = "X-Charge",
                                  .value = "id=\\1;all=\\0",
                                  .if_header = "P-Charging-Vector",
                                  .if_matches = part("icid=([a-z0-9]+)")};
    EXPECT_EQ(edited({charge}, "P-Charging-Vector: a=b;icid=77x;c\r\n"),
              "P-Charging-Vector: a=b;icid=77x;c\r\nX-Charge: id=77x;all=icid=77x\r\n");
    EXPECT_EQ(edited({charge}, "P-Charging-Vector: none\r\n"), "as it was");
    EXPECT_EQ(edited({charge}, ""), "as it was");
    EXPECT_EQ(edited({{.action = HeaderAction::add, .header = "X", .value = "1", .unless_header = "Y"}}, "y: 2\r\n"),
              "as it was");
    EXPECT_EQ(edited({{.action = HeaderAction::add, .header = "X", .value = "1", .methods = {"BYE"}}}, ""), "as it was");
    EXPECT_EQ(edited({{.action = HeaderAction::add, .header = "X", .value = "1", .messages = model::Messages::responses}}, ""),
              "as it was");
}

TEST(HeaderEdits, EachSeesWhatThoseBeforeItLeft) {
    EXPECT_EQ(edited({{.action = HeaderAction::copy, .header = "X-Old", .source = "Subject"},
                      {.action = HeaderAction::remove, .header = "Subject"},
                      {.action = HeaderAction::add, .header = "X-New", .value = "1", .if_header = "X-Old"}},
                     "Subject: a\r\n"),
              "X-Old: a\r\nX-New: 1\r\n");
}

TEST(HeaderEdits, AFoldedValueStaysOneLine) {
    EXPECT_EQ(edited({{.action = HeaderAction::add, .header = "X", .value = "\\0", .if_header = "Y"}}, "Y: a\r\n b\r\n")
                  .find("X: a   b\r\n"),
              std::string("Y: a\r\n b\r\n").size());
}

TEST(HeaderEdits, AMessageDoesNotGrowWithoutEnd) {
    std::vector<call::HeaderEdit> edits(40, {.action = HeaderAction::copy, .header = "X", .source = "Y"});
    for (std::size_t i = 1; i < edits.size(); i += 2) std::swap(edits[i].header, edits[i].source);
    const auto out = edited(edits, "Y: 1\r\n");
    EXPECT_LE(std::count(out.begin(), out.end(), '\n'), 128);
    std::string grow;
    for (int i = 0; i < 100; ++i) grow += "\\0";
    EXPECT_EQ(edited({{.action = HeaderAction::add, .header = "X", .value = grow, .if_header = "Y"}},
                     "Y: " + std::string(1'000, 'y') + "\r\n"),
              "as it was");
}

struct EditedCall : World {
    model::HeaderRule& rule(const std::string& name, model::Direction direction, HeaderAction action,
                            const std::string& header, const std::string& value = "") {
        auto& r = model.header_rules[name];
        r.name = name;
        r.direction = direction;
        r.action = action;
        r.header = header;
        r.value = value;
        return r;
    }
};

TEST_F(EditedCall, RequestsAndResponsesInBothDirections) {
    rule("mark", model::Direction::out, HeaderAction::add, "X-To-Pbx", "yes").trunks = {{"pbx"}};
    rule("strip", model::Direction::in, HeaderAction::remove, "X-Secret").realms = {{"access"}};
    auto& answer = rule("answer", model::Direction::out, HeaderAction::add, "X-Code", "fine");
    answer.realms = {{"access"}};
    answer.messages = model::Messages::responses;
    rule("from-pbx", model::Direction::in, HeaderAction::replace, "X-Pbx", "hidden").realms = {{"core"}};
    apply();
    say(a, a.request("INVITE", "2001", audio(a.media_address, 4000), "X-Secret: 1\r\nX-Other: 2\r\n"));
    a.take("SIP/2.0 100");
    const auto invite = pbx.take("INVITE");
    EXPECT_EQ(header(invite, "X-To-Pbx"), "yes");
    EXPECT_EQ(header(invite, "X-Secret"), "");
    EXPECT_EQ(header(invite, "X-Other"), "2");
    pbx.learn(invite);
    say(pbx, pbx.respond(invite, 200, audio(pbx.media_address, 5000), "X-Pbx: rack 7\r\n"));
    const auto ok = a.take("SIP/2.0 200");
    EXPECT_EQ(header(ok, "X-Pbx"), "hidden");
    EXPECT_EQ(header(ok, "X-Code"), "fine");
    EXPECT_EQ(header(ok, "X-To-Pbx"), "");
    a.learn(ok);
    say(a, a.in_dialog("ACK", "", "", a.cseq));
    EXPECT_EQ(header(pbx.take("ACK"), "X-To-Pbx"), "yes");
    hang_up(a, pbx);
}

// What comes in is edited before anything looks at it: the caller's number too.
TEST_F(EditedCall, WhatComesInIsSeenEdited) {
    model.trunks["pbx"].caller_id = model::CallerId::p_asserted_identity;
    auto& r = rule("number", model::Direction::in, HeaderAction::replace, "P-Asserted-Identity", "<sip:+\\1@x>");
    r.if_header = "P-Asserted-Identity";
    r.if_matches = model::Pattern{"sip:00(\\d+)@"};
    r.trunks = {{"pbx"}};
    apply();
    const auto asked = pbx.request("INVITE", "1001", audio(pbx.media_address, 5000),
                                   "P-Asserted-Identity: <sip:004930@carrier>\r\n");
    say(pbx, asked);
    pbx.take("SIP/2.0 100");
    const auto invite = a.take("INVITE");
    EXPECT_NE(header(invite, "From").find("sip:+4930@"), std::string::npos) << header(invite, "From");
    say(a, a.respond(invite, 486));
    a.take("ACK");
    say(pbx, pbx.ack_refusal(asked, pbx.take("SIP/2.0 486")));
    media_events();
}

}  // namespace
}  // namespace strowger::test
