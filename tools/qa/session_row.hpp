#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/qa/computed.hpp"

namespace trocar::qa {

// A session as one row among many: the figures of its report that can be compared from session to
// session, each under a name with its unit, `Needle/shown_jitter_mm`, `Needle/tumour/nearest_mm`.
struct SessionRow {
  std::string session;
  std::string chain;
  std::int64_t utc_at_start_ns = 0;
  std::string plan;
  bool whole = false;
  double duration_s = 0;
  std::map<std::string, Computed<double>> measures;
};

// The row of a report (report_json). Code::malformed when a figure is not where it should be.
Result<SessionRow> row_of_report(const nlohmann::ordered_json& report);

// A row as a merge keeps it, and back: the same bytes again.
nlohmann::ordered_json json_of(const SessionRow& row);
Result<SessionRow> row_of_json(const nlohmann::ordered_json& row);

}  // namespace trocar::qa
