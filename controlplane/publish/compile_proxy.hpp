// Model to tables::Proxy: what the workers need to forward stateless calls by themselves.
#pragma once

#include "model/resources.hpp"
#include "publish/ids.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::publish {

// Fills `out.proxy` but for its keys, its locations and its targets' health, which are not the model's. Realms and
// listeners of `out` are there already.
void compile_proxy(const model::Model& model, Ids& ids, tables::Tables& out);

}  // namespace strowger::publish
