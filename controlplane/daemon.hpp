// The daemon: load -> compile -> publish -> supervise. Owns every part of the control plane and turns its
// loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "options.hpp"

namespace strowger {

struct DaemonParts;

class Daemon {
  public:
    explicit Daemon(Options options);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // Reads the configuration, opens the store, starts ports and workers, restores registrations, opens the
    // API. False: `problems` says what and where; nothing is left running.
    bool start(std::vector<std::string>& problems);
    // Until SIGTERM or SIGINT; then ends calls, writes what must be written, and gives the ports back.
    void run();

  private:
    std::unique_ptr<DaemonParts> parts_;
};

}  // namespace strowger
