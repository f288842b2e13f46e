#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/qa/report.hpp"

namespace trocar::qa {

// The report for programs: names say what and in which unit. A figure that is not computable is
// {"not_computable": why}; of a list that has an end, {"n": how many there were, "first": [...]}.
nlohmann::ordered_json json_of(const Report& report);

// As it is written, of a report or a merge. A name that is no UTF-8 does not stop it: each byte of
// it that JSON cannot hold is U+FFFD.
std::string json_text(const nlohmann::ordered_json& json);

// Whether the file is json_text of a report, of this schema, of a session that had so many bytes:
// by its first lines, as tools/slurm/submit looks, too.
bool is_report_of(const std::filesystem::path& report, std::uint64_t session_bytes);

}  // namespace trocar::qa
