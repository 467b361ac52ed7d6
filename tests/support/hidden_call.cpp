#include "hidden_call.hpp"

#include <algorithm>

#include "strowger/wire/sip_values.hpp"

namespace strowger::test {
namespace {

std::string uri_in(const std::string& name_address) {
    const auto address = wire::parse_name_address(name_address);
    return address ? std::string(address->uri) : "";
}

std::string lines_of(const char* name, const std::vector<std::string>& values) {
    std::string out;
    for (const auto& value : values) out += std::string(name) + ": " + value + "\r\n";
    return out;
}

}  // namespace

std::vector<std::string> elements(const std::vector<std::string>& lines) {
    std::vector<std::string> out;
    for (const auto& line : lines) {
        std::string_view rest = line;
        std::string_view element;
        while (wire::next_in_list(rest, element)) out.emplace_back(element);
    }
    return out;
}

HiddenCall::HiddenCall() {
    stateless_realms(tables);
    caller = {
        .port = kAccessPort,
        .realm = kAccess,
        .source = "10.10.0.99",
        .ours = "10.10.0.1",
        .contact = "\"A\" <sip:alice@10.10.0.77:5070;x=1>;isfocus",
        .uri = "sip:alice@10.10.0.77:5070;x=1",
        .vias = {"SIP/2.0/UDP a-side.example:5080;branch=z9hG4bKfar;received=10.10.7.7",
                 "SIP/2.0/UDP [fd10:a::77]:5060;branch=z9hG4bKua, SIP/2.0/TCP 10.10.0.78;branch=z9hG4bK0"},
        .record_routes = {"<sip:10.10.0.99;lr>", "<sip:10.10.0.98;lr;ftag=a>, <sip:p1.a-side.example;lr>"},
        .marks = {"10.10.", "fd10:a:", "a-side"},
        .tag = "a",
        .target = {},
        .route_set = {}};
    callee = {.port = kCorePort,
              .realm = kCore,
              .source = "10.20.0.10",
              .ours = "10.20.0.1",
              .contact = "<sip:bob@[fd10:b::5]:5062;line=%31>",
              .uri = "sip:bob@[fd10:b::5]:5062;line=%31",
              .vias = {"SIP/2.0/UDP b-side.example;branch=z9hG4bKbfar"},
              .record_routes = {"<sip:q2.b-side.example;lr>", "<sip:10.20.0.10:5060;lr>"},
              .marks = {"10.20.", "fd10:b:", "b-side"},
              .tag = "uas",
              .target = {},
              .route_set = {}};
    // Tokens are long: in one piece they are read at once.
    for (tables::Interface& interface : tables.interfaces) interface.mtu = 9000;
    hide(true, true);
}

void HiddenCall::hide(bool from_access, bool from_core) {
    tables.proxy.realms[0].hides = from_access;
    tables.proxy.realms[1].hides = from_core;
}

std::vector<HiddenCall::Left> HiddenCall::pass(const Side& from, std::string_view text) {
    run(from.port, eth().ip(from.source.c_str(), from.ours.c_str()).udp(5060, 5060).payload(text));
    std::vector<Left> out;
    for (const PortId p : {kAccessPort, kCorePort})
        for (const std::string& frame : sent(p)) {
            Left left{p, parse(frame), {}};
            EXPECT_EQ(left.frame.error, "");
            left.text = left.frame.payload;
            out.push_back(left);
        }
    return out;
}

HiddenCall::Left HiddenCall::only(const Side& from, std::string_view text) {
    const auto all = pass(from, text);
    EXPECT_EQ(all.size(), 1u) << text;
    return all.empty() ? Left{} : all[0];
}

HiddenCall::Left HiddenCall::begin(std::string_view method, std::string_view uri, const std::string& extra) {
    const Left left = only(caller, request(method, uri,
                                           {.branch = branch,
                                            .call_id = call_id,
                                            .from_tag = caller.tag,
                                            .extra = lines_of("Via", caller.vias) +
                                                     lines_of("Record-Route", caller.record_routes) + extra,
                                            .contact = caller.contact,
                                            .via_host = caller.source + ":5060"}));
    callee.target = uri_in(header(left.text, "Contact"));
    callee.route_set = elements(headers(left.text, "Record-Route"));
    return left;
}

HiddenCall::Left HiddenCall::answer(const Left& asked, int status, const std::string& extra) {
    std::string with_routes = asked.text;
    with_routes.insert(with_routes.find("\r\n") + 2, lines_of("Record-Route", callee.record_routes));
    std::string text = response(with_routes, status, callee.tag);
    text.insert(text.find("Content-Length"), "Contact: " + callee.contact + "\r\n" + extra);
    const Left left = only(callee, text);
    EXPECT_EQ(left.port, caller.port) << text;
    caller.target = uri_in(header(left.text, "Contact"));
    caller.route_set = elements(headers(left.text, "Record-Route"));
    std::reverse(caller.route_set.begin(), caller.route_set.end());
    const auto own = elements(caller.record_routes).size();
    EXPECT_GE(caller.route_set.size(), own);
    caller.route_set.erase(
        caller.route_set.begin(),
        caller.route_set.begin() + static_cast<std::ptrdiff_t>(std::min(own, caller.route_set.size())));
    return left;
}

std::string HiddenCall::within(const Side& from, std::string_view method, const std::string& extra) {
    const Side& to = &from == &caller ? callee : caller;
    return request(method, from.target,
                   {.branch = "z9hG4bK" + std::string(method) + from.tag,
                    .call_id = call_id,
                    .from_tag = from.tag,
                    .to_tag = to.tag,
                    .extra = lines_of("Via", from.vias) + lines_of("Route", from.route_set) + extra,
                    .contact = from.contact,
                    .via_host = from.source + ":5060"});
}

HiddenCall::Left HiddenCall::send_within(const Side& from, const Side& to, std::string_view method,
                                         const std::string& extra) {
    const Left left = only(from, within(from, method, extra));
    EXPECT_EQ(left.port, to.port) << left.text;
    EXPECT_EQ(first_line(left.text), std::string(method) + " " + to.uri + " SIP/2.0");
    // Its proxies in the order in which the message meets them.
    std::vector<std::string> route = elements(to.record_routes);
    if (&to == &callee) std::reverse(route.begin(), route.end());
    EXPECT_EQ(elements(headers(left.text, "Route")), route) << left.text;
    expect_hidden(from, to, left);
    return left;
}

HiddenCall::Left HiddenCall::answer_within(const Side& asked, const Side& asker, const Left& request,
                                           int status) {
    std::string text = response(request.text, status, asked.tag);
    text.insert(text.find("Content-Length"), "Contact: " + asked.contact + "\r\n");
    Side from = asked;
    if (!request.frame.destination.address.is_v4()) {
        from.source = asked.realm == kAccess ? "fd10:a::99" : "fd10:b::99";
        from.ours = asked.realm == kAccess ? "fd10:a::1" : "fd10:b::1";
    }
    const Left left = only(from, text);
    EXPECT_EQ(left.port, asker.port);
    const auto vias = headers(left.text, "Via");
    EXPECT_EQ(vias.size(), asker.vias.size() + 1) << left.text;
    if (vias.size() == asker.vias.size() + 1) {
        EXPECT_EQ(std::vector<std::string>(vias.begin() + 1, vias.end()), asker.vias) << "byte for byte";
    }
    expect_hidden(asked, asker, left);
    return left;
}

void HiddenCall::expect_nothing_of(const Side& side, const std::string& text) {
    for (const auto& mark : side.marks)
        EXPECT_EQ(text.find(mark), std::string::npos) << mark << " in\n" << text;
}

void HiddenCall::expect_hidden(const Side& from, const Side& to, const Left& left) {
    if (hides(to)) expect_nothing_of(from, left.text);
}

}  // namespace strowger::test
