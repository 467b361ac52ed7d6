// Model to tables::Digest: whom the workers ask for credentials, and whom they know.
#pragma once

#include <memory>

#include "model/resources.hpp"
#include "publish/ids.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::publish {

// Domains and subscribers. Takes about a third of a second for a million subscribers declared one by one; a
// range is one row.
[[nodiscard]] std::shared_ptr<const tables::Credentials> compile_credentials(const model::Model& model);

// Whether both models make the same credentials.
[[nodiscard]] bool same_credentials(const model::Model& a, const model::Model& b);

// Fills `out.digest` but for its key and its clock, which are not the model's. Realms of `out` are there
// already.
void compile_digest(const model::Model& model, Ids& ids,
                    std::shared_ptr<const tables::Credentials> credentials, tables::Tables& out);

}  // namespace strowger::publish
