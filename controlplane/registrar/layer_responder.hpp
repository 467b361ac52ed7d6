// Answers of the registrar through the transaction layer.
#pragma once

#include "registrar/registrar.hpp"
#include "transaction/layer.hpp"

namespace strowger::registrar {

class LayerResponder final : public Responder {
  public:
    explicit LayerResponder(transaction::Layer& layer) : layer_(layer) {}
    bool respond(transaction::ServerId server, std::uint16_t status, std::string_view reason,
                 std::string_view extra) override {
        return layer_.respond(server, status, reason, {}, extra);
    }

  private:
    transaction::Layer& layer_;
};

}  // namespace strowger::registrar
