#include "support/torture_build.hpp"

namespace strowger::test {

using wire::HeaderId;
using wire::TokeniseStatus;

namespace {

// A request line over headers that have no fault.
std::string under(std::string_view line, std::string_view method = "INVITE") {
    return torture(std::string(line) + R"(
To: sip:user@example.com
From: sip:caller@example.net;tag=f8492asdf
Max-Forwards: 5
Call-ID: line.adfkj20923jnsdf
CSeq: 8 )" + std::string(method) +
                   R"(
Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdju
Contact: <sip:caller@host95.example.net>
Content-Length: 0
)");
}

}  // namespace

std::vector<TortureMessage> invalid_torture() {
    std::vector<TortureMessage> out;
    out.push_back({"badinv01",
                   "3.1.2.1",
                   torture(R"(
INVITE sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=134161461246
Max-Forwards: 7
Call-ID: badinv01.0ha0isndaksdjasdf3234nas
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;;,;,,
Contact: "Joe" <sip:joe@example.org>;;;;
Content-Length: @LENGTH@
Content-Type: application/sdp
)",
                           kTortureSdp),
                   TokeniseStatus::ok,
                   false,
                   {HeaderId::via, HeaderId::contact}});

    const std::string_view lengths = R"(
INVITE sip:user@example.com SIP/2.0
Max-Forwards: 80
To: sip:j.user@example.com
From: sip:caller@example.net;tag=93942939o2
Contact: <sip:caller@hungry.example.net>
Call-ID: clerr.0ha0isndaksdjweiafasdk3
CSeq: 8 INVITE
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-39234-23523
Content-Type: application/sdp
Content-Length: )";
    out.push_back({"clerr", "3.1.2.2", torture(std::string(lengths) + "9999\n", kTortureSdp),
                   TokeniseStatus::content_length});
    out.push_back({"ncl", "3.1.2.3", torture(std::string(lengths) + "-999\n", kTortureSdp),
                   TokeniseStatus::content_length});

    out.push_back({"scalar02", "3.1.2.4", torture(R"(
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3
To: <sip:user@example.com>
From: <sip:user@example.com>;tag=239232jh3
CSeq: 36893488147419103232 REGISTER
Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32
Max-Forwards: 300
Expires: 10000000000000000000000000000000000
Contact: <sip:user@host129.example.com>;expires=280297596632815
Content-Length: 0
)"),
                   TokeniseStatus::cseq});

    out.push_back({"scalarlg", "3.1.2.5", torture(R"(
SIP/2.0 503 Service Unavailable
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129
To: <sip:user@example.com>
From: <sip:other@example.net>;tag=2easdjfejw
CSeq: 9292394834772304023312 OPTIONS
Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r
Retry-After: 949302838503028349304023988
Warning: 1812 overture "In Progress"
Content-Length: 0
)"),
                   TokeniseStatus::cseq});

    out.push_back({"quotbal",
                   "3.1.2.6",
                   torture(R"(
INVITE sip:user@example.com SIP/2.0
To: "Mr. J. User <sip:j.user@example.com>
From: sip:caller@example.net;tag=93334
Max-Forwards: 10
Call-ID: quotbal.aksdj
Contact: <sip:caller@host59.example.net>
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z9hG4bKkdjuw39234
Content-Length: 0
)"),
                   TokeniseStatus::ok,
                   false,
                   {HeaderId::to}});

    out.push_back(
        {"ltgtruri", "3.1.2.7", under("INVITE <sip:user@example.com> SIP/2.0"), TokeniseStatus::start_line});
    out.push_back(
        {"lwsruri", "3.1.2.8", under("INVITE sip:user@example.com; lr SIP/2.0"), TokeniseStatus::start_line});
    out.push_back(
        {"lwsstart", "3.1.2.9", under("INVITE  sip:user@example.com  SIP/2.0"), TokeniseStatus::start_line});
    out.push_back({"trws", "3.1.2.10", under("OPTIONS sip:remote-target@example.com SIP/2.0  ", "OPTIONS"),
                   TokeniseStatus::start_line});
    // The Request-URI has a header part, which it must not (19.1.1); what it says must never become a Route.
    out.push_back(
        {"escruri", "3.1.2.11", under("INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0")});

    out.push_back({"baddate", "3.1.2.12", torture(R"(
INVITE sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=2234923
Max-Forwards: 70
Call-ID: baddate.239423mnsadf3j23lj42--sedfnm234
CSeq: 1392934 INVITE
Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw
Date: Fri, 01 Jan 2010 16:00:00 EST
Contact: <sip:caller@host5.example.net>
Content-Length: 0
)")});

    const auto contact = [](std::string_view value) {
        return torture(R"(
REGISTER sip:example.com SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=998332
Max-Forwards: 70
Call-ID: regbadct.k345asrl3fdbv@10.0.0.1
CSeq: 1 REGISTER
Via: SIP/2.0/UDP 135.180.130.133:5060;branch=z9hG4bKkdjuw
Contact: )" + std::string(value) +
                       "\nl: 0\n");
    };
    out.push_back({"regbadct",
                   "3.1.2.13",
                   contact("sip:user@example.com?Route=%3Csip:sip.example.com%3E"),
                   TokeniseStatus::ok,
                   false,
                   {HeaderId::contact}});

    const auto parties = [](std::string_view to, std::string_view from) {
        return torture(
            "OPTIONS sip:user@example.org SIP/2.0\nVia: SIP/2.0/UDP "
            "host4.example.com:5060;branch=z9hG4bKkdju43234\n"
            "Max-Forwards: 70\nFrom: " +
            std::string(from) + "\nTo: " + std::string(to) +
            "\nCall-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3\nCSeq: 3923239 OPTIONS\nl: 0\n");
    };
    out.push_back({"badaspec",
                   "3.1.2.14",
                   parties("\"Watson, Thomas\" < sip:t.watson@example.org >",
                           "\"Bell, Alexander\" <sip:a.g.bell@example.com>;tag=433423"),
                   TokeniseStatus::ok,
                   false,
                   {HeaderId::to}});
    out.push_back({"baddn",
                   "3.1.2.15",
                   parties("Watson, Thomas <sip:t.watson@example.org>",
                           "Bell, Alexander <sip:a.g.bell@example.com>;tag=43"),
                   TokeniseStatus::ok,
                   false,
                   {HeaderId::to, HeaderId::from}});

    out.push_back({"badvers", "3.1.2.16", torture(R"(
OPTIONS sip:t.watson@example.org SIP/7.0
Via: SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw
Max-Forwards: 70
From: A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe
To: T. Watson <sip:t.watson@example.org>
Call-ID: badvers.31417@c.example.com
CSeq: 1 OPTIONS
l: 0
)"),
                   TokeniseStatus::version});
    out.push_back(
        {"mismatch01", "3.1.2.17", under("OPTIONS sip:user@example.com SIP/2.0"), TokeniseStatus::cseq});
    out.push_back(
        {"mismatch02", "3.1.2.18", under("NEWMETHOD sip:user@example.com SIP/2.0"), TokeniseStatus::cseq});
    out.push_back({"bigcode", "3.1.2.19", under("SIP/2.0 4294967301 better not break the receiver"),
                   TokeniseStatus::start_line});
    return out;
}

