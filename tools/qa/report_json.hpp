#pragma once
#include <nlohmann/json.hpp>

#include "tools/qa/report.hpp"

namespace trocar::qa {

// The report as a program reads it: `schema` counts its changes, keys carry units, what is not
// computable is {"not_computable": why}.
nlohmann::ordered_json json_of(const Report& report);

}  // namespace trocar::qa
