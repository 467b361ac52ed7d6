#include <gtest/gtest.h>

#include "credit/credit.hpp"

namespace strowger::credit {
namespace {

TEST(Answer, GrantsAndRefusals) {
    const Answer granted = read_answer(R"({"grant_s": 120, "rate": "fr-mobile", "more": [1]})");
    EXPECT_TRUE(granted.answered);
    EXPECT_EQ(granted.grant_s, 120u);
    EXPECT_EQ(granted.rate, "fr-mobile");
    EXPECT_EQ(granted.code, 0);
    const Answer refused = read_answer(R"({"grant_s":0,"code":486})");
    EXPECT_TRUE(refused.answered);
    EXPECT_EQ(refused.grant_s, 0u);
    EXPECT_EQ(refused.code, 486);
    EXPECT_EQ(read_answer(R"({"grant_s":12.9})").grant_s, 12u);
    EXPECT_EQ(read_answer(R"({"grant_s":1e12})").grant_s, 30u * 86'400) << "bounded";
    EXPECT_EQ(read_answer(R"({"grant_s":1,"code":200})").code, 0);
    EXPECT_EQ(read_answer(R"({"grant_s":1,"rate":")" + std::string(500, 'x') + "\"}").rate.size(), 64u);
}

TEST(Answer, NonsenseIsNoAnswer) {
    for (const char* bad : {"", "{}", "[]", "nonsense", R"({"grant_s":-1})", R"({"grant_s":"60"})", R"({"grant_s":1e300})",
                            R"({"grant_s":60)"}) {
        const Answer answer = read_answer(bad);
        EXPECT_FALSE(answer.answered) << bad;
        EXPECT_FALSE(answer.why.empty());
    }
    EXPECT_FALSE(read_answer(std::string(10'000, '[')).answered);
}

TEST(Question, ReportsTellHowItEnded) {
    Question question{.event = Event::authorise, .call = 7, .from = "sip:\"1001@x", .route = "out", .rate = "r"};
    const std::string asked = to_json(question);
    EXPECT_NE(asked.find(R"("event":"authorise","call":7)"), std::string::npos) << asked;
    EXPECT_NE(asked.find(R"("from":"sip:\"1001@x")"), std::string::npos) << asked;
    EXPECT_EQ(asked.find("ended_by"), std::string::npos);
    question.event = Event::report;
    question.ended_by = "caller";
    question.code = 200;
    EXPECT_NE(to_json(question).find(R"("ended_by":"caller","sip_code":200)"), std::string::npos);
}

}  // namespace
}  // namespace strowger::credit
