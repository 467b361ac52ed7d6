#include "registrar/register_answer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace strowger::registrar {
namespace {

TEST(RegisterAnswer, ListsEveryBindingWithWhatItHasLeft) {
    Binding a;
    a.contact = "sip:a@h;transport=tcp";
    a.parameters = ";+sip.instance=\"<urn:x>\"";
    a.expires = 60 * kSecond;
    Binding b;
    b.contact = "sip:b@h";
    b.q = 50;
    b.flags = kOutbound;
    b.expires = 100 * kSecond - 1;
    const std::vector<Binding> both{a, b};
    std::string out;
    append_answer(both, "<sip:edge;lr>", 5 * kSecond + 1, out);
    EXPECT_EQ(out,
              "Contact: <sip:a@h;transport=tcp>;+sip.instance=\"<urn:x>\";expires=55\r\n"
              "Contact: <sip:b@h>;expires=95;q=0.050\r\n"
              "Path: <sip:edge;lr>\r\n"
              "Require: outbound\r\n");
}

TEST(RegisterAnswer, NoBindingNoContact) {
    std::string out;
    append_answer({}, "", 0, out);
    EXPECT_EQ(out, "");
}

TEST(RegisterAnswer, TheDateIsAsTheRfcWritesIt) {
    std::string out;
    append_date(1'289'690'940, out);
    append_date(0, out);
    EXPECT_EQ(out, "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
}

TEST(RegisterAnswer, FoldsAreUndone) {
    Binding a;
    a.contact = "sip:a@h";
    a.parameters = ";x=\"1\r\n 2\"";
    std::string out;
    append_answer({&a, 1}, "", 0, out);
    EXPECT_EQ(out.find("Contact: <sip:a@h>;x=\"1   2\";expires=0\r\n"), 0u);
}

}  // namespace
}  // namespace strowger::registrar
