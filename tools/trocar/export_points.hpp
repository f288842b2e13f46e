#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/plan.hpp"

namespace trocar {

// The plan's fiducials and planned trajectories as markups of 3D Slicer, LPS mm:
// fiducials.mrk.json, and trajectory.mrk.json, a line for each, where one is planned. The names of
// the files. Code::io.
Result<std::vector<std::string>> export_points(const Plan& plan,
                                               const std::filesystem::path& folder);

}  // namespace trocar
