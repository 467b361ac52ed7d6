// The calling thread in another network namespace, for as long as this lives. What is opened meanwhile
// (sockets, AF_XDP ports) stays there.
#pragma once

#include <string>

namespace strowger::callgun {

class Namespace {
  public:
    // `name` as `ip netns` has it; empty: stays where it is. `error` is set when there is no such namespace.
    Namespace(const std::string& name, std::string& error);
    ~Namespace();
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;

  private:
    int before_ = -1;
};

}  // namespace strowger::callgun
