#include "support/torture_build.hpp"

namespace strowger::test {

using wire::TokeniseStatus;

std::vector<TortureMessage> valid_torture() {
    std::vector<TortureMessage> out;

    out.push_back({"wsinv", "3.1.1.1",
                   torture(R"(
INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : @LENGTH@
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33
)",
                           kTortureSdp)});

    constexpr char kControls[] = "\"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f\"";
    std::string intmeth = torture(R"(
!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0
Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~
To: @TO@ <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>
From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%="@QUOTED@";tag=_token~1'+`*%!-.
Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{
CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~
Max-Forwards: 255
extensionHeader-!.%*+_`'~: @FREE@
Content-Length: 0
)");
    intmeth.replace(intmeth.find("@TO@"), 4, kControls, sizeof kControls - 1);
    intmeth.replace(intmeth.find("@QUOTED@"), 8, "\xd1\x80\xd0\xb0\xd0\xb1\xd0\xbe\xd1\x82");
    intmeth.replace(intmeth.find("@FREE@"), 6, "\xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb");
    out.push_back({"intmeth", "3.1.1.2", intmeth});

    out.push_back({"esc01", "3.1.1.3",
                   torture(R"(
INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0
To: sip:%75se%72@example.com
From: <sip:I%20have%20spaces@example.net>;tag=938
Max-Forwards: 87
i: esc01.239409asdfakjkn23onasd0-3234
CSeq: 234234 INVITE
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw
C: application/sdp
Contact:
  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>
Content-Length: @LENGTH@
)",
                           kTortureSdp)});

    out.push_back({"escnull", "3.1.1.4", torture(R"(
REGISTER sip:example.com SIP/2.0
To: sip:null-%00-null@example.com
From: sip:null-%00-null@example.com;tag=839923423
Max-Forwards: 70
Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd
CSeq: 14398234 REGISTER
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw
Contact: <sip:%00@host5.example.com>
Contact: <sip:%00%00@host5.example.com>
L:0
)")});

    out.push_back({"esc02", "3.1.1.5", torture(R"(
RE%47IST%45R sip:registrar.example.com SIP/2.0
To: "%Z%45" <sip:resource@example.com>
From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23
Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf
Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234
CSeq: 29344 RE%47IST%45R
Max-Forwards: 70
Contact: <sip:alias1@host1.example.com>
C%6Fntact: <sip:alias2@host2.example.com>
Contact: <sip:alias3@host3.example.com>
l: 0
)")});

    out.push_back({"lwsdisp", "3.1.1.6", torture(R"(
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: caller<sip:caller@example.com>;tag=323
Max-Forwards: 70
Call-ID: lwsdisp.1234abcd@funky.example.com
CSeq: 60 OPTIONS
Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw
l: 0
)")});

    std::string vias;
    for (int i = 33; i > 0; --i)
        vias += "Via: SIP/2.0/TCP sip" + std::to_string(i) + ".example.com;branch=z9hG4bK" +
                std::string(40, 'l') + "\n";
    const auto repeated = [](std::string_view piece, int times) {
        std::string text;
        for (int i = 0; i < times; ++i) text += piece;
        return text;
    };
    out.push_back(
        {"longreq", "3.1.1.7",
         torture("INVITE sip:user@example.com SIP/2.0\nTo: \"I have a user name of " +
                     repeated("extreme", 10) + " proportion\"<sip:user@example.com:6000;unknownparam1=very" +
                     repeated("long", 20) + "value;longparam" + repeated("name", 25) + "=shortvalue;very" +
                     repeated("long", 25) + "ParameterNameWithNoValue>\nF: sip:" +
                     repeated("amazinglylongcallername", 5) + "@example.net;tag=12" + repeated("982", 50) +
                     "424;unknownheaderparam" + repeated("name", 20) + "=unknowheaderparam" +
                     repeated("value", 15) + "\nCall-ID: longreq.one" + repeated("really", 20) +
                     "longcallid\nCSeq: 3882340 INVITE\nUnknown-" + repeated("Long", 20) + "-Name: unknown-" +
                     repeated("long", 20) + "-value; unknown-" + repeated("long", 20) +
                     "-parameter-name = unknown-" + repeated("long", 20) + "-parameter-value\n" + vias +
                     "Max-Forwards: 70\nContact: <sip:" + repeated("amazinglylongcallername", 5) +
                     "@host5.example.net>\nl: @LENGTH@\n",
                 kTortureSdp)});

    out.push_back({"dblreq", "3.1.1.8",
                   torture(R"(
REGISTER sip:example.com SIP/2.0
To: sip:j.user@example.com
From: sip:j.user@example.com;tag=43251j3j324
Max-Forwards: 8
I: dblreq.0ha0isndaksdj99sdfafnl3lk233412
Contact: sip:j.user@host.example.com
CSeq: 8 REGISTER
Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492
Content-Length: 0
)",
                           R"(INVITE sip:joe@example.com SIP/2.0
t: sip:joe@example.com
From: sip:caller@example.net;tag=141334
Max-Forwards: 8
Call-ID: dblreq.0ha0isnda977644900765@192.0.2.15
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw380234
Content-Type: application/sdp
Content-Length: 150

v=0
)")});

    out.push_back({"semiuri", "3.1.1.9", torture(R"(
OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0
To: sip:j_user@example.com
From: sip:caller@example.org;tag=33242
Max-Forwards: 3
Call-ID: semiuri.0ha0isndaksdj
CSeq: 8 OPTIONS
Accept: application/sdp, application/pkcs7-mime,
        multipart/mixed, multipart/signed,
        message/sip, message/sipfrag
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw
l: 0
)")});

    out.push_back({"transports", "3.1.1.10", torture(R"(
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: <sip:caller@example.com>;tag=323
Max-Forwards: 70
Call-ID:  transports.kijh4akdnaqjkwendsasfdj
Accept: application/sdp
CSeq: 60 OPTIONS
Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw
Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf
Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj
Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en
Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee
l: 0
)")});

    // A body of several parts, one of them with bytes that no text has.
    std::string parts =
        "--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\nContent-Type: "
        "application/octet-stream\r\n\r\n";
    for (int i = 0; i < 256; ++i) parts += static_cast<char>(i);
    parts += "\r\n--7a9cbec02ceef655--\r\n";
    out.push_back({"mpart01", "3.1.1.11",
                   torture(R"(
MESSAGE sip:kumiko@example.org SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport
Max-Forwards: 70
Route: <sip:127.0.0.1:5080>
Identity: r5mwreLuyDRYBi/0TiPwEsY3rEVsk/G2WxhgTV1PF7hHuLIK0YWVKZhKv9Mj8UeXqkMVbnVq37CD+813gvYjcBUaZngQmXc9WNZSDNGCzA+fWl9MEUHWIZo1CeJebdY/XlgKeTa0Olvq0rt70Q5jiSfbqMJmQFteeivUhkMWYUA=
Contact: <sip:fluffy@127.0.0.1:5070>
To: <sip:kumiko@example.org>
From: <sip:fluffy@example.com>;tag=2fb0dcc9
Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..
CSeq: 1 MESSAGE
Content-Transfer-Encoding: binary
Content-Type: multipart/mixed;boundary=7a9cbec02ceef655
Date: Sat, 15 Oct 2005 04:44:56 GMT
User-Agent: SIPimp.org/0.2.5 (curses)
Content-Length: )" + std::to_string(parts.size()) +
                           "\n") +
                       parts});

    std::string unreason = torture(R"(
SIP/2.0 200 = 2**3 * 5**2 @REASON@
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Call-ID: unreason.1234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229
Content-Length: @LENGTH@
Content-Type: application/sdp
Contact: <sip:user@host198.example.com>
)",
                                   kTortureSdp);
    unreason.replace(unreason.find("@REASON@"), 8,
                     "\xd0\xbd\xd0\xbe \xd1\x81\xd1\x82\xd0\xbe "
                     "\xd0\xb4\xd0\xb5\xd0\xb2\xd1\x8f\xd0\xbd\xd0\xbe\xd1\x81\xd1\x82\xd0\xbe");
    out.push_back({"unreason", "3.1.1.12", unreason});

    out.push_back({"noreason", "3.1.1.13",
                   "SIP/2.0 100 \r\n" + torture(R"(Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
Call-ID: noreason.asndj203insdf99223ndf
CSeq: 35 INVITE
From: <sip:user@example.com>;tag=39ansfi3
To: <sip:user@example.edu>;tag=902jndnke3
Content-Length: 0
Contact: <sip:user@host105.example.com>
)")});
    return out;
}

}  // namespace strowger::test
