#include "registrar/register_request.hpp"

#include <gtest/gtest.h>

#include "registrar/binding.hpp"
#include "sip_text.hpp"

namespace strowger::registrar {
namespace {

class ReadRegister : public ::testing::Test {
  protected:
    // Reads a REGISTER with these lines; the outcome is in refusal_ and request_.
    void read(std::string_view lines) {
        text_ = std::make_unique<SipText>(register_text(lines));
        request_ = std::make_unique<RegisterRequest>();
        refusal_ = read_register(text_->sip(), limits_, *request_);
    }
    void accepts(std::string_view lines) {
        read(lines);
        EXPECT_EQ(refusal_.status, 0) << lines << refusal_.reason;
    }
    void refuses(std::string_view lines, std::uint16_t status = 400) {
        read(lines);
        EXPECT_EQ(refusal_.status, status) << lines;
        EXPECT_FALSE(refusal_.reason.empty());
    }
    const ContactRequest& contact(std::size_t i = 0) const { return request_->contacts.at(i); }

    ExpiryLimits limits_{60, 7200, 1800};
    std::unique_ptr<SipText> text_;
    std::unique_ptr<RegisterRequest> request_;
    Refusal refusal_;
};

TEST_F(ReadRegister, AFetchHasNoContact) {
    accepts("");
    EXPECT_TRUE(request_->contacts.empty());
    EXPECT_FALSE(request_->star);
    EXPECT_EQ(request_->call_id, "call-1");
    EXPECT_EQ(request_->cseq, 1u);
    EXPECT_NE(request_->branch, 0u);
}

TEST_F(ReadRegister, ContactsInLinesAndLists) {
    accepts(
        "Contact: \"A, B\" <sip:a@h1;transport=tcp?x=y>;q=0.5;expires=100, sip:b@h2;q=1.0\nm: "
        "<sip:c@h3>;+sip.instance=\"<urn:x,y>\";reg-id=7\n");
    ASSERT_EQ(request_->contacts.size(), 3u);
    EXPECT_EQ(contact(0).uri, "sip:a@h1;transport=tcp?x=y");
    EXPECT_EQ(contact(0).q, 500);
    EXPECT_EQ(contact(0).expires, 100u);
    EXPECT_EQ(contact(0).parameters, "");
    EXPECT_EQ(contact(1).uri, "sip:b@h2");
    EXPECT_EQ(contact(1).q, 1000);
    EXPECT_EQ(contact(1).expires, 1800u);
    EXPECT_EQ(contact(2).parameters, ";+sip.instance=\"<urn:x,y>\";reg-id=7");
    EXPECT_EQ(contact(2).instance, "urn:x,y");
    EXPECT_EQ(contact(2).reg_id, 7u);
}

TEST_F(ReadRegister, ExpiryByParameterHeaderAndDefault) {
    accepts("Expires: 90\nContact: <sip:a@h>;expires=70, <sip:b@h>, <sip:c@h>;expires=0\n");
    EXPECT_EQ(contact(0).expires, 70u);
    EXPECT_EQ(contact(1).expires, 90u);
    EXPECT_EQ(contact(2).expires, 0u);
    accepts("Contact: <sip:a@h>\n");
    EXPECT_EQ(contact().expires, 1800u);
    accepts("Contact: <sip:a@h>;expires=4294967295\n");
    EXPECT_EQ(contact().expires, 7200u);
    // RFC 3261 20.19: what is malformed counts as an hour.
    accepts("Contact: <sip:a@h>;expires=soon\n");
    EXPECT_EQ(contact().expires, 3600u);
    accepts("Expires: -1\nContact: <sip:a@h>\n");
    EXPECT_EQ(contact().expires, 3600u);
    accepts("Contact: <sip:a@h>;expires=99999999999\n");
    EXPECT_EQ(contact().expires, 3600u);
}

TEST_F(ReadRegister, TooBriefIsToldTheMinimum) {
    refuses("Contact: <sip:a@h>;expires=59\n", 423);
    EXPECT_EQ(refusal_.extra, "Min-Expires: 60\r\n");
    refuses("Expires: 1\nContact: <sip:a@h>\n", 423);
    accepts("Contact: <sip:a@h>;expires=60\n");
    accepts("Expires: 0\nContact: <sip:a@h>\n");
    EXPECT_EQ(contact().expires, 0u);
    // 10.3 item 7: an hour is never too brief.
    limits_ = {5000, 7200, 6000};
    accepts("Contact: <sip:a@h>;expires=3600\n");
    refuses("Contact: <sip:a@h>;expires=3599\n", 423);
}

TEST_F(ReadRegister, StarStandsAloneWithExpiresZero) {
    accepts("Contact: *\nExpires: 0\n");
    EXPECT_TRUE(request_->star);
    EXPECT_TRUE(request_->contacts.empty());
    refuses("Contact: *\n");
    refuses("Contact: *\nExpires: 1\n");
    refuses("Contact: *\nExpires: zero\n");
    refuses("Contact: *, <sip:a@h>\nExpires: 0\n");
    refuses("Contact: <sip:a@h>\nContact: *\nExpires: 0\n");
    refuses("Contact: *\nContact: *\nExpires: 0\n");
}

TEST_F(ReadRegister, QIsBetweenZeroAndOne) {
    for (const auto& [text, q] : {std::pair{"0", 0},
                                  {"1", 1000},
                                  {"0.", 0},
                                  {"0.7", 700},
                                  {"0.75", 750},
                                  {"0.125", 125},
                                  {"1.000", 1000}}) {
        accepts("Contact: <sip:a@h>;q=" + std::string(text) + "\n");
        EXPECT_EQ(contact().q, q) << text;
    }
    for (const char* text : {"1.1", "2", "-0.5", "0.1234", ".5", "0,5", "high"})
        refuses("Contact: <sip:a@h>;q=" + std::string(text) + "\n");
}

TEST_F(ReadRegister, MalformedContactsAndPaths) {
    refuses("Contact: <sip:a@h\n");
    refuses("Contact: <sip:a@h>, , <sip:b@h>\n");
    refuses("Contact: nothing\n");
    refuses("Contact: <sip:a@h>;;\n");
    refuses("Contact: <sip:" + std::string(2100, 'a') + "@h>\n");
    refuses("Path: <sip:edge\nContact: <sip:a@h>\n");
    refuses("Path: <sip:" + std::string(2100, 'a') + ";lr>\nContact: <sip:a@h>\n");
    std::string many = "Contact: <sip:a@h>";
    for (int i = 0; i < 200; ++i) many += ",<sip:a@h>";
    refuses(many + "\n");
}

TEST_F(ReadRegister, PathIsKeptInOrder) {
    accepts("Path: <sip:edge1;lr>, <sip:edge2;lr>\nPath: <sip:edge3;lr>;x=1\nContact: <sip:a@h>\n");
    EXPECT_EQ(request_->path, "<sip:edge1;lr>, <sip:edge2;lr>, <sip:edge3;lr>;x=1");
}

TEST_F(ReadRegister, ManyViasMeanAProxy) {
    accepts("Supported: path, outbound\nContact: <sip:a@h>\n");
    EXPECT_TRUE(request_->outbound);
    EXPECT_EQ(request_->flags, 0);
    accepts("Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK2\nSupported: outbound\nContact: <sip:a@h>\n");
    EXPECT_FALSE(request_->outbound);
    EXPECT_EQ(request_->flags, kViaProxy);
}

TEST_F(ReadRegister, UserAgentIsCut) {
    accepts("User-Agent: " + std::string(500, 'x') + "\n");
    EXPECT_EQ(request_->user_agent.size(), 128u);
}

TEST(CheckRequire, UnknownOptionsAreListed) {
    EXPECT_FALSE(check_require(SipText(register_text("Require: path\nRequire: outbound\n")).sip()));
    const SipText text(register_text("Require: path, gruu,100rel\nRequire: x-own\n"));
    const Refusal refusal = check_require(text.sip());
    EXPECT_EQ(refusal.status, 420);
    EXPECT_EQ(refusal.extra, "Unsupported: gruu, 100rel, x-own\r\n");
}

}  // namespace
}  // namespace strowger::registrar
