// Model to tables::Proxy: what the workers need to forward stateless calls by themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "model/resources.hpp"
#include "publish/ids.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::publish {

// What of the proxy's tables follows the model alone. Made once a model: with a million subscribers and a large dial
// plan that takes seconds, and the kernel's routes change at any time.
struct ProxyPlan {
    std::map<std::string, std::uint16_t> tenants;               // numbers that the tables know them by
    std::map<std::string, std::uint16_t, std::less<>> domains;  // likewise; lower case
    std::shared_ptr<const tables::Domains> names;
    std::shared_ptr<const tables::Dialplan> dialplan;
};
[[nodiscard]] std::shared_ptr<const ProxyPlan> compile_plan(const model::Model& model, Ids& ids);

// Whether compile_plan() makes the same of both.
[[nodiscard]] bool same_plan(const model::Model& a, const model::Model& b);

// Fills `out.proxy` but for its keys, its locations and its targets' health, which are not the model's. Realms and
// listeners of `out` are there already.
// `plan`: of the same model.
void compile_proxy(const model::Model& model, Ids& ids, const ProxyPlan& plan, tables::Tables& out);

}  // namespace strowger::publish
