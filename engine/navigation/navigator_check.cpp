#include "engine/navigation/navigator_check.hpp"

#include <algorithm>

#include "engine/navigation/landmark_touch.hpp"
#include "engine/registration/error_prediction.hpp"

namespace trocar {
namespace {

void check_tools(const std::vector<ToolModel>& tools) {
  const auto references = std::count_if(
      tools.begin(), tools.end(), [](const ToolModel& t) { return t.role == ToolRole::reference; });
  if (references != 1 || tools.size() > max_tools) {
    throw ConfigError("tools: expected one reference and at most " + std::to_string(max_tools) +
                      " tools, found " + std::to_string(references) + " and " +
                      std::to_string(tools.size()));
  }
  for (const ToolModel& tool : tools) {
    const std::vector<double> weights(tool.markers.size(), 1.0);
    const std::span<const Point<Marker>> markers(tool.markers);
    if (markers.size() < 3 || !determines_pose(markers, std::span<const double>(weights))) {
      throw ConfigError("tool " + tool.name + ": expected 3 or more markers that are not in line");
    }
  }
}

void check_touch(const NavigatorConfig& config, const std::vector<ToolModel>& tools,
                 const NavigationModel& model) {
  const bool known = std::any_of(tools.begin(), tools.end(), [&](const ToolModel& t) {
    return t.role == ToolRole::tool && t.name == *config.touch_tool;
  });
  if (!known) {
    throw ConfigError("navigator.touch_tool: expected the name of an instrument, found '" +
                      *config.touch_tool + "'");
  }
  if (model.fiducials.empty() || model.fiducials.size() > max_touched) {
    throw ConfigError("navigator.touch_tool: expected a plan with 1 to " +
                      std::to_string(max_touched) + " fiducials, found " +
                      std::to_string(model.fiducials.size()));
  }
}

}  // namespace

void check_navigator(const NavigatorConfig& config, const std::vector<ToolModel>& tools,
                     const NavigationModel& model) {
  check_tools(tools);
  if (config.touch_tool) check_touch(config, tools, model);
  if ((config.tip_check || config.touch_tool) && !config.dwell) {
    throw ConfigError("navigator.dwell: expected with a tip check or a touching tool");
  }
  if (model.reference_vertebra.index >= model.vertebrae.size()) {
    throw ConfigError("navigator.reference_vertebra: expected one of the plan");
  }
}

}  // namespace trocar
