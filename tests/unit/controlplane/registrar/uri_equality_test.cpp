#include "registrar/uri_equality.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace strowger::registrar {
namespace {

struct Pair {
    std::string_view a;
    std::string_view b;
};

// The first blocks are the examples of RFC 3261 19.1.4.
TEST(UriEquality, Same) {
    for (const Pair& pair : {
             Pair{"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"},
             Pair{"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"},
             Pair{"sip:carol@chicago.com", "sip:carol@chicago.com;security=on"},
             Pair{"sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"},
             Pair{"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                  "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
             Pair{"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                  "sip:alice@atlanta.com?priority=urgent&subject=project%20x"},
             Pair{"SIP:bob@10.0.0.1:5060", "sip:bob@10.0.0.1:5060"},
             Pair{"sip:bob@[2001:DB8::1]", "sip:bob@[2001:db8::1]"},
             Pair{"sip:bob@h;lr", "sip:bob@h;lr"},
             Pair{"tel:+12015550123", "TEL:+12015550123"},
             Pair{"sip:bob@h;x=1;x=2", "sip:bob@h;x=1;x=2"},
         }) {
        EXPECT_TRUE(same_uri(pair.a, pair.b)) << pair.a << "  " << pair.b;
        EXPECT_TRUE(same_uri(pair.b, pair.a)) << pair.b << "  " << pair.a;
    }
}

TEST(UriEquality, Different) {
    for (const Pair& pair : {
             Pair{"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"},
             Pair{"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
             Pair{"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
             Pair{"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"},
             Pair{"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"},
             Pair{"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
             Pair{"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"},
             Pair{"sip:bob@h", "sips:bob@h"},
             Pair{"sip:bob@h", "sip:h"},
             Pair{"sip:bob:secret@h", "sip:bob@h"},
             Pair{"sip:bob@h;maddr=192.0.2.1", "sip:bob@h"},
             Pair{"sip:bob@h;user=phone", "sip:bob@h"},
             Pair{"sip:a%3Bb@h", "sip:a;b@h"},
             Pair{"sip:bob@h?a=1&b=2", "sip:bob@h?a=1"},
             Pair{"tel:+12015550123", "tel:+12015550124"},
             Pair{"sip:bob@h", "not a uri"},
             Pair{"", ""},
         }) {
        EXPECT_FALSE(same_uri(pair.a, pair.b)) << pair.a << "  " << pair.b;
        EXPECT_FALSE(same_uri(pair.b, pair.a)) << pair.b << "  " << pair.a;
    }
}

}  // namespace
}  // namespace strowger::registrar
