#include "publish/publisher.hpp"

#include "publish/compile_digest.hpp"

namespace strowger::publish {

std::vector<std::string> Publisher::publish(const model::Model& model) {
    if (credentials_ == nullptr || !same_credentials(model_, model))
        credentials_ = compile_credentials(model);
    if (plan_ == nullptr || !same_plan(model_, model)) plan_ = compile_plan(model, ids_);
    model_ = model;
    mirror_.bind(interface_bindings(model_, ids_, started_ports_));
    return republish();
}

std::vector<std::string> Publisher::republish() {
    std::vector<std::string> problems;
    auto next = compile(model_, mirror_, ids_, started_ports_, *plan_, problems);
    compile_digest(model_, ids_, credentials_, *next);
    next->version = ++version_;
    if (fill_) fill_(*next);
    live_ = next.get();
    dataplane_.publish(std::move(next));
    return problems;
}

}  // namespace strowger::publish
