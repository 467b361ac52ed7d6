#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "message/incoming.hpp"
#include "message/outgoing.hpp"

namespace strowger::message {
namespace {

const std::string kOptions =
    "OPTIONS sip:1001@lab.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.99:5060;branch=z9hG4bKa\r\n"
    "From: <sip:1002@lab.example>;tag=f\r\nTo: <sip:1001@lab.example>\r\nCall-ID: c1\r\nCSeq: 7 OPTIONS\r\n"
    "Content-Length: 4\r\n\r\nbody";

net::Flow flow() {
    net::Flow out;
    out.realm = RealmId{3};
    out.remote = *wire::parse_endpoint("10.10.0.99:5060");
    return out;
}

TEST(Incoming, KeepsItsOwnCopyOfTheBytes) {
    std::string bytes = kOptions;
    wire::TokeniseStatus status;
    const Incoming message = Incoming::parse(flow(), bytes, 42, status);
    ASSERT_EQ(status, wire::TokeniseStatus::ok);
    std::fill(bytes.begin(), bytes.end(), 'x');
    EXPECT_EQ(message.sip().header(wire::HeaderId::call_id), "c1");
    EXPECT_EQ(message.sip().body(), "body");
    EXPECT_EQ(message.flow().realm, RealmId{3});
    EXPECT_EQ(message.received(), 42);
}

TEST(Incoming, LivesAsLongAsAnybodyRefersToIt) {
    wire::TokeniseStatus status;
    Incoming first = Incoming::parse(flow(), kOptions, 0, status);
    Incoming second = first;
    first = {};
    EXPECT_FALSE(first);
    Incoming third = std::move(second);
    EXPECT_FALSE(second);  // NOLINT: what is left of it is what is asked
    ASSERT_TRUE(third);
    EXPECT_EQ(third.sip().bytes(), kOptions);
    third = third;  // NOLINT
    EXPECT_EQ(third.sip().method(), wire::Method::options);
}

TEST(Incoming, TakesWhatAWorkerTokenised) {
    std::string padded = kOptions + std::string(64, '\0');
    wire::SipView view;
    const auto length = static_cast<std::uint32_t>(kOptions.size());
    ASSERT_EQ(wire::tokenise(padded.data(), length, view), wire::TokeniseStatus::ok);
    rings::Punt punt{.worker = WorkerId{2},
                     .realm = RealmId{1},
                     .listener = ListenerId{4},
                     .source = *wire::parse_endpoint("10.10.0.99:5060"),
                     .received = 9,
                     .data = padded.data(),
                     .length = length,
                     .view = &view};
    const auto local = *wire::parse_endpoint("10.10.0.1:5060");
    const Incoming message = Incoming::from_punt(punt, local);
    std::memset(padded.data(), 0, padded.size());
    view = {};
    EXPECT_EQ(message.sip().bytes(), kOptions);
    EXPECT_EQ(message.sip().header(wire::HeaderId::cseq), "7 OPTIONS");
    EXPECT_EQ(message.flow().listener, ListenerId{4});
    EXPECT_EQ(message.flow().worker, WorkerId{2});
    EXPECT_EQ(message.flow().local, local);
    EXPECT_EQ(message.flow().remote, punt.source);
}

TEST(Incoming, WhatIsNoMessageIsEmptyAndSaysWhy) {
    wire::TokeniseStatus status;
    EXPECT_FALSE(Incoming::parse(flow(), "hello", 0, status));
    EXPECT_NE(status, wire::TokeniseStatus::ok);
    EXPECT_FALSE(Incoming::parse(flow(), "", 0, status));
    EXPECT_NE(status, wire::TokeniseStatus::ok);
    const std::string long_one = kOptions + std::string(wire::kMaxMessage, 'x');
    EXPECT_FALSE(Incoming::parse(flow(), long_one, 0, status));
    EXPECT_EQ(status, wire::TokeniseStatus::too_long);
}

TEST(Outgoing, HasTheRoomThatWasAskedFor) {
    for (const std::size_t wanted : {0u, 1u, 1024u, 1025u, 65'536u, 65'537u, 200'000u}) {
        Outgoing message = Outgoing::allocate(wanted);
        ASSERT_GE(message.room().size(), wanted);
        EXPECT_EQ(message.text(), "");
        std::memset(message.room().data(), 'a', wanted);
        message.set_length(wanted);
        EXPECT_EQ(message.text(), std::string(wanted, 'a'));
    }
}

TEST(Outgoing, ABufferThatIsGivenBackIsUsedAgain) {
    const char* first = Outgoing::copy("one").text().data();
    const Outgoing again = Outgoing::copy("two");
    EXPECT_EQ(again.text().data(), first);
    EXPECT_EQ(again.text(), "two");
    EXPECT_NE(Outgoing::copy("three").text().data(), first) << "it is in use";
}

TEST(Outgoing, WhatIsKeptTakesNoMoreThanItNeeds) {
    Outgoing roomy = Outgoing::allocate(2000);
    std::copy_n("a short answer", 14, roomy.room().begin());
    roomy.set_length(14);
    Outgoing kept = Outgoing::compact(roomy);
    EXPECT_EQ(kept.text(), "a short answer");
    EXPECT_LT(kept.room().size(), 256u);
    EXPECT_EQ(roomy.text(), "a short answer") << "who sends it now has it still";
    const Outgoing full = Outgoing::copy(std::string(900, 'x'));
    EXPECT_EQ(Outgoing::compact(full).text().data(), full.text().data());
    EXPECT_FALSE(Outgoing::compact({}));
}

// Sizes of all classes, of their edges, and one that is not kept.
TEST(Outgoing, EveryLengthComesBackWhole) {
    for (const std::size_t length :
         {0, 1, 243, 244, 245, 372, 373, 500, 501, 757, 12'000, 65'000, 65'530, 100'000}) {
        for (int again = 0; again < 2; ++again) {
            const std::string text(length, static_cast<char>('a' + length % 26));
            const Outgoing one = Outgoing::copy(text);
            const Outgoing other = Outgoing::copy(std::string(length, '.'));
            EXPECT_EQ(one.text(), text);
        }
    }
}

TEST(Outgoing, AReferenceTravelsThroughARingAsAToken) {
    const Outgoing kept = Outgoing::copy("bytes");
    Outgoing sent = kept;
    void* token = sent.leak();
    EXPECT_FALSE(sent);
    {
        const Outgoing back = Outgoing::adopt(token);
        EXPECT_EQ(back.text().data(), kept.text().data());
    }
    EXPECT_EQ(kept.text(), "bytes") << "the token's reference alone was given back";
    EXPECT_NE(Outgoing::copy("other").text().data(), kept.text().data());
}

}  // namespace
}  // namespace strowger::message
