// Makes a model, and every change of the kernel's state, live in the workers. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "publish/compile.hpp"

namespace strowger::publish {

class Publisher {
  public:
    // `ids` holds the ports that were started, and no others yet.
    Publisher(Dataplane& dataplane, net::Mirror& mirror, Ids& ids)
        : dataplane_(dataplane), mirror_(mirror), ids_(ids), started_ports_(ids.ports.size()) {}

    // What tables hold beside model and kernel state (keys, health, registrations) is put in by `fill`, each
    // time before they are published.
    void fill_with(std::function<void(tables::Tables&)> fill) { fill_ = std::move(fill); }

    // Compiles and publishes. Returns what the host lacks, a sentence each.
    std::vector<std::string> publish(const model::Model& model);
    // The kernel's routes, neighbours or devices changed: the same model once more.
    std::vector<std::string> republish();

    // What is live now. Valid until the next publish.
    [[nodiscard]] const tables::Tables& live() const { return *live_; }
    [[nodiscard]] std::uint64_t version() const { return version_; }

  private:
    Dataplane& dataplane_;
    net::Mirror& mirror_;
    Ids& ids_;
    const std::size_t started_ports_;
    model::Model model_;
    std::shared_ptr<const tables::Credentials> credentials_;  // of model_
    std::shared_ptr<const ProxyPlan> plan_;                   // of model_
    const tables::Tables* live_ = nullptr;                    // owned by the dataplane until the next publish
    std::uint64_t version_ = 0;
    std::function<void(tables::Tables&)> fill_;
};

}  // namespace strowger::publish
