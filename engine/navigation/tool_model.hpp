#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/config_reader.hpp"
#include "engine/base/result.hpp"
#include "engine/base/transform.hpp"
#include "engine/data/ids.hpp"
#include "engine/data/tracker_frame.hpp"

namespace trocar {

enum class ToolRole : std::uint8_t { reference, tool };

// The device's file for a marker body, bound to what was calibrated with it (H5).
struct ToolDefinition {
  std::filesystem::path file;
  std::int64_t version = 0;  // of the tool's record: tip and axis were calibrated with this one
  std::string hash;          // definition_hash(file), checked when read
};

// What is known of one tracked body. Its markers are in the device's file; who reads that file
// fills markers before the navigator is made.
struct ToolModel {
  std::string name;
  ToolRole role = ToolRole::tool;
  ToolDefinition definition;
  std::vector<Point<Marker>> markers;  // at least 3, not in line
  // Standard deviation of localising one marker, along the tracker's axes.
  Eigen::Vector3d marker_fle_sigma_mm = Eigen::Vector3d::Zero();
  // Of role tool only:
  Transform<Tool, Tip> tool_from_tip = no_tip();
  double shaft_length_mm = 0;
  double shaft_radius_mm = 0;
  double tip_sigma_mm = 0;  // of the calibrated tip, along each axis

  static Transform<Tool, Tip> no_tip();
};

// Tip at `tip_mm`, its +z along `axis`; the roll about the axis is arbitrary but fixed.
// `axis` is not zero.
Transform<Tool, Tip> place_tip(const Eigen::Vector3d& tip_mm, const Eigen::Vector3d& axis);

// Content of a tool definition file as 16 hexadecimal digits (FNV-1a, 64 bit): tells a changed or
// swapped file, not a forged one. Code::io when it cannot be read.
Result<std::string> definition_hash(const std::filesystem::path& file);

// Reads every [[tool]] table of `in`, in file order: position = ToolId. Exactly one is the
// reference; names differ; every definition file has the stated hash. Throws ConfigError.
std::vector<ToolModel> read_tools(const ConfigReader& in);

// The place where a body that the device reports gets its role: configuration says which it is.
Transform<Tracker, Reference> as_reference(const MarkerPose& pose);
Transform<Tracker, Tool> as_tool(const MarkerPose& pose);

}  // namespace trocar
