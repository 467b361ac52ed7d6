#include "media/multipart.hpp"

#include <gtest/gtest.h>

namespace strowger::media {
namespace {

const std::string kBody =
    "--b1\r\nContent-Type: application/isup\r\nContent-Disposition: signal\r\n\r\n\x01\x02--b1x\r\n--b1\r\n"
    "content-type: application/sdp;charset=utf-8\r\nContent-Length: 5\r\n\r\nv=0\r\n\r\n--b1--\r\n";

TEST(Multipart, ABareDescriptionIsTheWholeBody) {
    const auto part = find_sdp("application/SDP ; x=1", "v=0\r\n");
    ASSERT_TRUE(part);
    EXPECT_EQ(part->sdp, "v=0\r\n");
    EXPECT_FALSE(find_sdp("application/sdp", ""));
    EXPECT_FALSE(find_sdp("text/plain", "v=0\r\n"));
    EXPECT_FALSE(find_sdp("", "v=0\r\n"));
}

TEST(Multipart, ThePartIsFoundAndReplaced) {
    const auto part = find_sdp("multipart/mixed;boundary=\"b1\"", kBody);
    ASSERT_TRUE(part);
    EXPECT_EQ(part->sdp, "v=0\r\n");
    std::string out;
    replace_sdp(*part, "v=0\r\no=longer\r\n", out);
    auto expected = kBody;
    expected.replace(expected.find("Content-Length: 5"), 17, "Content-Length: 15");
    expected.replace(expected.find("v=0\r\n\r\n--b1--"), 5, "v=0\r\no=longer\r\n");
    EXPECT_EQ(out, expected);
}

TEST(Multipart, BrokenOnesHoldNothing) {
    EXPECT_FALSE(find_sdp("multipart/mixed", kBody));
    EXPECT_FALSE(find_sdp("multipart/mixed;boundary=other", kBody));
    EXPECT_FALSE(
        find_sdp("multipart/mixed;boundary=b1", "--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"));
    EXPECT_FALSE(find_sdp("multipart/mixed;boundary=b1", "--b1\r\n--b1\r\n--b1--"));
    EXPECT_FALSE(find_sdp("multipart/mixed;boundary=b1", "--b1"));
}

}  // namespace
}  // namespace strowger::media
