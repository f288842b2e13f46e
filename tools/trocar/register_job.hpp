#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/ct_volume.hpp"
#include "engine/registration/ct_registration.hpp"

namespace trocar {

// What one call of `register ct`, or one [[job]] of a batch, asks for.
struct RegisterJob {
  std::filesystem::path preop, intraop, labels;
  std::vector<std::string> vertebrae;  // names or labels
  std::optional<std::filesystem::path> start;
  std::optional<std::filesystem::path> pictures{};  // a folder
};

// Reads [[job]] tables; paths are relative to the file. Throws ConfigError.
std::vector<RegisterJob> read_register_batch(const std::filesystem::path& file);
// Reads `preop_from_intraop`, 16 numbers row by row, mm. Throws ConfigError.
Transform<Preop, Intraop> read_start_pose(const std::filesystem::path& file);

// What a job reads, and where its search begins.
struct RegisterScans {
  std::shared_ptr<const CtVolume> preop;
  std::shared_ptr<const LabelVolume> labels;
  std::shared_ptr<const CtVolume> intraop;
  Transform<Preop, Intraop> start;
};

struct RegisterReport {
  RegisterJob job;
  std::string start;  // "file", "identity", "field_centre"
  std::vector<CtRegistration> vertebrae;
  std::vector<double> wall_ms;  // per vertebra, after the pyramid
  double read_ms = 0, pyramid_ms = 0;
  std::vector<std::string> warnings;             // of the input gate
  std::shared_ptr<const RegisterScans> scans{};  // what was registered, for those who draw it

  [[nodiscard]] bool accepted() const;
};

// Reads, registers, says. Throws ConfigError for files that cannot be read and labels that are not
// there. Pictures are not its business.
RegisterReport run_register_job(const RegisterJob& job, const CtLimits& limits,
                                const std::stop_token& stop, const CtProgress& progress = {});

nlohmann::ordered_json to_json(const RegisterReport& report);
// The same for a person.
std::string to_text(const RegisterReport& report);

}  // namespace trocar
