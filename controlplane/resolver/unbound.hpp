// Name servers by libunbound. Its queries run on a thread of its own, because the control thread waits for
// nothing; answers cross over its pipe, whose end fd() the control thread's loop watches.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "resolver/backend.hpp"
#include "strowger/wire/ip.hpp"

struct ub_ctx;
struct ub_result;

namespace strowger::resolver {

struct UnboundOptions {
    std::vector<wire::Endpoint> servers;  // empty: those of /etc/resolv.conf
    // UDP ports that are ours on shared interfaces: answers to queries from them would go to the workers.
    std::vector<std::pair<std::uint16_t, std::uint16_t>> avoid;
    friend bool operator==(const UnboundOptions&, const UnboundOptions&) = default;
};

class Unbound final : public Backend {
  public:
    Unbound();
    ~Unbound() override;

    // True: fd() is another one now; what was under way has failed. `error` is a sentence when there are no
    // name servers to ask; then every question fails.
    bool configure(const UnboundOptions& options, std::string& error);
    // Readable when process() has something to do; -1: no context.
    [[nodiscard]] int fd() const;
    void process();

    void tell(Done done) override { done_ = std::move(done); }
    bool ask(const Question& question) override;

  private:
    struct Asked {
        Unbound* owner = nullptr;
        Question question;
        std::uint64_t number = 0;
    };
    static void on_answer(void* asked, int error, ub_result* result);
    void open(const UnboundOptions& options, std::string& error);
    void close();

    ub_ctx* context_ = nullptr;
    UnboundOptions options_;
    bool opened_ = false;
    Done done_;
    std::map<std::uint64_t, std::unique_ptr<Asked>> asked_;
    std::uint64_t next_ = 1;
};

}  // namespace strowger::resolver
