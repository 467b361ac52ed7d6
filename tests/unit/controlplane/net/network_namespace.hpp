// A network namespace of the test's own, with a veth pair: `left` (ours, 10.9.0.1/24) and `right`. Needs
// root; without it the tests fail and say so.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>

#include <cstdlib>
#include <string>

#include "strowger/wire/ip.hpp"

namespace strowger::test {

class NetworkNamespace : public ::testing::Test {
  protected:
    static void sh(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }
    static wire::IpAddress ip(const char* text) { return *wire::parse_address(text); }

    void SetUp() override {
        ASSERT_EQ(::unshare(CLONE_NEWNET), 0) << "run as root: these tests make a network namespace";
        sh("ip link add left type veth peer name right && ip link set left up && ip link set right up");
        sh("ip addr add 10.9.0.1/24 dev left && ip route add 203.0.113.0/24 via 10.9.0.254 dev left");
    }
    // Reads events until `done` holds; fails after two seconds of the kernel's silence.
    template <typename Done, typename Read>
    static void until(Done done, Read read, int fd) {
        for (int i = 0; i < 100 && !done(); ++i) {
            pollfd p{fd, POLLIN, 0};
            ::poll(&p, 1, 20);
            read();
        }
        EXPECT_TRUE(done());
    }
};

}  // namespace strowger::test
