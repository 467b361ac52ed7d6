// Answers as JSON text. The only file that knows how rows and problems look.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"
#include "manage/http.hpp"
#include "manage/provider.hpp"
#include "model/show.hpp"

namespace strowger::manage {

[[nodiscard]] std::string json_of(const StatusRow& row);
[[nodiscard]] std::string json_of(const CallDetail& detail);
[[nodiscard]] std::string json_of(const Trace& trace);
template <typename Row>
[[nodiscard]] std::string json_of(const std::vector<Row>& rows);

// {"version":7,"applied":true,"changes":[{"what":"changed","kind":"trunk","name":"pbx","restart":false,
//  "text":"~ trunk pbx: …"}],"warning":""}
[[nodiscard]] std::string json_of(const config::Outcome& outcome);
[[nodiscard]] std::string json_of(const std::vector<store::RevisionRow>& revisions);
// [{"kind":"trunk","name":"pbx","options":{"max_calls":"10","targets":["…"]}}], options that are set
[[nodiscard]] std::string json_of(const std::vector<model::ShownResource>& resources);
// Every option of one resource with its row, and what its subscribers have set above it.
[[nodiscard]] std::string describe_json(const model::ShownResource& resource, const std::vector<FeatureRow>& features = {});
// {"yaml":"…"}
[[nodiscard]] std::string yaml_json(std::string_view yaml);

// {"error":"…","problems":["lab.yaml:3: …"]}
[[nodiscard]] HttpAnswer error_answer(unsigned status, std::string_view error,
                                      const std::vector<config::Problem>& problems = {});

}  // namespace strowger::manage