std::vector<TortureMessage> semantic_torture() {
    std::vector<TortureMessage> out;
    out.push_back({"badbranch", "3.2.1", torture(R"(
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.org;tag=33242
Max-Forwards: 3
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK
Accept: application/sdp
Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n
CSeq: 8 OPTIONS
l: 0
)")});
    out.push_back({"insuf", "3.3.1",
                   torture(R"(
INVITE sip:user@example.com SIP/2.0
CSeq: 193942 INVITE
Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf
Content-Type: application/sdp
l: @LENGTH@
)",
                           kTortureSdp),
                   TokeniseStatus::mandatory_header});
    out.push_back(
        {"unkscm", "3.3.2", under("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", "OPTIONS")});
    out.push_back({"novelsc", "3.3.3", under("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", "OPTIONS")});
    out.push_back({"unksm2", "3.3.4", torture(R"(
REGISTER sip:example.com SIP/2.0
To: isbn:2983792873
From: <http://www.example.com>;tag=3234233
Call-ID: unksm2.daksdj@hyphenated-host.example.com
CSeq: 234902 REGISTER
Max-Forwards: 70
Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKkdjuw
Contact: <name:John_Smith>
l: 0
)")});
    out.push_back({"bext01", "3.3.5", torture(R"(
OPTIONS sip:user@example.com SIP/2.0
To: sip:j_user@example.com
From: sip:caller@example.net;tag=242etr
Max-Forwards: 6
Call-ID: bext01.0ha0isndaksdj
Require: nothingSupportsThis, nothingSupportsThisEither
Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis
CSeq: 8 OPTIONS
Via: SIP/2.0/TLS fold-and-staple.example.com;branch=z9hG4bKkdjuw
Content-Length: 0
)")});
    out.push_back({"regaut01", "3.3.7", torture(R"(
REGISTER sip:example.com SIP/2.0
To: sip:j.user@example.com
From: sip:j.user@example.com;tag=87321hj23128
Max-Forwards: 8
Call-ID: regaut01.0ha0isndaksdj
CSeq: 9338 REGISTER
Via: SIP/2.0/TCP 192.0.2.253;branch=z9hG4bKkdjuw
Authorization: NoOneKnowsThisScheme opaque-data=here
Content-Length:0
)")});
    out.push_back({"multi01", "3.3.8",
                   torture(R"(
INVITE sip:user@company.com SIP/2.0
Contact: <sip:caller@host25.example.net>
Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdjuw
Max-Forwards: 70
CSeq: 5 INVITE
Call-ID: multi01.98asdh@192.0.2.1
CSeq: 59 INVITE
Call-ID: multi01.98asdh@192.0.2.2
From: sip:caller@example.com;tag=3413415
To: sip:user@example.com
To: sip:other@example.net
From: sip:caller@example.net;tag=2923420123
Content-Type: application/sdp
l: @LENGTH@
)",
                           kTortureSdp),
                   TokeniseStatus::mandatory_header});
    out.push_back({"mcl01", "3.3.9",
                   torture(R"(
OPTIONS sip:user@example.com SIP/2.0
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK293423
To: sip:user@example.com
From: sip:other@example.net;tag=3923942
Call-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf
CSeq: 15932 OPTIONS
Content-Length: 13
Max-Forwards: 60
Content-Length: 5
Content-Type: text/plain
)",
                           "There's no way to know how many octets are supposed to be here.\n"),
                   TokeniseStatus::content_length});
    out.push_back({"bcast", "3.3.10", torture(R"(
SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23
Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229
Content-Length: 0
Contact: <sip:user@host28.example.com>
)")});
    out.push_back({"cparam01", "3.3.12", torture(R"(
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw
Max-Forwards: 70
From: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe
To: sip:watson@example.com
Call-ID: cparam01.70710@saturn.example.com
CSeq: 2 REGISTER
Contact: sip:+19725552222@gw1.example.net;unknownparam
l: 0
)")});
    out.push_back({"inv2543", "3.4.1",
                   torture(R"(
INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP iftgw.example.com
From: <sip:+13035551111@ift.client.example.net;user=phone>
Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
To: sip:+16505552222@ss1.example.net;user=phone
Call-ID: inv2543.1717@ift.client.example.com
CSeq: 56 INVITE
Content-Type: application/sdp
)",
                           kTortureSdp)});
    return out;
}

}  // namespace strowger::test
