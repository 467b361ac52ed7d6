// Questions to credit_url: one POST each, over connections that are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "credit/credit.hpp"

namespace boost::asio {
class io_context;
}

namespace strowger::credit {

struct Settings {
    std::string url;  // empty: every question is unanswered
    std::string token;
    std::uint32_t timeout_ms = 1000;
    std::size_t most = 256;  // questions under way
};

struct HttpCounts {
    std::uint64_t under_way = 0;  // now
    std::uint64_t reports = 0;    // now: that wait
    std::uint64_t granted = 0;
    std::uint64_t refused = 0;
    std::uint64_t unanswered = 0;
    std::uint64_t reported = 0;
    std::uint64_t lost = 0;  // reports that nobody took
};

class Http final : public Authority {
  public:
    // `warn` gets a sentence for each report that is lost. Both outlive it.
    Http(boost::asio::io_context& io, std::function<void(const std::string&)> warn);
    ~Http() override;

    void configure(const Settings& settings);
    [[nodiscard]] HttpCounts counts() const;

    void tell(Done done) override;
    void ask(Question question) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace strowger::credit
