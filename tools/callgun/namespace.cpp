#include "namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace strowger::callgun {

Namespace::Namespace(const std::string& name, std::string& error) {
    if (name.empty()) return;
    const std::string path = "/run/netns/" + name;
    const int there = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    before_ = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (there < 0 || before_ < 0 || ::setns(there, CLONE_NEWNET) != 0) {
        error = "the network namespace " + name + " cannot be entered: " + std::strerror(errno) +
                "; ip netns list shows those that there are";
        if (before_ >= 0) ::close(before_);
        before_ = -1;
    }
    if (there >= 0) ::close(there);
}

Namespace::~Namespace() {
    if (before_ < 0) return;
    [[maybe_unused]] const int result = ::setns(before_, CLONE_NEWNET);
    ::close(before_);
}

}  // namespace strowger::callgun
