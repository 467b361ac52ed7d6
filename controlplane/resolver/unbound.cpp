#include "resolver/unbound.hpp"

#include <fmt/format.h>
#include <unbound.h>

namespace strowger::resolver {

Unbound::Unbound() = default;
Unbound::~Unbound() {
    done_ = {};
    close();
}

bool Unbound::configure(const UnboundOptions& options, std::string& error) {
    if (opened_ && options == options_) return false;
    close();
    options_ = options;
    opened_ = true;
    open(options, error);
    return true;
}

void Unbound::open(const UnboundOptions& options, std::string& error) {
    context_ = ub_ctx_create();
    if (context_ == nullptr) {
        error = "names are not resolved: libunbound has no memory";
        return;
    }
    const auto set = [&](const char* option, const std::string& value) {
        if (const int wrong = ub_ctx_set_option(context_, option, value.c_str()); wrong != 0 && error.empty())
            error = fmt::format("libunbound refuses {} {}: {}", option, value, ub_strerror(wrong));
    };
    set("module-config:", "iterator");
    set("do-not-query-localhost:", "no");
    set("unblock-lan-zones:", "yes");  // private networks have private names
    set("insecure-lan-zones:", "yes");
    // A server that comes back is noticed at once; ours is the cache that bridges the gap.
    set("infra-host-ttl:", "5");
    set("infra-keep-probing:", "yes");
    set("cache-max-negative-ttl:", "60");
    set("outgoing-port-permit:", "1024-65535");
    for (const auto& [first, last] : options.avoid)
        set("outgoing-port-avoid:", fmt::format("{}-{}", first, last));
    const int threaded = ub_ctx_async(context_, 1);
    int wrong = threaded;
    for (const wire::Endpoint& server : options.servers)
        if (wrong == 0)
            wrong = ub_ctx_set_fwd(
                context_, fmt::format("{}@{}", wire::to_string(server.address), server.port.host()).c_str());
    if (wrong == 0 && options.servers.empty()) wrong = ub_ctx_resolvconf(context_, nullptr);
    if (wrong != 0)
        error = options.servers.empty()
                    ? fmt::format("names are not resolved: /etc/resolv.conf: {}", ub_strerror(wrong))
                    : fmt::format("names are not resolved: dns_servers: {}", ub_strerror(wrong));
    ub_ctx_hosts(context_, nullptr);  // without it names of the network still work
}

void Unbound::close() {
    auto asked = std::move(asked_);
    asked_.clear();
    if (context_ != nullptr) ub_ctx_delete(context_);
    context_ = nullptr;
    if (!done_) return;
    for (const auto& [number, one] : asked) done_(one->question, {});
}

int Unbound::fd() const {
    return context_ == nullptr ? -1 : ub_fd(context_);
}

void Unbound::process() {
    if (context_ != nullptr) ub_process(context_);
}

bool Unbound::ask(const Question& question) {
    if (context_ == nullptr) return false;
    const std::uint64_t number = next_++;
    auto& asked = asked_[number];
    asked = std::make_unique<Asked>(Asked{this, question, number});
    const int wrong = ub_resolve_async(context_, question.name.c_str(), static_cast<int>(question.type),
                                       1 /* IN */, asked.get(), &Unbound::on_answer, nullptr);
    if (wrong != 0) asked_.erase(number);
    return wrong == 0;
}

void Unbound::on_answer(void* data, int error, ub_result* result) {
    const auto& asked = *static_cast<Asked*>(data);
    Unbound& self = *asked.owner;
    const Question question = asked.question;
    self.asked_.erase(asked.number);
    Answer answer;
    constexpr int kNoSuchName = 3;  // RFC 1035 4.1.1
    if (error == 0 && result != nullptr && (result->rcode == 0 || result->rcode == kNoSuchName)) {
        answer.answered = Answered::nothing;
        answer.ttl_s = result->ttl > 0 ? static_cast<std::uint32_t>(result->ttl) : 0;
        if (result->havedata != 0)
            for (int i = 0; result->data[i] != nullptr; ++i)
                answer.records.emplace_back(result->data[i], static_cast<std::size_t>(result->len[i]));
        if (!answer.records.empty()) answer.answered = Answered::found;
    }
    ub_resolve_free(result);
    self.done_(question, std::move(answer));
}

}  // namespace strowger::resolver
