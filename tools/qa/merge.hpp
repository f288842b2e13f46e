#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/qa/control_chart.hpp"
#include "tools/qa/session_row.hpp"

namespace trocar::qa {

// One measure over the sessions that have it, in the order of time.
struct Chart {
  std::string measure;
  std::vector<const SessionRow*> sessions;
  std::vector<double> values;
  std::size_t not_computable = 0;  // sessions that tell of it and have no figure
  Computed<ControlLimits> limits = NotComputable{"no session has it"};
};

// Sessions put together. In which order, how often and through how many merges they came makes no
// difference: a session is known by its chain and kept once. plain.
class Merge {
 public:
  static constexpr int schema_version = 2;
  static constexpr const char* kind = "trocar qa merge";

  // Error: the same session with other figures; it is named.
  Status add(SessionRow row);
  // A report or a merge, as JSON text. Error: neither of them, or of another schema.
  Status add_text(const std::string& text);
  // The same, of a file. Error: with its name.
  Status add_file(const std::filesystem::path& file);
  // Every report and merge (*.json) in a folder.
  Status add_folder(const std::filesystem::path& folder);

  [[nodiscard]] std::vector<const SessionRow*> sessions() const;  // by time, then name
  [[nodiscard]] std::vector<Chart> charts() const;                // by measure
  [[nodiscard]] nlohmann::ordered_json json() const;

 private:
  std::map<std::string, SessionRow> rows_;  // by chain
};

// The reports and merges (*.json) in a folder, by name. Error: there are none.
Result<std::vector<std::filesystem::path>> reports_in(const std::filesystem::path& folder);

// Whether a file that is there is a merge, by its first lines.
bool is_merge_file(const std::filesystem::path& file);

}  // namespace trocar::qa
