#include "publish/publisher.hpp"

namespace strowger::publish {

std::vector<std::string> Publisher::publish(const model::Model& model) {
    model_ = model;
    mirror_.bind(interface_bindings(model_, ids_, started_ports_));
    return republish();
}

std::vector<std::string> Publisher::republish() {
    std::vector<std::string> problems;
    auto next = compile(model_, mirror_, ids_, started_ports_, problems);
    next->version = ++version_;
    if (fill_) fill_(*next);
    live_ = next.get();
    dataplane_.publish(std::move(next));
    return problems;
}

}  // namespace strowger::publish
