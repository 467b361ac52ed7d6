// Any bytes as a configuration file: they load, or every problem has a text; and what loads, loads again from
// what is shown of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load.hpp"
#include "model/show.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace strowger;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const config::LoadResult first = config::load_text(text, "fuzz");
    for (const config::Problem& problem : first.problems)
        if (problem.subject.empty() || problem.allowed.empty() || problem.line < 0) std::abort();
    if (!first.ok()) return 0;
    const std::string shown = model::yaml_of(model::show_all(first.model, model::Secrets::reveal));
    const config::LoadResult second = config::load_text(shown, "shown");
    if (!second.ok()) std::abort();
    if (shown != model::yaml_of(model::show_all(second.model, model::Secrets::reveal))) std::abort();
    return 0;
}
