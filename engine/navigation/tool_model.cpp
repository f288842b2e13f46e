#include "engine/navigation/tool_model.hpp"

#include "engine/base/content_hash.hpp"

namespace trocar {
namespace {

constexpr const char* one_reference = "exactly one tool with role \"reference\"";

// Two files in each other's place are two hashes that fit nowhere: say whose this one is.
std::string owner_of(const std::string& hash, const std::vector<ConfigReader>& tools) {
  for (const ConfigReader& other : tools) {
    const auto found = definition_hash(other.existing_path("definition"));
    if (!found || found.value() != hash) continue;
    return ", which is the hash of " + other.path("definition").filename().string() +
           ": are the two files swapped?";
  }
  return "";
}

ToolDefinition read_definition(const ConfigReader& in, const std::vector<ConfigReader>& tools) {
  ToolDefinition d;
  d.file = in.existing_path("definition");
  d.version = in.integer("definition_version", 1, 1'000'000);
  d.hash = in.text("definition_hash");
  const Result<std::string> found = definition_hash(d.file);
  if (!found) in.fail("definition", "a readable tool definition", found.error().detail);
  if (found.value() != d.hash) {
    in.fail("definition_hash",
            "the hash of " + d.file.filename().string() + ", which is " + found.value(),
            d.hash + owner_of(d.hash, tools));
  }
  return d;
}

void read_instrument(const ConfigReader& in, ToolModel& tool) {
  const Eigen::Vector3d tip = in.vector3("tip_in_tool_mm", -1000, 1000);
  const Eigen::Vector3d axis = in.vector3("axis_in_tool", -1, 1);
  if (axis.norm() < 0.99 || axis.norm() > 1.01) {
    in.fail("axis_in_tool", "a unit vector pointing forward, out of the tip",
            "a length of " + std::to_string(axis.norm()));
  }
  tool.tool_from_tip = place_tip(tip, axis);
  tool.shaft_length_mm = in.number("shaft_length_mm", 1, 1000);
  tool.shaft_radius_mm = in.number("shaft_radius_mm", 0, 50);
  tool.tip_sigma_mm = in.number("tip_sigma_mm", 0.001, 5);
}

ToolModel read_tool(const ConfigReader& in, const std::vector<ConfigReader>& tools) {
  ToolModel tool;
  tool.name = in.text("name");
  tool.role =
      in.one_of("role", {"reference", "tool"}) == "tool" ? ToolRole::tool : ToolRole::reference;
  tool.definition = read_definition(in, tools);
  tool.marker_fle_sigma_mm = in.vector3("marker_fle_sigma_mm", 0.001, 5);
  if (tool.role == ToolRole::tool) read_instrument(in, tool);
  in.finish();
  return tool;
}

}  // namespace

Transform<Tool, Tip> ToolModel::no_tip() {
  return place_tip(Eigen::Vector3d::Zero(), Eigen::Vector3d::UnitZ());
}

Transform<Tool, Tip> place_tip(const Eigen::Vector3d& tip_mm, const Eigen::Vector3d& axis) {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() =
      Eigen::Quaterniond::FromTwoVectors(Eigen::Vector3d::UnitZ(), axis).toRotationMatrix();
  m.translation() = tip_mm;
  return Transform<Tool, Tip>::declare(m);  // CLAIM: calibration put the tip there
}

Result<std::string> definition_hash(const std::filesystem::path& file) {
  return content_hash(file);
}

std::vector<ToolModel> read_tools(const ConfigReader& in) {
  std::vector<ToolModel> tools;
  const ToolModel* reference = nullptr;
  const std::vector<ConfigReader> tables = in.tables("tool");
  if (tables.size() > max_tools) {
    in.fail("tool", "at most " + std::to_string(max_tools) + " tools",
            std::to_string(tables.size()));
  }
  tools.reserve(tables.size());
  for (const ConfigReader& table : tables) {
    ToolModel tool = read_tool(table, tables);
    for (const ToolModel& other : tools) {
      if (other.name == tool.name) table.fail("name", "a name no other tool has", tool.name);
      if (other.definition.hash == tool.definition.hash) {
        table.fail("definition", "a definition no other tool has",
                   "the file content of " + other.name);
      }
    }
    if (tool.role == ToolRole::reference && reference != nullptr) {
      table.fail("role", one_reference, "a second one, after " + reference->name);
    }
    tools.push_back(std::move(tool));
    if (tools.back().role == ToolRole::reference) reference = &tools.back();
  }
  if (reference == nullptr) in.fail("tool", one_reference, "none");
  return tools;
}

Transform<Tracker, Reference> as_reference(const MarkerPose& pose) {
  const Eigen::Isometry3d& m = pose.tracker_from_marker.matrix();
  return Transform<Tracker, Reference>::declare(m);  // CLAIM: configured as the reference
}

Transform<Tracker, Tool> as_tool(const MarkerPose& pose) {
  const Eigen::Isometry3d& m = pose.tracker_from_marker.matrix();
  return Transform<Tracker, Tool>::declare(m);  // CLAIM: configured as this tool
}

}  // namespace trocar
