#include "support/torture_build.hpp"

namespace strowger::test {

using wire::HeaderId;
using wire::TokeniseStatus;

namespace {

std::string request(std::string_view uri,
                    std::string_view via = "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111",
                    std::string_view contact = "\"Caller\" <sip:caller@[2001:db8::1]>") {
    return torture(
        "REGISTER " + std::string(uri) +
        " SIP/2.0\nTo: sip:user@example.com\nFrom: sip:user@example.com;tag=81x2\nVia: " + std::string(via) +
        "\nCall-ID: SSG9559905523997077@hlau_4100\nMax-Forwards: 70\nContact: " + std::string(contact) +
        "\nCSeq: 98176 REGISTER\nContent-Length: 0\n");
}

}  // namespace

std::vector<TortureMessage> ipv6_torture() {
    std::vector<TortureMessage> out;
    out.push_back({"ipv6-good", "4.1", request("sip:[2001:db8::10]")});
    out.push_back({"ipv6-bad", "4.2", request("sip:2001:db8::10"), TokeniseStatus::ok, true, {}});
    out.push_back({"port-ambiguous", "4.3", request("sip:[2001:db8::10:5070]")});
    out.push_back({"port-unambiguous", "4.4", request("sip:[2001:db8::10]:5070")});
    out.push_back({"via-received-param-with-delim", "4.5",
                   request("sip:[2001:db8::10]",
                           "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111")});
    out.push_back({"via-received-param-no-delim", "4.5",
                   request("sip:[2001:db8::10]",
                           "SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3")});
    out.push_back({"mult-ip-in-header", "4.8",
                   request("sip:user@[2001:db8::10]",
                           "SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111,SIP/2.0/UDP "
                           "192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144")});
    out.push_back({"ipv4-mapped-ipv6", "4.9",
                   request("sip:user@example.com", "SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19",
                           "\"T. desk phone\" <sip:ted@[::ffff:192.0.2.2]>")});
    out.push_back({"ipv6-bug-abnf-3-colons",
                   "4.10",
                   request("sip:user@[2001:db8:::192.0.2.1]"),
                   TokeniseStatus::ok,
                   true,
                   {}});
    out.push_back({"ipv6-without-brackets-in-via",
                   "4.2",
                   request("sip:[2001:db8::10]", "SIP/2.0/UDP 2001:db8::9:1;branch=z9hG4bKas3-111"),
                   TokeniseStatus::ok,
                   false,
                   {HeaderId::via}});
    return out;
}

std::vector<TortureMessage> all_torture() {
    auto out = valid_torture();
    for (const auto& more : {invalid_torture(), semantic_torture(), ipv6_torture()})
        out.insert(out.end(), more.begin(), more.end());
    return out;
}

}  // namespace strowger::test
