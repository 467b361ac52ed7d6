// Model to Tables: what the operator declared, as the workers read it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/resources.hpp"
#include "net/mirror.hpp"
#include "publish/compile_proxy.hpp"
#include "publish/ids.hpp"
#include "strowger/dataplane.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::publish {

// What to start: ports and workers. `cores` is the machine's number of CPUs. Numbers the ports.
[[nodiscard]] DataplaneSpec dataplane_spec(const model::Model& model, Ids& ids, unsigned cores);

// Kernel devices of the interfaces that the model's realms are on. Only the first `started` ports exist; a
// port that was added since waits for the next start of the daemon.
[[nodiscard]] std::vector<net::InterfaceBinding> interface_bindings(const model::Model& model, Ids& ids,
                                                                    std::size_t started);

// Builds sealed tables; `plan`: compile_plan() of the same model. The model is valid by itself; what may be wrong here is the host: a device that does
// not exist, an address that is not configured. Each such thing is one sentence in `problems`; the tables are
// usable without it.
[[nodiscard]] std::unique_ptr<tables::Tables> compile(const model::Model& model, const net::Mirror& mirror,
                                                      Ids& ids, std::size_t started, const ProxyPlan& plan,
                                                      std::vector<std::string>& problems);

}  // namespace strowger::publish
