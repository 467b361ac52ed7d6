// Whether a whole model makes sense: what no single option can tell.
#pragma once

#include <string>
#include <vector>

#include "model/resources.hpp"

namespace strowger::model {

struct Finding {
    Kind kind{};
    std::string name;    // empty for a singleton
    std::string option;  // empty: the resource as a whole
    std::string text;    // the offending entry; empty: the whole option
    std::string complaint;
    std::string other{};    // a resource of the same kind that it contradicts; its place is told too
    bool dangling = false;  // names a resource that does not exist
};

// "realm access: listeners: udp:10.0.0.1:5060"
[[nodiscard]] std::string subject_of(const Finding& finding);

// All findings; none: the model can be compiled and published.
[[nodiscard]] std::vector<Finding> check(const Model& model);

// The parts of check(), one file each. They add to `findings`.
void check_references(const Model& model, std::vector<Finding>& findings);
void check_system(const Model& model, std::vector<Finding>& findings);
void check_ports(const Model& model, std::vector<Finding>& findings);
void check_realms(const Model& model, std::vector<Finding>& findings);
void check_trunks(const Model& model, std::vector<Finding>& findings);
void check_trunk_groups(const Model& model, std::vector<Finding>& findings);
void check_tenants(const Model& model, std::vector<Finding>& findings);
void check_subscribers(const Model& model, std::vector<Finding>& findings);
void check_rules(const Model& model, std::vector<Finding>& findings);
void check_routes(const Model& model, std::vector<Finding>& findings);
void check_header_rules(const Model& model, std::vector<Finding>& findings);

}  // namespace strowger::model
